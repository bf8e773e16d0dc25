import { Injectable, Logger } from '@nestjs/common';
import type { NotedEvent } from '../changes/note-change.js';
import { toChatView } from '../chats/chat.view.js';
import { type Actor, seesExternalIds } from '../commands/identity/actor.js';
import {
  MAX_MEMBERS,
  type MembersAddedView,
  type MembersJoinedView,
  type MessageView,
} from '../contract/index.js';
import { Database } from '../database/database.js';
import type { ChatRow } from '../database/models/chat.model.js';
import type { Runner } from '../database/statement.js';
import { Publisher } from '../delivery/publisher.js';
import { banned } from '../chats/rules.js';
import { ownIdsOf } from '../users/directory/own-ids.js';
import { bannedAmong } from './bans.queries.js';
import { forgetRefusals } from './consent.queries.js';
import { bannedPeople, groupFull, noSuchPeople } from './group-errors.js';
import { GroupRooms } from './group-rooms.js';
import { insertMembers } from './groups.queries.js';
import { namesOf } from './members.queries.js';
import { change } from './members.service.js';

/** Most new members whose names the others are told with the event. */
const MAX_CALLED = 100;

/** What the log of changes has of it. */
export const arrived = (details: MembersAddedView): NotedEvent => ({ kind: 'membersAdded', details });

/** New members of a group that exists. */
@Injectable()
export class Arrivals {
  private readonly logger = new Logger(Arrivals.name);

  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
    private readonly rooms: GroupRooms,
  ) {}

  /**
   * Under the lock of the group: a ban that comes after it removes who has joined.
   *
   * @throws AppError FORBIDDEN to somebody who is banned; CONFLICT to others who add them
   */
  async requireUnbanned(
    runner: Runner,
    chatId: number,
    userIds: readonly number[],
    actor: Actor,
  ): Promise<void> {
    const out = userIds.length === 0 ? [] : await bannedAmong(runner, { chatId, userIds });
    if (out.length === 0) return;
    if (out.includes(actor.userId ?? 0)) throw banned();
    const ids = seesExternalIds(actor) ? await ownIdsOf(runner, { users: out }) : null;
    throw bannedPeople(out, ids && out.map((id) => ({ id, externalId: ids.ofUser(id) })));
  }

  /**
   * Makes users members who are none, in a group that is locked. Their invitations are settled by it.
   *
   * @throws AppError GROUP_FULL; VALIDATION_FAILED for a user who does not exist.
   */
  async insert(chat: ChatRow, runner: Runner, userIds: number[], actor: Actor): Promise<MembersAddedView> {
    const memberCount = chat.memberCount + userIds.length;
    if (memberCount > MAX_MEMBERS) throw groupFull();
    const events = userIds.length === 0 ? 0 : 1;
    const joined = events === 0 ? [] : await this.insertAll(chat, runner, userIds);
    const silenced = joined.filter(({ silencedUntil }) => Date.parse(silencedUntil ?? '') > Date.now());
    return {
      ...change(chat, events, memberCount, actor),
      userIds,
      joinedAt: joined[0]?.joinedAt ?? new Date().toISOString(),
      ...(silenced.length === 0
        ? {}
        : { silenced: silenced.map(({ userId, silencedUntil }) => ({ userId, silencedUntil })) }),
    };
  }

  /** After the commit: present members get `membersAdded`, the new ones `newChat`, and all the system message. */
  async announce(
    chat: ChatRow,
    added: MembersAddedView,
    { message, origin }: { message: MessageView | null; origin: string | null },
  ): Promise<void> {
    const joined = { ...added, ...(await this.called(added.userIds)) };
    this.publisher.publish('membersAdded', joined, { chat: chat.id, except: origin });
    const silenced = new Map(added.silenced?.map(({ userId, silencedUntil }) => [userId, silencedUntil]));
    await this.rooms.admit(toChatView(chat), added.userIds, { message, origin, silenced });
  }

  /** What the first of them are called. Without it when the database is away: they have joined all the same. */
  private async called(userIds: readonly number[]): Promise<Pick<MembersJoinedView, 'users'>> {
    try {
      return { users: await namesOf(this.database, userIds.slice(0, MAX_CALLED)) };
    } catch (error) {
      this.logger.warn(`Could not read what new members are called: ${String(error)}`);
      return {};
    }
  }

  private async insertAll(
    { id: chatId, lastSeq, version, historyVisible }: ChatRow,
    runner: Runner,
    userIds: readonly number[],
  ): ReturnType<typeof insertMembers> {
    await forgetRefusals(runner, { chatId, userIds });
    const joined = await insertMembers(runner, {
      chatId,
      userIds,
      ownerId: null,
      lastSeq,
      seesAfter: historyVisible === 'all' ? 0 : lastSeq,
      version: version + 1,
    });
    if (joined.length < userIds.length) throw noSuchPeople('userIds');
    return joined;
  }
}
