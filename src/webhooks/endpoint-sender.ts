import { Logger } from '@nestjs/common';
import type { Position } from '../changes/position.js';
import type { Sink } from '../changes/sink.js';
import type { Database } from '../database/database.js';
import type { Deliveries, Outcome } from './deliveries.js';
import type { EndpointStatus, Rules } from './endpoint-status.js';
import { type Entry, EventWindow } from './event-window.js';
import { bodyOf, idOf, isFor } from './events.js';
import {
  buryParked,
  delayParked,
  dueEvents,
  type Parked,
  parkEvent,
  settleParked,
} from './parked.queries.js';
import type { ParkedEvents } from './parked-events.js';
import { waitAfter } from './steps.js';
import type { Endpoint } from './webhooks.queries.js';

/** Requests under way at once, each about another chat. */
const AT_ONCE = 32;

/** Failures in a row, with nothing that got through between them, after which the receiver counts as down. */
const DOWN_AFTER = 5;

/** Events that are read before the first of them is done. */
const WINDOW = 1_000;
const PAGE = 500;

/** Parked events that are begun in one turn. */
const DUE_AT_ONCE = 20;

/** Milliseconds between two looks for parked events of a webhook that has none: they may have been revived. */
const DUE_EVERY_MS = 1_000;

interface Failure {
  entry: Entry;
  outcome: Outcome;
}

/**
 * Sends events to one webhook: of each chat one after the other, of several chats side by side.
 *
 * When one fails, others tell whether it is the event or the receiver. If others get through, it is parked, with what follows
 * in its chat. If nothing does, the webhook pauses: nothing is written but that, the log of changes is the backlog. With too many
 * parked events nothing else is begun until there are fewer, so that there too the log is the backlog.
 */
export class EndpointSender {
  private readonly logger = new Logger(EndpointSender.name);
  private readonly window = new EventWindow();
  private failures: Failure[] = [];
  private readonly running = new Set<Promise<void>>();
  /** Deliveries from the window. */
  private active = 0;
  private lookedForDueAt = 0;
  private wasFull = false;
  /** Until the next turn: the database is away. */
  private isResting = false;
  private isPausing = false;
  /** What waits aside is tried, to see whether the receiver is back. */
  private isProbing = false;
  private hasEnded = false;

  constructor(
    private readonly sink: Sink,
    private readonly parked: ParkedEvents,
    private readonly status: EndpointStatus,
    private readonly waits: Rules['waits'],
    private readonly database: Database,
    private readonly deliveries: Deliveries,
  ) {}

  /** Begins what can be begun. The webhook is as it was read at that time of `performance.now()`. */
  async turn(endpoint: Endpoint, readAt: number, settled: Position): Promise<void> {
    this.status.wasRead(endpoint, readAt);
    this.isResting = false;
    if (!this.maySend) return;
    await this.parked.recount();
    this.tellIfFull();
    await this.fill(settled);
    this.pump();
    await this.beginDue();
  }

  /** Begins nothing more, and waits for what is under way. */
  async end(): Promise<void> {
    this.hasEnded = true;
    await Promise.all(this.running);
    this.advance();
  }

  private get maySend(): boolean {
    return !this.hasEnded && this.sink.isHeld && this.status.maySend;
  }

  /** Too many events wait aside: nothing new is begun. */
  private get isFull(): boolean {
    return this.status.isOn && this.parked.isFull;
  }

  private get isPaused(): boolean {
    return this.status.isPaused;
  }

  /** While its receiver is down nothing is parked: what would be waits in the log. */
  private readonly mayTake = (chatId: number): boolean => !this.isPaused || !this.parked.has(chatId);

  private tellIfFull(): void {
    const { isFull } = this;
    if (isFull && !this.wasFull)
      this.logger.warn(
        `${this.sink.name} has WEBHOOK_MAX_PARKED events that were refused: it is sent nothing new`,
      );
    this.wasFull = isFull;
  }

  private async fill(settled: Position): Promise<void> {
    if (this.window.size > WINDOW - PAGE) return;
    const { id, events } = this.status.endpoint;
    const all = events.includes('*');
    const { changes, upTo } = await this.sink.next(settled, PAGE);
    for (const change of changes) {
      const isWanted = (all || events.includes(change.kind)) && isFor(id, change);
      this.window.add(change, isWanted);
    }
    this.sink.hasRead(upTo);
    this.advance();
  }

  private advance(): void {
    const position = this.window.size === 0 ? null : this.window.shift();
    if (position !== undefined) this.sink.doneUpTo(position);
  }

  private pump(): void {
    if (!this.maySend || this.isResting || this.isPausing || (this.isProbing && this.isPaused)) return;
    const atOnce = this.isPaused ? DOWN_AFTER : AT_ONCE;
    while (!this.isFull && this.active < atOnce && this.failures.length < DOWN_AFTER) {
      const entry = this.window.take(this.mayTake);
      if (!entry) break;
      this.active++;
      this.begin(
        this.deliver(entry).finally(() => {
          this.active--;
        }),
      );
    }
    if (this.failures.length === 0 || this.active > 0) return;
    // Whether it is these events or the receiver, others could tell.
    if (this.failures.length >= DOWN_AFTER || this.isFull || !this.window.peek(this.mayTake))
      this.begin(this.pause(this.failures.at(-1)!.outcome));
  }

