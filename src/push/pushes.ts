import { Inject, Injectable } from '@nestjs/common';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { DEFAULTS, preferencesOf } from '../notifications/preferences.queries.js';
import { quietHoursOf } from '../notifications/preferences.view.js';
import { quietUntil } from '../notifications/quiet-hours.js';
import { ActiveDevices } from '../presence/active-devices.js';
import type { Gathering } from './gatherings.js';
import { type Delivery, PushDeliveries } from './push-deliveries.js';
import { textOf } from './push-text.js';
import {
  badgesOf,
  messagesToPush,
  type Recipient,
  recipientsOf,
  type ShownMessage,
} from './recipients.queries.js';
import { claimPushes, releasePushes, type Told } from './states.queries.js';

const CLAIMED_AT_ONCE = 500;

/** A recipient with their preferences. */
type Wanting = Recipient & { wants: Pick<typeof DEFAULTS, 'preview' | 'whenActive'> };

/** Finds who is to be told of what, and begins to tell them. */
@Injectable()
export class Pushes {
  constructor(
    private readonly database: Database,
    private readonly devices: ActiveDevices,
    private readonly deliveries: PushDeliveries,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * Tells the members of these chats. Those with an active device are not told, and returned by chat if they want to be told
   * later; those who were put off before are told, whether or not they are active.
   */
  async tell(gatherings: readonly Gathering[]): Promise<Map<number, number[]>> {
    const only = new Map(gatherings.map(({ chatId, userIds }) => [chatId, userIds]));
    const asked = gatherings.flatMap(({ userIds }) => [...(userIds ?? [])]);
    const isDelayed = gatherings[0]?.userIds != null;
    const all = (
      await recipientsOf(this.database, { stretches: gatherings, userIds: isDelayed ? asked : null })
    ).filter(({ chatId, userId }) => only.get(chatId)?.has(userId) ?? true);
    const found = await this.wantedNow(all);
    const active = isDelayed
      ? new Set<number>()
      : await this.devices.among([...new Set(found.map(({ userId }) => userId))]);
    const idle = found.filter(({ userId }) => !active.has(userId));
    for (let from = 0; from < idle.length; from += CLAIMED_AT_ONCE) {
      await this.push(idle.slice(from, from + CLAIMED_AT_ONCE));
    }
    const later = new Map<number, number[]>();
    for (const { userId, chatId, wants } of found) {
      if (!active.has(userId) || wants.whenActive === 'never') continue;
      later.set(chatId, [...(later.get(chatId) ?? []), userId]);
    }
    return later;
  }

  /** These people have read these chats: what their native devices show of them can go. */
  async tellRead(read: readonly { userId: number; chatId: number }[]): Promise<void> {
    const told = await releasePushes(this.database, read);
    const badges = await this.badges(told);
    for (const one of told) {
      const { chatId, seq, userId } = one;
      this.deliveries.send({
        told: one,
        push: { type: 'read', chatId, seq, badge: badges.get(userId) ?? null },
      });
    }
  }

  /** Without those who have quiet hours now. */
  private async wantedNow(recipients: readonly Recipient[]): Promise<Wanting[]> {
    if (recipients.length === 0) return [];
    const userIds = [...new Set(recipients.map(({ userId }) => userId))];
    const rows = await preferencesOf(this.database, userIds);
    const known = new Map(rows.map((row) => [row.userId, row]));
    const now = new Date();
    return recipients.flatMap((one) => {
      const wants = known.get(one.userId) ?? DEFAULTS;
      const quiet = quietHoursOf(wants);
      return quiet && quietUntil(quiet, now) ? [] : [{ ...one, wants }];
    });
  }

  private async push(recipients: readonly Wanting[]): Promise<void> {
    const told = await claimPushes(this.database, recipients);
    if (told.length === 0) return;
    const of = new Map(recipients.map((one) => [`${one.userId} ${one.chatId}`, one]));
    const ids = [...new Set(recipients.map(({ messageId }) => messageId))];
    const messages = new Map(
      (await messagesToPush(this.database, ids)).map((message) => [message.messageId, message]),
    );
    const badges = await this.badges(told);
    for (const one of told) {
      const recipient = of.get(`${one.userId} ${one.chatId}`)!;
      // It may be gone by now.
      const message = messages.get(recipient.messageId);
      if (message)
        this.deliveries.send(this.delivery(one, recipient, message, badges.get(one.userId) ?? null));
    }
  }

  private delivery(
    told: Told,
    { isMentioned, wants }: Wanting,
    message: ShownMessage,
    badge: number | null,
  ): Delivery {
    const { chatId, messageId, seq, isDirect } = message;
    const text = textOf(message, wants.preview && this.config.push.preview);
    return {
      told,
      push: { type: 'message', chatId, messageId, seq, ...text, badge, isUrgent: isDirect || isMentioned },
    };
  }

  /** Web pages count for themselves. */
  private async badges(told: readonly Told[]): Promise<Map<number, number>> {
    const native = new Set(told.flatMap(({ target, userId }) => (target.kind === 'web' ? [] : [userId])));
    if (native.size === 0) return new Map();
    const rows = await badgesOf(this.database, [...native]);
    return new Map(rows.map(({ userId, badge }) => [userId, badge]));
  }
}
