import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Counter } from '../common/metrics/histogram.js';
import { Metrics } from '../common/metrics/metrics.js';
import type { PushKind } from '../contract/index.js';
import { Database } from '../database/database.js';
import { PushContents, type ToTell } from './push-contents.js';
import { PushLanes, type Waiting } from './push-lanes.js';
import { PushSenders } from './push-senders.js';
import { type Push, type PushOutcome, type PushSender, TTL_SECONDS } from './senders/push-sender.js';
import { giveBackPushes, inLockOrder, type Told } from './states.queries.js';
import { dropTarget } from './targets.queries.js';

/** Pushes of a kind that failed and wait for another try. */
const MOST_RETRIED = 10_000;

/** Milliseconds before the second try, the third and so on; the last wait is repeated. */
const RETRY_MS = [2_000, 10_000, 60_000, 300_000, 1_800_000];

/** Milliseconds that a stop waits for pushes that are under way. */
const STOP_WITHIN_MS = 5_000;

/** Pushes that one statement gives back. */
const GIVEN_BACK_AT_ONCE = 500;

/** Milliseconds between two warnings of one kind. */
const WARN_EVERY_MS = 60_000;

const OUTCOMES = ['ok', 'gone', 'other_key', 'later', 'refused', 'dropped'] as const;
const KINDS = ['web', 'fcm', 'apns'] as const;

type Outcome = (typeof OUTCOMES)[number];

/** What somebody is told at all their devices, from when it was claimed until a try of one of them has begun. */
interface Claim {
  hasBegun: boolean;
}

/** A push to one device, without its content: that is read at each try. */
interface Delivery extends Waiting, ToTell {
  claim: Claim;
  tries: number;
  since: number;
  /** The first try has begun, or it was dropped. */
  settle: () => void;
}

/**
 * Hands pushes to the push services, each at most once. One that a service does not take now is tried again until it is read
 * or a newer one was sent, for a day; not after this node has stopped.
 */
@Injectable()
export class PushDeliveries implements OnApplicationShutdown {
  private readonly logger = new Logger(PushDeliveries.name);
  private readonly lanes = new Map<PushKind, PushLanes<Delivery>>();
  private readonly counters: Record<PushKind, Record<Outcome, Counter>>;
  private readonly running = new Set<Promise<void>>();
  private readonly retried: Record<PushKind, Set<NodeJS.Timeout>>;
  private readonly warned = new Map<PushKind, number>();
  private roomWaiters: (() => void)[] = [];
  private isStopping = false;

  constructor(
    private readonly database: Database,
    private readonly senders: PushSenders,
    private readonly contents: PushContents,
    metrics: Metrics,
  ) {
    const count = (kind: PushKind, outcome: string) =>
      metrics.counter('chat_pushes_total', 'Pushes to devices, by how the push service answered.', {
        kind,
        outcome,
      });
    this.counters = byKey(KINDS, (kind) => byKey(OUTCOMES, (outcome) => count(kind, outcome)));
    this.retried = byKey(KINDS, () => new Set<NodeJS.Timeout>());
    for (const kind of senders.keys()) this.lanes.set(kind, new PushLanes());
  }

  /** Whether nothing should be claimed: so many wait, or this node stops. */
  get isFull(): boolean {
    return this.isStopping || [...this.lanes.values()].some((lanes) => lanes.isFull);
  }

  /** Resolves when it is not full, with true; at a stop with false. */
  async hasRoom(): Promise<boolean> {
    while (this.isFull && !this.isStopping)
      await new Promise<void>((resolve) => this.roomWaiters.push(resolve));
    return !this.isStopping;
  }

  /**
   * Begins to send. Resolves when the first try of each has begun or it was dropped: never, if one of them is given back. Never
   * throws.
   */
  async send(type: Push['type'], all: readonly Told[]): Promise<void> {
    const claims = new Map<string, Claim>();
    const since = Date.now();
    const begun = all.map((told) => {
      const { userId, chatId, target } = told;
      const key = `${userId} ${chatId}`;
      const claim = claims.get(key) ?? { hasBegun: false };
      claims.set(key, claim);
      const origin = target.kind === 'web' ? new URL(target.token).origin : target.kind;
      return new Promise<void>((settle) => {
        const delivery = { type, told, userId, origin, claim, tries: 0, since, settle };
        if (!this.lanes.get(target.kind)?.add(delivery)) this.drop(delivery);
      });
    });
    this.pump();
    await Promise.all(begun);
  }