  private begin(work: Promise<void>): void {
    const one = work
      .catch((error: unknown) => {
        this.isResting = true;
        this.logger.warn(`Could not go on with ${this.sink.name}, trying again: ${String(error)}`);
      })
      .finally(() => {
        this.running.delete(one);
        this.pump();
      });
    this.running.add(one);
  }

  private async deliver(entry: Entry): Promise<void> {
    const { event } = entry;
    try {
      if (this.parked.has(event.chatId)) {
        await this.park(entry, null);
        return this.finish(entry);
      }
      const body = await bodyOf(this.database, event);
      if (!body) return this.finish(entry);
      entry.tries++;
      const delivery = { id: idOf(event), kind: event.kind, body };
      const outcome = await this.deliveries.send(this.status.endpoint, delivery, entry.tries);
      // Its chat stays taken until it is clear what it was.
      if (outcome.kind === 'down') {
        this.failures.push({ entry, outcome });
        return;
      }
      if (outcome.kind === 'gone') {
        await this.status.disable('gone', 'HTTP 410');
        return this.window.putBack(event.chatId);
      }
      // The process was frozen: another node has sent it, too.
      if (!this.sink.isHeld) return this.window.putBack(event.chatId);
      if (outcome.kind === 'refused') await this.park(entry, outcome);
      this.finish(entry);
      await this.alive();
    } catch (error) {
      if (!entry.done) this.window.putBack(event.chatId);
      throw error;
    }
  }

  private finish(entry: Entry): void {
    this.window.finish(entry);
    this.advance();
  }

  /** The receiver is there: what failed meanwhile failed by itself. */
  private async alive(): Promise<void> {
    if (!this.sink.isHeld) return;
    const failures = this.failures.splice(0);
    await this.status.reached();
    for (const { entry, outcome } of failures) {
      try {
        await this.park(entry, outcome);
        this.finish(entry);
      } catch (error) {
        this.window.putBack(entry.event.chatId);
        throw error;
      }
    }
  }

  /** `outcome` null: it waits for earlier ones of its chat. Probes of a receiver that was down do not count. */
  private async park({ event }: Entry, outcome: Outcome | null): Promise<void> {
    await parkEvent(this.database, {
      webhookId: this.status.endpoint.id,
      eventId: idOf(event),
      event,
      tries: outcome ? 1 : 0,
      waitMs: outcome && waitAfter(0, this.waits, outcome.retryAfterMs),
      error: outcome?.error ?? null,
    });
    this.parked.add(event.chatId);
  }

  /** Nothing got through: it is the receiver. */
  private async pause(outcome: Outcome): Promise<void> {
    this.isPausing = true;
    const failures = this.failures.splice(0);
    try {
      if (this.sink.isHeld) await this.status.down(outcome);
    } finally {
      for (const { entry } of failures) this.window.putBack(entry.event.chatId);
      this.isPausing = false;
    }
  }

  private async beginDue(): Promise<void> {
    const { id: webhookId } = this.status.endpoint;
    if (!this.maySend) return;
    // A receiver that is down is probed with what waits aside when there is nothing else.
    if (this.isPaused && (this.active > 0 || this.failures.length > 0 || this.isPausing || this.isProbing))
      return;
    const now = performance.now();
    if (this.parked.isEmpty && now - this.lookedForDueAt < DUE_EVERY_MS) return;
    this.lookedForDueAt = now;
    const probes = this.isPaused;
    for (const event of await dueEvents(this.database, { webhookId, most: probes ? 1 : DUE_AT_ONCE })) {
      if (!this.window.takeChat(event.chatId)) continue;
      this.isProbing = probes;
      this.begin(
        this.tryParked(event).finally(() => {
          if (probes) this.isProbing = false;
          this.window.putBack(event.chatId);
        }),
      );
    }
  }

  /** Tries a parked event, and when it is settled those behind it. */
  private async tryParked(first: Parked): Promise<void> {
    let event: Parked | undefined = first;
    while (event && this.maySend) {
      const body = await bodyOf(this.database, event);
      if (!body) {
        event = await settleParked(this.database, event.id);
        this.parked.settled();
        continue;
      }
      const { id, tries } = event;
      const delivery = { id: idOf(event), kind: event.kind, body };
      const outcome: Outcome = await this.deliveries.send(this.status.endpoint, delivery, tries + 1);
      const error = outcome.error ?? '';
      if (outcome.kind === 'gone') return this.status.disable('gone', error);
      // It was a probe, which does not count as a try of the event.
      if (outcome.kind === 'down' && this.isPaused) return this.isPausing ? undefined : this.pause(outcome);
      if (outcome.kind === 'ok') {
        event = await settleParked(this.database, id);
        this.parked.settled();
        await this.alive();
      } else if (tries >= this.waits.length) {
        event = await buryParked(this.database, { id, error });
        this.deliveries.countDead();
        this.parked.settled();
        if (outcome.kind === 'refused') await this.alive();
      } else {
        const waitMs = waitAfter(tries, this.waits, outcome.retryAfterMs);
        await delayParked(this.database, { id, waitMs, error });
        if (outcome.kind === 'refused') await this.alive();
        // Nothing else is sent that could tell whether it is the receiver.
        else if (this.isFull && !this.isPausing) await this.pause(outcome);
        return;
      }
    }
    if (!event) this.parked.clear(first.chatId);
  }
}
