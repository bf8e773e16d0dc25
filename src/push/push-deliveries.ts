import { Injectable, Logger } from '@nestjs/common';
import { Semaphore } from '../common/flow/semaphore.js';
import type { Counter } from '../common/metrics/histogram.js';
import { Metrics } from '../common/metrics/metrics.js';
import type { PushKind } from '../contract/index.js';
import { Database } from '../database/database.js';
import { PushSenders } from './push-senders.js';
import { type Push, type PushOutcome, type PushSender, TTL_SECONDS } from './senders/push-sender.js';
import { isStillDue, type Told } from './states.queries.js';
import { dropTarget } from './targets.queries.js';

/** Pushes under way at once to one kind of device, and how many wait for that. */
const AT_ONCE = 50;
const MOST_WAITING = 20_000;

/** Pushes that failed and wait for another try. */
const MOST_RETRIED = 10_000;

/** Milliseconds before the second try, the third and so on; the last wait is repeated. */
const RETRY_MS = [2_000, 10_000, 60_000, 300_000, 1_800_000];

const OUTCOMES = ['ok', 'gone', 'later', 'refused'] as const;
const KINDS = ['web', 'fcm', 'apns'] as const;

/** A push to one device. */
export interface Delivery {
  told: Told;
  push: Push;
}

/**
 * Hands pushes to the push services, each at most once. One that a service does not take now is tried again until it is read
 * or a newer one was sent, for a day; not after this node has stopped.
 */
@Injectable()
export class PushDeliveries {
  private readonly logger = new Logger(PushDeliveries.name);
  private readonly turns = new Map<PushKind, Semaphore>();
  private readonly counters: Record<PushKind, Record<PushOutcome['kind'], Counter>>;
  private readonly running = new Set<Promise<void>>();
  private readonly retried = new Set<NodeJS.Timeout>();
  private isStopping = false;

  constructor(
    private readonly database: Database,
    private readonly senders: PushSenders,
    metrics: Metrics,
  ) {
    const count = (kind: PushKind, outcome: string) =>
      metrics.counter('chat_pushes_total', 'Pushes to devices, by how the push service answered.', {
        kind,
        outcome,
      });
    this.counters = byKey(KINDS, (kind) => byKey(OUTCOMES, (outcome) => count(kind, outcome)));
    for (const kind of senders.keys())
      this.turns.set(kind, new Semaphore({ atOnce: AT_ONCE, maxWaiting: MOST_WAITING }));
  }

  /** Whether so many wait that nothing should be added. */
  get isFull(): boolean {
    return this.running.size >= MOST_WAITING;
  }

  /** Begins to send. Never throws. */
  send(delivery: Delivery): void {
    this.begin(delivery, 0, Date.now());
  }

  /** Sends what has begun, and nothing again. */
  async stop(): Promise<void> {
    this.isStopping = true;
    for (const timer of this.retried) clearTimeout(timer);
    await Promise.all(this.running);
    for (const sender of this.senders.values()) sender.close();
  }

  private begin(delivery: Delivery, tries: number, since: number): void {
    const { kind } = delivery.told.target;
    const sender = this.senders.get(kind);
    const turn = this.turns.get(kind);
    if (!sender || !turn || this.isStopping) return;
    const work = turn
      .run(() => this.attempt(sender, delivery, tries, since))
      .catch((error: unknown) => {
        this.counters[kind].refused.add(1);
        this.logger.warn(`A push was dropped: ${String(error)}`);
      })
      .finally(() => this.running.delete(work));
    this.running.add(work);
  }

  private async attempt(sender: PushSender, delivery: Delivery, tries: number, since: number): Promise<void> {
    const { told, push } = delivery;
    if (tries > 0 && push.type === 'message' && !(await isStillDue(this.database, told))) return;
    const outcome = await sender.send(told.target, push);
    this.counters[sender.kind][outcome.kind].add(1);
    if (outcome.kind === 'gone') await dropTarget(this.database, told.target);
    else if (outcome.kind === 'refused')
      this.logger.warn(`The push service of ${sender.kind} refused a push: ${outcome.error}`);
    else if (outcome.kind === 'later') this.later(delivery, tries, since, outcome.retryAfterMs);
  }

  private later(delivery: Delivery, tries: number, since: number, retryAfterMs: number): void {
    const wait = RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]! * (0.8 + 0.4 * Math.random());
    const ms = Math.max(wait, retryAfterMs);
    const isTooLate = Date.now() + ms - since > TTL_SECONDS * 1_000;
    if (this.isStopping || isTooLate || this.retried.size >= MOST_RETRIED) return;
    const timer = setTimeout(() => {
      this.retried.delete(timer);
      this.begin(delivery, tries + 1, since);
    }, ms).unref();
    this.retried.add(timer);
  }
}

const byKey = <const K extends string, V>(keys: readonly K[], of: (key: K) => V): Record<K, V> =>
  Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<K, V>;