  /**
   * What has not begun is sent by whoever reads the log next. Of a person to one of whose devices it was sent already, the
   * others are left out.
   */
  async giveBack(): Promise<void> {
    const waiting: Delivery[] = [];
    for (const lanes of this.lanes.values()) waiting.push(...lanes.takeAll());
    for (const one of waiting) this.lanesOf(one).end(one);
    this.tellRoom();
    const given = new Map<Claim, Told>();
    for (const one of waiting) {
      if (one.type !== 'read' && !one.claim.hasBegun) given.set(one.claim, one.told);
      else this.drop(one);
    }
    const told = inLockOrder(given.values());
    for (let from = 0; from < told.length; from += GIVEN_BACK_AT_ONCE)
      await giveBackPushes(this.database, told.slice(from, from + GIVEN_BACK_AT_ONCE));
  }

  /** What is under way has a moment to end. What has not begun is given back, and nothing is sent again. */
  async onApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    for (const [kind, timers] of Object.entries(this.retried)) {
      for (const timer of timers) clearTimeout(timer);
      this.counters[kind as PushKind].dropped.add(timers.size);
      timers.clear();
    }
    await this.giveBack().catch((error: unknown) => {
      this.logger.warn(`Pushes that were not sent are lost: ${String(error)}`);
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_WITHIN_MS)));
    await Promise.race([Promise.all(this.running), late]);
    clearTimeout(timer);
    for (const sender of this.senders.values()) sender.close();
  }

  private pump(): void {
    if (this.isStopping) return;
    for (const [kind, lanes] of this.lanes) {
      for (let one = lanes.take(); one; one = lanes.take()) {
        one.claim.hasBegun = true;
        one.settle();
        const work = this.attempt(this.senders.get(kind)!, lanes, one).finally(() => {
          this.running.delete(work);
          this.pump();
        });
        this.running.add(work);
      }
    }
    this.tellRoom();
  }

  private tellRoom(): void {
    if (this.isFull && !this.isStopping) return;
    for (const resolve of this.roomWaiters.splice(0)) resolve();
  }

  /** Never throws. */
  private async attempt(sender: PushSender, lanes: PushLanes<Delivery>, delivery: Delivery): Promise<void> {
    const { told } = delivery;
    let took: number | null = null;
    let outcome: PushOutcome | null;
    try {
      const push = await this.contents.of(delivery);
      const began = performance.now();
      outcome = push && (await sender.send(told.target, push));
      if (push) took = performance.now() - began;
      if (outcome) this.counters[sender.kind][outcome.kind].add(1);
      if (outcome?.kind === 'gone' || outcome?.kind === 'other_key')
        await dropTarget(this.database, told.target);
      if (outcome?.kind === 'other_key')
        this.warn(sender.kind, `Devices of other keys for ${sender.kind} are removed: ${outcome.error}`);
      if (outcome?.kind === 'refused')
        this.warn(sender.kind, `The push service of ${sender.kind} refused a push: ${outcome.error}`);
    } catch (error) {
      this.warn(sender.kind, `A push waits for the database: ${String(error)}`);
      outcome = took === null ? { kind: 'later', error: 'EFAILED', retryAfterMs: 0 } : null;
    }
    lanes.done(delivery, took);
    if (outcome?.kind === 'later') this.later(delivery, outcome.retryAfterMs);
    else lanes.end(delivery);
  }

  private later(delivery: Delivery, retryAfterMs: number): void {
    const lanes = this.lanesOf(delivery);
    const timers = this.retried[delivery.told.target.kind];
    const wait = RETRY_MS[Math.min(delivery.tries, RETRY_MS.length - 1)]! * (0.8 + 0.4 * Math.random());
    const ms = Math.max(wait, retryAfterMs);
    const isTooLate = Date.now() + ms - delivery.since > TTL_SECONDS * 1_000;
    if (this.isStopping || isTooLate || timers.size >= MOST_RETRIED) {
      lanes.end(delivery);
      this.drop(delivery);
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      delivery.tries++;
      if (lanes.again(delivery)) this.pump();
      else {
        lanes.end(delivery);
        this.drop(delivery);
      }
    }, ms).unref();
    timers.add(timer);
  }

  private drop({ told, settle }: Delivery): void {
    this.counters[told.target.kind].dropped.add(1);
    settle();
  }

  private lanesOf({ told }: Delivery): PushLanes<Delivery> {
    return this.lanes.get(told.target.kind)!;
  }

  private warn(kind: PushKind, text: string): void {
    const now = performance.now();
    if (now - (this.warned.get(kind) ?? Number.NEGATIVE_INFINITY) < WARN_EVERY_MS) return;
    this.warned.set(kind, now);
    this.logger.warn(`${text}; at most one such line a minute`);
  }
}

const byKey = <const K extends string, V>(keys: readonly K[], of: (key: K) => V): Record<K, V> =>
  Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<K, V>;
