import { Inject, Injectable, Logger } from '@nestjs/common';
import { Batcher } from '../common/flow/batcher.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { ActiveDevices } from '../presence/active-devices.js';
import {
  badgesOf,
  messagesToPush,
  morePushes,
  readsToTell,
  type ShownMessage,
  unreadPushed,
} from './contents.queries.js';
import { moreText, textOf } from './push-text.js';
import type { Push, Shown } from './senders/push-sender.js';
import type { Told } from './states.queries.js';
import { unreadToTell } from './unread-chats.js';
import { type Wants, wantsOf } from './wants.js';

/** Pushes whose contents are read together: a badge adds up all chats of a person. */
const AT_ONCE = 50;
const MOST_WAITING = 1_000;

/** Chats of which a browser is told that they are unread: more would make a push too long. */
const MOST_UNREAD = 50;

/** Milliseconds after which a push that still waits for its content is tried again later. */
const PATIENCE_MS = 10_000;

/** A device, and what it is told: the message, that the chat was read elsewhere, or how many more there are. */
export interface ToTell {
  type: Push['type'];
  told: Told;
}

/** What is in a push, read at the moment when it is sent. Nothing of it is kept anywhere before or after. */
@Injectable()
export class PushContents {
  private readonly logger = new Logger(PushContents.name);
  private readonly reads = new Batcher<ToTell, Push | null>({
    write: async (batch) => {
      const found = await this.read(batch);
      return batch.map((one) => ({ ok: true, result: found.get(one) ?? null }));
    },
    batch: { some: AT_ONCE, most: AT_ONCE },
    maxWaiting: MOST_WAITING,
    patienceMs: PATIENCE_MS,
  });

  constructor(
    private readonly database: Database,
    private readonly devices: ActiveDevices,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** null: it is not to be sent any more. @throws Error when the database is away */
  of(one: ToTell): Promise<Push | null> {
    return this.reads.submit(one);
  }

  private async read(batch: readonly ToTell[]): Promise<Map<ToTell, Push>> {
    const messages = batch.filter(({ type }) => type === 'message');
    const reads = batch.filter(({ type }) => type === 'read');
    const sums = batch.filter(({ type }) => type === 'more');
    const [shown, unshown, more] = await Promise.all([
      this.messages(messages),
      this.readNow(reads),
      this.more(sums),
    ]);
    const badges = await this.badges([...shown.keys(), ...unshown, ...more.keys()]);
    const browsers = await this.browsers([...shown.keys(), ...more.keys()]);
    const found = new Map<ToTell, Push>();
    for (const [one, { message, wants }] of shown) {
      const { chatId, seq, userId } = one.told;
      const { messageId, isDirect, isMentioned } = message;
      const text = textOf(message, wants.preview && this.config.push.preview);
      const badge = badges.get(userId) ?? null;
      const isUrgent = isDirect || isMentioned;
      found.set(one, {
        type: 'message',
        chatId,
        messageId,
        seq,
        ...text,
        badge,
        isUrgent,
        shown: browsers.get(one) ?? null,
      });
    }
    for (const one of unshown) {
      const { chatId, seq, userId } = one.told;
      found.set(one, { type: 'read', chatId, seq, badge: badges.get(userId) ?? null });
    }
    for (const [one, chats] of more)
      found.set(one, {
        type: 'more',
        chats,
        ...moreText(chats),
        badge: badges.get(one.told.userId) ?? null,
        shown: browsers.get(one) ?? null,
      });
    return found;
  }

  private async messages(
    all: readonly ToTell[],
  ): Promise<Map<ToTell, { message: ShownMessage; wants: Wants }>> {
    if (all.length === 0) return new Map();
    const told = all.map((one) => one.told);
    const wanted = await this.wantNow(told);
    const rows = await messagesToPush(this.database, told);
    return new Map(
      rows.flatMap(({ idx, ...message }) => {
        const one = all[idx - 1]!;
        const wants = wanted.get(one.told.userId);
        return wants ? [[one, { message, wants }] as const] : [];
      }),
    );
  }

  /** Of how many chats each is told: those with something unread of which they were not pushed. */
  private async more(all: readonly ToTell[]): Promise<Map<ToTell, number>> {
    if (all.length === 0) return new Map();
    const told = all.map((one) => one.told);
    const wanted = await this.wantNow(told);
    const current = (await morePushes(this.database, told)).map((idx) => all[idx - 1]!);
    const unread = await unreadToTell(this.database, [...wanted.keys()]);
    return new Map(
      current.flatMap((one) => {
        const chats = unread.get(one.told.userId)?.length ?? 0;
        return chats > 0 ? [[one, chats] as const] : [];
      }),
    );
  }

  /** What those want who want to be pushed at this moment. */
  private async wantNow(told: readonly Told[]): Promise<Map<number, Wants>> {
    const { wants } = await wantsOf(
      this.database,
      told.map(({ userId }) => userId),
    );
    const never = [...wants].flatMap(([userId, { whenActive }]) => (whenActive === 'never' ? [userId] : []));
    if (never.length === 0) return wants;
    const active = await this.devices.among(never);
    return new Map([...wants].filter(([userId]) => !active.has(userId)));
  }

  private async readNow(all: readonly ToTell[]): Promise<ToTell[]> {
    if (all.length === 0) return [];
    const rows = await readsToTell(
      this.database,
      all.map(({ told }) => told),
    );
    return rows.map((idx) => all[idx - 1]!);
  }

  /** What those that are browsers may still show. A push goes without it rather than not at all. */
  private async browsers(all: readonly ToTell[]): Promise<Map<ToTell, Shown>> {
    const web = all.filter(({ told }) => told.target.kind === 'web');
    if (web.length === 0) return new Map();
    const at = Date.now();
    try {
      const userIds = [...new Set(web.map(({ told }) => told.userId))];
      const rows = await unreadPushed(this.database, { userIds, most: MOST_UNREAD + 1 });
      const unread = new Map(rows.map(({ userId, chatIds }) => [userId, chatIds]));
      return new Map(
        web.map((one) => {
          const chatIds = unread.get(one.told.userId) ?? [];
          return [one, { at, unreadChats: chatIds.length > MOST_UNREAD ? null : chatIds }];
        }),
      );
    } catch (error) {
      this.logger.warn(`Pushes go without what is still unread: ${String(error)}`);
      return new Map();
    }
  }

  /** Web pages count for themselves. A push goes without a badge rather than not at all. */
  private async badges(all: readonly ToTell[]): Promise<Map<number, number>> {
    const native = new Set(
      all.flatMap(({ told: { target, userId } }) => (target.kind === 'web' ? [] : [userId])),
    );
    if (native.size === 0) return new Map();
    try {
      const rows = await badgesOf(this.database, [...native]);
      return new Map(rows.map(({ userId, badge }) => [userId, badge]));
    } catch (error) {
      this.logger.warn(`Pushes go without the number at the icon: ${String(error)}`);
      return new Map();
    }
  }
}
