import { Injectable, Logger } from '@nestjs/common';
import { Database } from '../database/database.js';
import { ActiveDevices } from '../presence/active-devices.js';
import type { Gathering } from './gatherings.js';
import { PushDeliveries } from './push-deliveries.js';
import { forgetQuiet, noteQuiet, quietEnded } from './quiet.queries.js';
import { type Recipient, recipientsOf } from './recipients.queries.js';
import type { Push } from './senders/push-sender.js';
import { ALL_CHATS, claimPushes, inLockOrder, releasePushes } from './states.queries.js';
import { unreadToTell } from './unread-chats.js';
import { type Wants, wantsOf } from './wants.js';

/** People and chats of one statement that writes what they were pushed. */
const AT_ONCE = 500;

/** People who are told at the end of their quiet hours, at once. */
const QUIET_AT_ONCE = 50;

/**
 * Milliseconds in which those who are being told then are not looked at again; what was claimed for them and given back is
 * found after that.
 */
const TELLING_MS = 60_000;

/** Most chats that somebody is told of then, one by one: the others are told as one number. */
const MOST_CHATS_AFTER_QUIET = 3;

/** What is being told. */
interface Sending {
  /** Resolves when all that was claimed has begun to be sent; never, if something was given back. */
  begun: Promise<unknown>;
}

/** What became of some gatherings. */
export interface Telling extends Sending {
  /** By chat, who has an active device and wants to be told later. */
  later: Map<number, number[]>;
}

/** Finds who is to be told of what, and begins to tell them. */
@Injectable()
export class Pushes {
  private readonly logger = new Logger(Pushes.name);
  /** Who is being told at the end of their quiet hours, and until when that is believed, by performance.now(). */
  private readonly telling = new Map<number, number>();

  constructor(
    private readonly database: Database,
    private readonly devices: ActiveDevices,
    private readonly deliveries: PushDeliveries,
  ) {}

  /**
   * Tells the members of these chats. Those with an active device are not told; those who were put off before are, whether or
   * not they are active. null: not all were told, because `goesOn` said no, or this node stops.
   */
  async tell(gatherings: readonly Gathering[], goesOn: () => boolean): Promise<Telling | null> {
    const evenActive = gatherings[0]?.userIds != null;
    const only = new Map(gatherings.map(({ chatId, userIds }) => [chatId, userIds]));
    const asked = gatherings.flatMap(({ userIds }) => [...(userIds ?? [])]);
    const isForAll = gatherings.some(({ userIds }) => userIds === null);
    const all = await recipientsOf(this.database, {
      stretches: gatherings,
      userIds: isForAll ? null : asked,
    });
    const recipients = all.filter(({ chatId, userId }) => only.get(chatId)?.has(userId) ?? true);
    const { idle, active, wants } = await this.ask(recipients, { evenActive });
    const sending = await this.claim('message', idle, goesOn);
    if (!sending) return null;
    const later = new Map<number, number[]>();
    for (const { userId, chatId } of active) {
      if (wants.get(userId)!.whenActive === 'never') continue;
      later.set(chatId, [...(later.get(chatId) ?? []), userId]);
    }
    return { later, ...sending };
  }

  /**
   * Tells some of those whose quiet hours are over of what they have not read: of a few chats each, and of how many more there
   * are. Who is active then is not told. They are forgotten when all has begun to be sent: what is given back at a stop is found again.
   */
  async tellAfterQuiet(goesOn: () => boolean): Promise<void> {
    const now = performance.now();
    for (const [userId, until] of this.telling) if (until < now) this.telling.delete(userId);
    const all = await quietEnded(this.database, { most: QUIET_AT_ONCE, except: [...this.telling.keys()] });
    const told = all.filter(({ isTold }) => isTold);
    if (told.length > 0)
      await forgetQuiet(
        this.database,
        told.map(({ userId }) => userId),
      );
    const ended = all.filter(({ isTold }) => !isTold);
    if (ended.length === 0) return;
    const userIds = ended.map(({ userId }) => userId);
    const unread = await unreadToTell(this.database, userIds);
    const { idle } = await this.ask([...unread.values()].flat(), { evenActive: false });
    const isIdle = new Set(idle.map(({ userId }) => userId));
    const first = [...unread].flatMap(([userId, chats]) =>
      isIdle.has(userId) ? chats.slice(0, MOST_CHATS_AFTER_QUIET) : [],
    );
    for (const userId of userIds) this.telling.set(userId, now + TELLING_MS);
    const some = await this.claim('message', first, goesOn);
    if (!some) return;
    // Claimed by when their quiet hours ended, so each end is told once.
    const chats = ended
      .filter(({ userId }) => isIdle.has(userId) && unread.get(userId)!.length > MOST_CHATS_AFTER_QUIET)
      .map(({ userId, until }) => ({ userId, chatId: ALL_CHATS, seq: until }));
    const more = await this.claim('more', chats, goesOn);
    if (!more) return;
    void Promise.all([some.begun, more.begun])
      .then(async () => {
        await forgetQuiet(this.database, userIds);
        for (const userId of userIds) this.telling.delete(userId);
      })
      .catch((error: unknown) =>
        this.logger.warn(`Quiet hours that are over are looked at again: ${String(error)}`),
      );
  }

  /** Who of them is told now, who would be if they were not active, and what they want. Notes who wants quiet. */
  private async ask(
    recipients: readonly Recipient[],
    { evenActive }: { evenActive: boolean },
  ): Promise<{ idle: Recipient[]; active: Recipient[]; wants: Map<number, Wants> }> {
    const { wants, quiet } = await wantsOf(
      this.database,
      recipients.map(({ userId }) => userId),
    );
    if (quiet.size > 0)
      await noteQuiet(
        this.database,
        [...quiet].map(([userId, until]) => ({ userId, until })),
      );
    const wanting = recipients.filter(({ userId }) => wants.has(userId));
    const active = evenActive
      ? new Set<number>()
      : await this.devices.among([...new Set(wanting.map(({ userId }) => userId))]);
    return {
      idle: wanting.filter(({ userId }) => !active.has(userId)),
      active: wanting.filter(({ userId }) => active.has(userId)),
      wants,
    };
  }

  /** Claims these and begins to send them. null: not all, as `goesOn` said no, or this node stops. */
  private async claim(
    type: Push['type'],
    recipients: readonly Recipient[],
    goesOn: () => boolean,
  ): Promise<Sending | null> {
    const inOrder = inLockOrder(recipients);
    const begun: Promise<void>[] = [];
    for (let from = 0; from < inOrder.length; from += AT_ONCE) {
      if (!(await this.deliveries.hasRoom()) || !goesOn()) return null;
      const told = await claimPushes(this.database, inOrder.slice(from, from + AT_ONCE));
      begun.push(this.deliveries.send(type, told));
    }
    return { begun: Promise.all(begun) };
  }

  /** These people have read these chats: what their native devices show of them can go. Not while this node stops. */
  async tellRead(read: readonly { userId: number; chatId: number }[]): Promise<void> {
    const inOrder = inLockOrder(read);
    for (let from = 0; from < inOrder.length; from += AT_ONCE) {
      if (!(await this.deliveries.hasRoom())) return;
      const told = await releasePushes(this.database, inOrder.slice(from, from + AT_ONCE));
      void this.deliveries.send('read', told);
    }
  }
}
