import { Injectable } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { type AnsweredChatView, AppError, type ChatView, type CommandInput } from '../contract/index.js';
import { Bus } from '../common/bus.js';
import { isUniqueViolation } from '../common/errors/failure.js';
import { Database } from '../database/database.js';
import type { ChatRow } from '../database/models/chat.model.js';
import type { UserRow } from '../database/models/user.model.js';
import { Publisher } from '../delivery/publisher.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { Access } from './access.js';
import { membersOf } from './audience.js';
import { toChatView, toNewChat } from './chat.view.js';
import { isDeactivated, openDirectChats, type OpenedRow, type Pair } from './direct-chats.queries.js';
import { mayName, notToBeNamedSo } from './external-id.js';
import { chatByExternalId, nameChat } from './external-id.queries.js';
import { absentMembers, reopenFor } from './membership.queries.js';

/** Attempts to open a direct chat that others open at the same time. Two are enough; the rest is a margin. */
const OPEN_ATTEMPTS = 5;

/** Opens direct chats: for `createChat`, and for messages to people with whom the sender has no chat yet. */
@Injectable()
export class DirectChatsService {
  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly users: KnownUsers,
    private readonly publisher: Publisher,
    private readonly bus: Bus,
  ) {}

  /**
   * The direct chat of two users, created if there is none. All concurrent requests, on any number of nodes, get the
   * same chat; members get `newChat` once. With an externalId the chat has it from now on.
   *
   * @throws AppError FORBIDDEN when the actor is not one of the two, or when there is no chat yet and one of them
   * blocks the other, and when a person gives an externalId; USER_DEACTIVATED when there is none, and the other one is
   * deactivated; CONFLICT when another chat has the externalId, or this one another externalId.
   */
  async open(
    actor: Actor,
    { user1Id, user2Id, externalId }: CommandInput<'createChat'>,
  ): Promise<AnsweredChatView> {
    mayName(actor, externalId);
    if (actor.userId !== null && actor.userId !== user1Id && actor.userId !== user2Id) {
      throw new AppError('FORBIDDEN');
    }
    await this.users.ensure([user1Id, user2Id]);
    const pairs = [{ one: user1Id, other: user2Id }];
    for (let attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) {
      const how = { unlessBlocked: actor.userId !== null, origin: actor.origin, externalId };
      const [chat] = await this.openAll(pairs, how).catch((error: unknown) => {
        // Another chat has the externalId, or this one is just being created with it.
        if (externalId !== undefined && isUniqueViolation(error)) return [];
        throw error;
      });
      const otherId = actor.userId === user1Id ? user2Id : user1Id;
      if (chat) {
        await this.reopen(actor, chat, otherId);
        if (!('changed' in chat)) this.bus.emit('directChatOpened', { user1Id, user2Id });
        return this.named(actor, chat, externalId);
      }
      await this.access.requireNoBlock(actor, otherId);
      const owner = externalId === undefined ? undefined : await chatByExternalId(this.database, externalId);
      if (owner && !isOf(owner, user1Id, user2Id)) throw notToBeNamedSo();
      if ((await isDeactivated(this.database, otherId)) > 0) throw new AppError('USER_DEACTIVATED');
    }
    throw new AppError('NOT_FOUND');
  }

  /**
   * The direct chats of these pairs, created where there are none. Both users get `newChat` for a chat that is
   * created. The result has no chat for a pair of whom one does not exist or, with `unlessBlocked`, blocks the other,
   * and none when another transaction is just creating the same chat.
   *
   * @param origin the connection that gets the chat as its answer, and so no event; null: there is none.
   */
  async openAll(
    pairs: readonly Pair[],
    {
      unlessBlocked,
      origin,
      externalId = null,
    }: { unlessBlocked: boolean; origin: string | null; externalId?: string | null | undefined },
  ): Promise<AnsweredChatView[]> {
    const rows = await openDirectChats(this.database, { pairs, unlessBlocked, externalId });
    return rows.map((row) => {
      const chat = toChatView(row.chat);
      if (row.opened === null) return { ...chat, changed: false };
      this.tell(chat, row.opened, origin);
      return chat;
    });
  }

  /** The chat with the externalId; if it was there without one, both hear `chatUpdated`. */
  private async named(
    actor: Actor,
    chat: AnsweredChatView,
    externalId: string | undefined,
  ): Promise<AnsweredChatView> {
    if (externalId === undefined || chat.externalId === externalId) return chat;
    const row = await nameChat(this.database, { chatId: chat.id, externalId }).catch((error: unknown) => {
      throw isUniqueViolation(error) ? notToBeNamedSo() : error;
    });
    if (row) {
      const named = toChatView(row);
      this.publisher.publish('chatUpdated', named, membersOf(named, actor.origin));
      return named;
    }
    // It has one: another one, or since just now this one.
    const owner = await chatByExternalId(this.database, externalId);
    if (owner?.id !== chat.id) throw notToBeNamedSo();
    return { ...toChatView(owner), changed: false };
  }

  /** Each of the two gets the chat as they see it. */
  private tell(
    chat: ChatView,
    { user1, user2, user1Blocks, user2Blocks }: NonNullable<OpenedRow['opened']>,
    except: string | null,
  ): void {
    const tell = (reader: UserRow, other: UserRow, blocksOther: boolean, otherBlocks: boolean) => {
      const direct = { other, blocksOther, otherBlocks };
      const view = toNewChat(chat, { role: 'member', unreadSeq: 0, direct });
      this.publisher.publish('newChat', view, { users: [reader.id], except });
    };
    tell(user1, user2, user1Blocks, user2Blocks);
    if (user1.id !== user2.id) tell(user2, user1, user2Blocks, user1Blocks);
  }

  /**
   * Brings the chat back if the actor has deleted or cleared it for themselves; their devices get `newChat`.
   *
   * @throws AppError FORBIDDEN when they deleted it and one of the two blocks the other, as if there were no chat.
   */
  private async reopen(actor: Actor, chat: ChatView, otherId: number): Promise<void> {
    const { userId } = actor;
    if (userId === null) return;
    const absent = (await absentMembers(this.database, chat.id)).find((one) => one.userId === userId);
    if (!absent) return;
    if (absent.gone) await this.access.requireNoBlock(actor, otherId);
    await reopenFor(this.database, { chatId: chat.id, userId });
    this.publisher.publish('newChat', chat, { users: [userId], except: actor.origin });
  }
}

const isOf = ({ user1Id, user2Id }: ChatRow, one: number, other: number) =>
  (user1Id === one && user2Id === other) || (user1Id === other && user2Id === one);
