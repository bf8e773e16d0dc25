import { Injectable, Logger } from '@nestjs/common';
import { toChatView } from '../chats/chat.view.js';
import type { Actor } from '../commands/identity/actor.js';
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
import { forgetRefusals } from './consent.queries.js';
import { groupFull, noSuchPeople } from './group-errors.js';
import { GroupRooms } from './group-rooms.js';
import { insertMembers } from './groups.queries.js';
import { namesOf } from './members.queries.js';
import { change } from './members.service.js';

/** Most new members whose names the others are told with the event. */
const MAX_CALLED = 100;

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
   * Makes users members who are none, in a group that is locked. Their invitations are settled by it.
   *
   * @throws AppError GROUP_FULL; VALIDATION_FAILED for a user who does not exist.
   */
  async insert(chat: ChatRow, runner: Runner, userIds: number[], actor: Actor): Promise<MembersAddedView> {
    const memberCount = chat.memberCount + userIds.length;
    if (memberCount > MAX_MEMBERS) throw groupFull();
    const events = userIds.length === 0 ? 0 : 1;
    const joinedAt = events === 0 ? null : await this.insertAll(chat, runner, userIds);
    return {
      ...change(chat, events, memberCount, actor),
      userIds,
      joinedAt: joinedAt ?? new Date().toISOString(),
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
    await this.rooms.admit(toChatView(chat), added.userIds, { message, origin });
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

  /** Returns when they joined. */
  private async insertAll(
    { id: chatId, lastSeq, version, historyVisible }: ChatRow,
    runner: Runner,
    userIds: readonly number[],
  ): Promise<string | null> {
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
    return joined[0]?.joinedAt ?? null;
  }
}
