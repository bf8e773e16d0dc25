import { setTimeout as pause } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { membersOf } from '../chats/audience.js';
import { toChatView } from '../chats/chat.view.js';
import { lockChat } from '../chats/membership.queries.js';
import { Bus } from '../common/bus.js';
import { RepeatedChunks } from '../common/flow/repeated-chunks.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { awaitUnreadMarks } from '../messages/changes/change.queries.js';
import { countAsRead, dueChats, dueUpTo, purgeUpTo, setPurged } from './retention.queries.js';

/** Milliseconds between two looks for messages that are too old. */
const LOOK_EVERY_MS = 600_000;

/** Milliseconds after a start: a purge that the last stop cut short goes on soon. */
const FIRST_LOOK_AFTER_MS = 5_000;

/** Chats that one statement looks at. */
const CHATS_AT_ONCE = 500;

/** Messages that are removed while their chat is locked: some milliseconds. */
const MESSAGES_AT_ONCE = 500;

/** Milliseconds between two parts, in which the chat and its neighbours come first. */
const PAUSE_MS = 25;

/**
 * Removes messages that are older than RETENTION_DAYS, or than their chat keeps them, oldest first. Every node does it: what
 * another one has removed is not due any more.
 */
@Injectable()
export class RetentionPurge implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(RetentionPurge.name);
  private readonly looks: RepeatedChunks;
  private stopping = false;
  /** The chat after which the walk goes on. */
  private after = 0;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly database: Database,
    private readonly publisher: Publisher,
    private readonly bus: Bus,
  ) {
    this.looks = new RepeatedChunks({
      what: 'messages that are older than they are kept',
      everyMs: LOOK_EVERY_MS,
      firstAfterMs: FIRST_LOOK_AFTER_MS,
      chunk: CHATS_AT_ONCE,
      remove: () => this.lookOn(),
    });
  }

  onApplicationBootstrap(): void {
    this.looks.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await this.looks.stop();
  }

  /** Removes what is too old in one chat; what it does not come to is removed by the next look, which then comes soon. */
  purgeNow(chatId: number): void {
    void this.purge(chatId).catch((error: unknown) => {
      this.logger.warn(`Could not remove all old messages of a chat, trying again: ${String(error)}`);
      this.after = 0;
      this.looks.soon();
    });
  }

  private async purge(chatId: number): Promise<void> {
    while (!this.stopping && (await this.purgePart(chatId))) await pause(PAUSE_MS, undefined, { ref: false });
  }

  /** Looks at the next chats; 0 at the end of the walk. */
  private async lookOn(): Promise<number> {
    const look = { days: this.config.retentionDays, after: this.after, most: CHATS_AT_ONCE };
    const rows = await dueChats(this.database, look);
    const { next } = rows.pop()!;
    for (const { chatId } of rows) if (chatId !== null) await this.purge(chatId);
    this.after = next ?? 0;
    return next === null ? 0 : CHATS_AT_ONCE;
  }

  /** Whether there is more. Only the last part is told, as one change of the chat. */
  private async purgePart(chatId: number): Promise<boolean> {
    const done = await this.database.transactionInChat(chatId, async (tx) => {
      if (!(await lockChat(tx, chatId))) return null;
      const due = await dueUpTo(tx, { days: this.config.retentionDays, chatId, most: MESSAGES_AT_ONCE });
      if (!due) return null;
      const { upTo, more } = due;
      await awaitUnreadMarks(tx, chatId);
      const late = await countAsRead(tx, { chatId, upTo });
      await purgeUpTo(tx, { chatId, upTo });
      return { chat: await setPurged(tx, { chatId, upTo, told: !more }), late, more };
    });
    if (!done) return false;
    const { chat, late, more } = done;
    if (!more) this.publisher.publish('chatUpdated', toChatView(chat), membersOf({ ...chat, chatId }, null));
    this.bus.emit('unreadChanged', { chatId, userIds: late });
    return more;
  }
}
