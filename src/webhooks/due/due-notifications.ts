import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ChangeLog, type SinkWork } from '../../changes/change-log.js';
import { isAfter, type Position } from '../../changes/position.js';
import type { Sink } from '../../changes/sink.js';
import { ensureSink, removeIdleSink, removeSink } from '../../changes/sinks.queries.js';
import { RepeatedChunks } from '../../common/flow/repeated-chunks.js';
import { RepeatedLook } from '../../common/flow/repeated-look.js';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import { Database } from '../../database/database.js';
import { whileStarting } from '../../database/while-starting.js';
import { ActiveDevices } from '../../presence/active-devices.js';
import {
  dropDue,
  dueAgain,
  type DueNotice,
  dueNotices,
  forgetDue,
  isDueWanted,
  noteDue,
  putOffDue,
  type Sent,
  sentBetween,
  type Stretch,
} from './due.queries.js';

const SINK = 'due';

/** Messages of one page of the log, and chats of one statement. */
const PAGE = 1_000;
const CHATS_AT_ONCE = 50;

/** People whose put-off is over, in one turn. */
const AGAIN_AT_ONCE = 500;

/** Most people of one event. */
const PEOPLE_OF_EVENT = 100;

/** Milliseconds after which a turn leaves the rest to the next one. */
const TURN_MS = 1_000;

/** Milliseconds between two looks whether a webhook wants it, and for people who were put off. */
const WANTED_EVERY_MS = 30_000;
const AGAIN_EVERY_MS = 1_000;

const FORGET_EVERY_MS = 600_000;
const FORGET_DAYS = 30;
const FORGOTTEN_AT_ONCE = 1_000;

/**
 * Finds messages that are still unread NOTIFICATION_DUE_AFTER_MS after they were sent, and notes them in the log of changes
 * as `notification.due`, which webhooks are sent like all else. It reads the log so much later than others.
 *
 * Of a chat somebody is told once until they have read it. Who has an active device then is looked at again after the same
 * time.
 */
@Injectable()
export class DueNotifications implements SinkWork, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly wanted: RepeatedLook;
  private readonly forgetting: RepeatedChunks;
  readonly delayMs: number;
  private readonly oldestMs: number;
  /** By `performance.now()`: before then the next message is not old enough; and the next look at who was put off. */
  private restsUntil = 0;
  private againAt = 0;

  constructor(
    private readonly database: Database,
    private readonly devices: ActiveDevices,
    private readonly log: ChangeLog,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    this.delayMs = config.webhooks.dueAfterMs;
    this.oldestMs = this.delayMs + config.sinks.keepDays * 86_400_000;
    log.register(SINK, this);
    this.wanted = new RepeatedLook({
      what: 'webhooks that are told of unread messages',
      everyMs: WANTED_EVERY_MS,
      look: () => this.look(),
    });
    this.forgetting = new RepeatedChunks({
      what: 'who was told of unread messages long ago',
      everyMs: FORGET_EVERY_MS,
      chunk: FORGOTTEN_AT_ONCE,
      remove: () => forgetDue(database, { days: FORGET_DAYS, most: FORGOTTEN_AT_ONCE }),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.sinks.on) return;
    if (this.delayMs === 0) {
      await whileStarting(() => removeIdleSink(this.database, SINK));
      return;
    }
    this.wanted.start();
    this.forgetting.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.wanted.stop(), this.forgetting.stop()]);
  }

  /** A webhook was added or changed: it may be the first that wants this. */
  webhooksChanged(): void {
    if (this.delayMs > 0 && this.config.sinks.on) void this.wanted.now();
  }

  async turn(sink: Sink, settled: Position): Promise<void> {
    const ends = performance.now() + TURN_MS;
    await this.tellAgain(sink);
    while (sink.isHeld && performance.now() < ends && performance.now() >= this.restsUntil) {
      if (!(await this.step(sink, settled))) return;
    }
  }

  async end(): Promise<void> {
    // A turn has ended before this is called.
    this.restsUntil = 0;
  }

  private async look(): Promise<void> {
    if (!(await isDueWanted(this.database, undefined))) await removeSink(this.database, SINK);
    else if ((await ensureSink(this.database, SINK)) > 0) this.log.ring();
  }

  /** False: there is nothing more that is old enough. */
  private async step(sink: Sink, settled: Position): Promise<boolean> {
    const { position } = sink;
    if (!isAfter(settled, position)) return false;
    const sent = await sentBetween(this.database, {
      after: position.messageId,
      upTo: settled.messageId,
      most: PAGE,
    });
    const young = sent.findIndex(({ ageMs }) => ageMs < this.delayMs);
    if (young !== -1) this.restsUntil = performance.now() + this.delayMs - sent[young]!.ageMs;
    const due = young === -1 ? sent : sent.slice(0, young);
    await this.tell(sink, stretchesOf(due.filter(({ ageMs }) => ageMs < this.oldestMs)));
    if (!sink.isHeld) return false;
    const last = due.at(-1);
    if (young === -1 && sent.length < PAGE) sink.hasRead(settled);
    else if (last) {
      // Not past all that there is: that looks like a database that has lost something.
      const isAll = last.id === settled.messageId;
      sink.hasRead(isAll ? settled : { messageId: last.id, outboxId: Number.MAX_SAFE_INTEGER });
    }
    sink.doneUpTo(null);
    return young === -1 && sent.length === PAGE;
  }

  private async tellAgain(sink: Sink): Promise<void> {
    const now = performance.now();
    if (now < this.againAt) return;
    this.againAt = now + AGAIN_EVERY_MS;
    const again = await dueAgain(this.database, AGAIN_AT_ONCE);
    const told = await this.tell(sink, again);
    const found = new Set(told.map(keyOf));
    const over = again.flatMap(({ userId, chatId }) => (userId === null ? [] : [{ userId, chatId }]));
    const read = over.filter((one) => !found.has(keyOf(one)));
    if (read.length > 0 && sink.isHeld) await dropDue(this.database, read);
  }

  /** Returns those who have not read it, told or put off. */
  private async tell(sink: Sink, stretches: readonly Stretch[]): Promise<DueNotice[]> {
    const all: DueNotice[] = [];
    for (let from = 0; from < stretches.length && sink.isHeld; from += CHATS_AT_ONCE) {
      const notices = await dueNotices(this.database, stretches.slice(from, from + CHATS_AT_ONCE));
      all.push(...notices);
      if (notices.length === 0) continue;
      const active = await this.devices.among([...new Set(notices.map(({ userId }) => userId))]);
      const idle = notices.filter(({ userId }) => !active.has(userId));
      const later = notices.filter(({ userId }) => active.has(userId));
      if (!sink.isHeld) break;
      if (idle.length > 0) await noteDue(this.database, { notices: idle, most: PEOPLE_OF_EVENT });
      if (later.length > 0) await putOffDue(this.database, { notices: later, ms: this.delayMs });
    }
    return all;
  }
}

const keyOf = ({ userId, chatId }: { userId: number; chatId: number }) => `${userId} ${chatId}`;

/** By chat, from the first to the last. */
function stretchesOf(sent: readonly Sent[]): Stretch[] {
  const chats = new Map<number, Stretch>();
  for (const { chatId, seq } of sent) {
    const known = chats.get(chatId);
    if (!known) chats.set(chatId, { chatId, firstSeq: seq, lastSeq: seq, userId: null });
    else {
      known.firstSeq = Math.min(known.firstSeq, seq);
      known.lastSeq = Math.max(known.lastSeq, seq);
    }
  }
  return [...chats.values()];
}
