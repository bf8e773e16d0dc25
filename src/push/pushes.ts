import { Injectable, Logger } from '@nestjs/common';
import { Database } from '../database/database.js';
import { ActiveDevices } from '../presence/active-devices.js';
import type { Gathering } from './gatherings.js';
import { PushDeliveries } from './push-deliveries.js';
import { forgetQuiet, noteQuiet, quietEnded, unreadChats } from './quiet.queries.js';
import { recipientsOf } from './recipients.queries.js';
import { claimPushes, releasePushes } from './states.queries.js';
import { wantsOf } from './wants.js';

/** People and chats of one statement that writes what they were pushed. */
const AT_ONCE = 500;

/** People who are told at the end of their quiet hours, at once. */
const QUIET_AT_ONCE = 100;

/** Messages of a chat that are told together, to these people; null: to all members. */
type Stretch = Pick<Gathering, 'chatId' | 'firstSeq' | 'lastSeq' | 'userIds'>;

/** What became of some gatherings. */
export interface Telling {
  /** By chat, who has an active device and wants to be told later. */
  later: Map<number, number[]>;
  /** Resolves when all that was claimed has begun to be sent; never, if something was given back. */
  begun: Promise<unknown>;
}

/** Finds who is to be told of what, and begins to tell them. */
@Injectable()
export class Pushes {
  private readonly logger = new Logger(Pushes.name);

  constructor(
    private readonly database: Database,
    private readonly devices: ActiveDevices,
    private readonly deliveries: PushDeliveries,
  ) {}

  /**
   * Tells the members of these chats. Those with an active device are not told; those who were put off before are, whether or
   * not they are active. null: not all were told, because `goesOn` said no, or this node stops.
   */
  tell(gatherings: readonly Gathering[], goesOn: () => boolean): Promise<Telling | null> {
    const isDelayed = gatherings[0]?.userIds != null;
    return this.tellThose(gatherings, { evenActive: isDelayed }, goesOn);
  }

  /**
   * Tells some of those whose quiet hours are over of what they have not read, of a few chats each; who is active then is not
   * told. They are forgotten when all has begun to be sent: what is given back at a stop is found again.
   */
  async tellAfterQuiet(goesOn: () => boolean): Promise<void> {
    const userIds = await quietEnded(this.database, QUIET_AT_ONCE);
    if (userIds.length === 0) return;
    const chats = new Map<number, Stretch & { userIds: Set<number> }>();
    for (const { chatId, userId, firstSeq, lastSeq } of await unreadChats(this.database, userIds)) {
      const known = chats.get(chatId) ?? { chatId, firstSeq, lastSeq, userIds: new Set() };
      known.firstSeq = Math.min(known.firstSeq, firstSeq);
      known.lastSeq = Math.max(known.lastSeq, lastSeq);
      known.userIds.add(userId);
      chats.set(chatId, known);
    }
    const telling = await this.tellThose([...chats.values()], { evenActive: false }, goesOn);
    void telling?.begun
      .then(() => forgetQuiet(this.database, userIds))
      .catch((error: unknown) =>
        this.logger.warn(`Quiet hours that are over are looked at again: ${String(error)}`),
      );
  }

  private async tellThose(
    gatherings: readonly Stretch[],
    { evenActive }: { evenActive: boolean },
    goesOn: () => boolean,
  ): Promise<Telling | null> {
    const only = new Map(gatherings.map(({ chatId, userIds }) => [chatId, userIds]));
    const asked = gatherings.flatMap(({ userIds }) => [...(userIds ?? [])]);
    const isForAll = gatherings.some(({ userIds }) => userIds === null);
    const all = (
      await recipientsOf(this.database, { stretches: gatherings, userIds: isForAll ? null : asked })
    ).filter(({ chatId, userId }) => only.get(chatId)?.has(userId) ?? true);
    const { wants, quiet } = await wantsOf(
      this.database,
      all.map(({ userId }) => userId),
    );
    const wanting = all.filter(({ userId }) => wants.has(userId));
    if (quiet.size > 0)
      await noteQuiet(
        this.database,
        [...quiet].map(([userId, until]) => ({ userId, until })),
      );
    const active = evenActive
      ? new Set<number>()
      : await this.devices.among([...new Set(wanting.map(({ userId }) => userId))]);
    const idle = wanting.filter(({ userId }) => !active.has(userId));
    const begun: Promise<void>[] = [];
    for (let from = 0; from < idle.length; from += AT_ONCE) {
      if (!(await this.deliveries.hasRoom()) || !goesOn()) return null;
      const told = await claimPushes(this.database, idle.slice(from, from + AT_ONCE));
      begun.push(this.deliveries.send('message', told));
    }
    const later = new Map<number, number[]>();
    for (const { userId, chatId } of wanting) {
      if (!active.has(userId) || wants.get(userId)!.whenActive === 'never') continue;
      later.set(chatId, [...(later.get(chatId) ?? []), userId]);
    }
    return { later, begun: Promise.all(begun) };
  }

  /** These people have read these chats: what their native devices show of them can go. Not while this node stops. */
  async tellRead(read: readonly { userId: number; chatId: number }[]): Promise<void> {
    const inOrder = [...read].sort((one, other) => one.userId - other.userId || one.chatId - other.chatId);
    for (let from = 0; from < inOrder.length; from += AT_ONCE) {
      if (!(await this.deliveries.hasRoom())) return;
      const told = await releasePushes(this.database, inOrder.slice(from, from + AT_ONCE));
      void this.deliveries.send('read', told);
    }
  }
}
