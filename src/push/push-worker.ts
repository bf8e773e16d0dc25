import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { RepeatedChunks } from '../common/flow/repeated-chunks.js';
import { ChangeLog, type SinkWork } from '../changes/change-log.js';
import { isAfter, type Position } from '../changes/position.js';
import type { Sink } from '../changes/sink.js';
import { ensureSink, removeIdleSink } from '../changes/sinks.queries.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { whileStarting } from '../database/while-starting.js';
import { type Gathering, Gatherings } from './gatherings.js';
import { PushDeliveries } from './push-deliveries.js';
import { PushSenders } from './push-senders.js';
import { Pushes } from './pushes.js';
import { placesOf } from './recipients.queries.js';
import { TTL_SECONDS } from './senders/push-sender.js';
import { forgetPushes } from './states.queries.js';

const SINK = 'push';

/** Messages of a page of the log, and pages of one turn. */
const PAGE = 1_000;
const PAGES = 3;

/** Chats with something to tell, above which nothing more is read. */
const MOST_CHATS = 5_000;

/** Chats that are told by one statement. */
const CHATS_AT_ONCE = 50;

/** People with an active device who are told later; more are not. */
const MOST_DELAYED = 50_000;

/** Milliseconds between two looks for people whose quiet hours are over. */
const QUIET_EVERY_MS = 1_000;

/** Milliseconds until the next try when the database was away. */
const AGAIN_MS = 1_000;

const FORGET_EVERY_MS = 600_000;
const FORGET_DAYS = 7;
const FORGOTTEN_AT_ONCE = 1_000;

interface Reading {
  gatherings: Gatherings;
  running: Promise<void> | null;
  hasEnded: boolean;
  /** When it was last looked for people whose quiet hours are over, by `performance.now()`. */
  quietAt: number;
}

/** Reads the log of changes for pushes, at one node at a time. Without a configured kind there is no sink, and no cost. */
@Injectable()
export class PushWorker implements SinkWork, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(PushWorker.name);
  private readonly readings = new Map<Sink, Reading>();
  private readonly forgetting: RepeatedChunks;
  private readonly isOn: boolean;

  constructor(
    private readonly database: Database,
    private readonly pushes: Pushes,
    private readonly deliveries: PushDeliveries,
    private readonly log: ChangeLog,
    senders: PushSenders,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    this.isOn = senders.size > 0;
    if (this.isOn) log.register(SINK, this);
    this.forgetting = new RepeatedChunks({
      what: 'what was pushed long ago',
      everyMs: FORGET_EVERY_MS,
      chunk: FORGOTTEN_AT_ONCE,
      remove: () => forgetPushes(database, { days: FORGET_DAYS, most: FORGOTTEN_AT_ONCE }),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.sinks.on) return;
    if (this.isOn) {
      await whileStarting(() => ensureSink(this.database, SINK));
      this.forgetting.start();
      this.log.ring();
    } else await whileStarting(() => removeIdleSink(this.database, SINK));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.forgetting.stop();
  }

  async turn(sink: Sink, settled: Position): Promise<void> {
    const reading = this.readings.get(sink) ?? {
      gatherings: new Gatherings(),
      running: null,
      hasEnded: false,
      quietAt: Number.NEGATIVE_INFINITY,
    };
    this.readings.set(sink, reading);
    for (
      let page = 0;
      page < PAGES && reading.gatherings.size < MOST_CHATS && !this.deliveries.isFull;
      page++
    ) {
      if ((await this.read(sink, reading, settled)) < PAGE) break;
    }
    reading.running ??= this.tellAll(sink, reading).finally(() => (reading.running = null));
    this.advance(sink, reading);
  }

  /** What was not told, or has not begun to be sent, is read again by the node that goes on. */
  async end(sink: Sink): Promise<void> {
    const reading = this.readings.get(sink);
    this.readings.delete(sink);
    if (!reading) return;
    reading.hasEnded = true;
    // Once for what waits, so that there is room, and once for what was claimed meanwhile.
    await this.deliveries.giveBack();
    await reading.running;
    await this.deliveries.giveBack();
    this.advance(sink, reading);
  }

  private async read(sink: Sink, reading: Reading, settled: Position): Promise<number> {
    const { changes, upTo } = await sink.next(settled, PAGE);
    if (!isAfter(upTo, sink.position)) return 0;
    const oldest = Date.now() - TTL_SECONDS * 1_000;
    const recent = changes.filter(({ at }) => Date.parse(at) > oldest);
    const messages = recent.flatMap(({ kind, chatId, nr: seq }) =>
      kind === 'newMessage' ? [{ chatId, seq }] : [],
    );
    const ended = recent.flatMap(({ messageId, details }) =>
      details?.streamEnded === true && messageId !== null ? [messageId] : [],
    );
    if (ended.length > 0) messages.push(...(await placesOf(this.database, ended)));
    reading.gatherings.read(upTo, messages, performance.now() + this.config.push.gatherMs);
    sink.hasRead(upTo);
    return changes.length;
  }

  private async tellAll(sink: Sink, reading: Reading): Promise<void> {
    await this.tellDue(sink, reading);
    const now = performance.now();
    if (now - reading.quietAt < QUIET_EVERY_MS) return;
    reading.quietAt = now;
    try {
      await this.pushes.tellAfterQuiet(() => sink.isHeld && !reading.hasEnded);
    } catch (error) {
      this.logger.warn(`Could not find whose quiet hours are over, trying again: ${String(error)}`);
    }
  }

  private async tellDue(sink: Sink, reading: Reading): Promise<void> {
    const { gatherings } = reading;
    for (const which of ['all', 'delayed'] as const) {
      for (;;) {
        if (!sink.isHeld || reading.hasEnded || this.deliveries.isFull) return;
        const due = gatherings.take(which, performance.now(), CHATS_AT_ONCE);
        if (due.length === 0) break;
        if (!(await this.tell(due, reading))) return;
      }
    }
  }

  /** False: they could not be told now. */
  private async tell(due: readonly Gathering[], reading: Reading): Promise<boolean> {
    const { gatherings } = reading;
    try {
      const telling = await this.pushes.tell(due, () => !reading.hasEnded);
      if (!telling) return false;
      const dueAt = performance.now() + this.config.push.activeDelayMs;
      for (const gathering of due) {
        const userIds = telling.later.get(gathering.chatId) ?? [];
        if (userIds.length > 0 && gatherings.delayedPeople < MOST_DELAYED)
          gatherings.delay(gathering, userIds, dueAt);
      }
      // Until then the log is not done: what is given back at a stop is read again.
      void telling.begun.then(() => due.forEach((one) => gatherings.finish(one)));
      return true;
    } catch (error) {
      gatherings.putBack(due, performance.now() + AGAIN_MS);
      this.logger.warn(`Could not find whom to push, trying again: ${String(error)}`);
      return false;
    }
  }

  private advance(sink: Sink, { gatherings }: Reading): void {
    const position = gatherings.done();
    if (position) sink.doneUpTo(position);
  }
}
