import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { AppError, type ChatView, type CommandInput, MAX_MEMBERS } from '../contract/index.js';
import { Database } from '../database/database.js';
import type { Runner } from '../database/statement.js';
import { Publisher } from '../delivery/publisher.js';
import { Access } from '../chats/access.js';
import { toChatView } from '../chats/chat.view.js';
import type { ChatRow } from '../database/models/chat.model.js';
import { shownText } from '../messages/model/shown-text.js';
import { GroupChanges, type Note } from './group-changes.js';
import { GroupRooms } from './group-rooms.js';
import {
  groupByKey,
  type GroupFields,
  insertGroup,
  insertMembers,
  setGroupFields,
} from './groups.queries.js';

/** Creates groups and changes their title, picture and settings. */
@Injectable()
export class GroupsService {
  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly users: KnownUsers,
    private readonly changes: GroupChanges,
    private readonly rooms: GroupRooms,
    private readonly publisher: Publisher,
  ) {}

  /**
   * Creates a group of the actor, who owns it, and the others. If the application itself creates it, the first of
   * `memberIds` owns it. Members get `newChat`.
   *
   * @throws AppError GROUP_FULL; VALIDATION_FAILED for an empty list, or a user who does not exist; NOT_FOUND for a repeat
   * by somebody who has left the group.
   */
  async create(actor: Actor, input: CommandInput<'createGroup'>): Promise<ChatView> {
    const memberIds = [
      ...new Set(actor.userId === null ? input.memberIds : [actor.userId, ...input.memberIds]),
    ];
    if (memberIds.length === 0) throw noSuchPeople('memberIds');
    if (memberIds.length > MAX_MEMBERS) throw groupFull();
    if (actor.userId !== null) await this.users.ensure([actor.userId]);
    await this.users.ensureListed('memberIds', input.memberIds);
    const key = input.clientId === undefined ? null : `${actor.userId ?? 0} ${input.clientId}`;
    const { row, created } = await this.database.transaction((runner) =>
      this.insert(runner, input, memberIds, key),
    );
    // Made by an earlier try with this key; by now the actor may have left it.
    if (!created) await this.access.require(actor, 'chat.read', row.id);
    const chat = toChatView(row);
    if (created) await this.rooms.admit(chat, memberIds, { message: null, origin: actor.origin });
    return chat;
  }

  /**
   * Members get `chatUpdated`. A field with the same value is no change.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN unless the actor is an admin
   */
  async update(actor: Actor, { chatId, ...input }: CommandInput<'updateChat'>): Promise<ChatView> {
    await this.access.require(actor, 'chat.update', chatId);
    const { chat, changed, message } = await this.changes.change(
      actor,
      'chat.update',
      chatId,
      async ({ chat, runner }) => {
        const fields: GroupFields = {
          title: input.title ?? chat.title,
          avatarUrl: input.avatarUrl === undefined ? chat.avatarUrl : input.avatarUrl,
          metadata: input.metadata ?? chat.metadata,
          historyVisible: input.historyVisible ?? chat.historyVisible,
        };
        const changedFields = (Object.keys(fields) as (keyof GroupFields)[]).filter(
          (field) => !isDeepStrictEqual(fields[field], chat[field]),
        );
        if (changedFields.length === 0) return { result: undefined, events: 0, note: null };
        await setGroupFields(runner, { chatId, ...fields });
        return { result: undefined, events: 1, note: updateNote(fields, changedFields, actor) };
      },
    );
    const view = toChatView(chat);
    if (changed) this.publisher.publish('chatUpdated', view, { chat: chatId, except: actor.origin });
    if (message) this.publisher.publish('newMessage', message, { chat: chatId });
    return view;
  }

  private async insert(
    runner: Runner,
    { title, avatarUrl = null, metadata = {}, historyVisible = 'all' }: CommandInput<'createGroup'>,
    memberIds: number[],
    key: string | null,
  ): Promise<{ row: ChatRow; created: boolean }> {
    const row = await insertGroup(runner, {
      title,
      avatarUrl,
      metadata,
      historyVisible,
      memberCount: memberIds.length,
      creationKey: key,
    });
    if (!row) {
      const known = key === null ? undefined : await groupByKey(runner, key);
      if (!known) throw new AppError('NOT_FOUND');
      return { row: known, created: false };
    }
    const joined = await insertMembers(runner, {
      chatId: row.id,
      userIds: memberIds,
      ownerId: memberIds[0] ?? null,
      lastSeq: 0,
      seesAfter: 0,
      version: row.version,
    });
    if (joined.length < memberIds.length) throw noSuchPeople('memberIds');
    return { row, created: true };
  }
}

/** Changes of `metadata` are not mentioned: it belongs to the application. */
function updateNote(fields: GroupFields, changed: (keyof GroupFields)[], { userId }: Actor): Note | null {
  const mentioned = changed.filter((field) => field !== 'metadata');
  if (mentioned.length === 0) return null;
  const texts: Record<string, string> = {
    title: `changed the title to “${shownText(fields.title ?? '')}”`,
    avatarUrl: fields.avatarUrl === null ? 'removed the picture' : 'changed the picture',
    historyVisible:
      fields.historyVisible === 'all' ? 'let new members see the past' : 'hid the past from new members',
  };
  return {
    names: [],
    text: (nameOf) =>
      `${userId === null ? 'The application' : nameOf(userId)} ${mentioned.map((field) => texts[field]).join(' and ')}`,
    metadata: {
      event: 'chatUpdated',
      ...Object.fromEntries(mentioned.map((field) => [field, fields[field]])),
    },
  };
}

export function groupFull(): AppError {
  return new AppError('GROUP_FULL', { details: { limit: MAX_MEMBERS } });
}

/** The list is empty, or one of its users does not exist. */
export function noSuchPeople(path: string): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [{ path, message: 'expected the ids of existing users, at least one' }],
  });
}
