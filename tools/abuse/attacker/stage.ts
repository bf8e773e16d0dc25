import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../chaos/random.js';
import { attackerAddress } from '../wire/address.js';
import type { Endpoint } from '../wire/connection.js';
import { Tally } from './tally.js';

/** What an attacker's process is told, as plain data. */
export interface Orders {
  attack: string;
  /** Its place in the run. */
  nth: number;
  /** What the attack's `prepare` returned. */
  data: unknown;
  httpPorts: number[];
  socketPorts: number[];
  seconds: number;
  seed: number;
}

/** An attacker's view of an attack: where to go, how long, and what to count. */
export class Stage<Data = unknown> {
  readonly tally = new Tally();
  readonly random: Random;
  readonly seconds: number;
  readonly data: Data;
  private readonly endsAt: number;

  constructor(private readonly orders: Orders) {
    this.random = Random.of(orders.seed, orders.attack);
    this.seconds = orders.seconds;
    this.data = orders.data as Data;
    this.endsAt = performance.now() + orders.seconds * 1_000;
  }

  get isOver(): boolean {
    return performance.now() >= this.endsAt;
  }

  /** How many nodes there are. */
  get nodes(): number {
    return this.orders.socketPorts.length;
  }

  /** A Socket.IO port; connection `nth` goes to the next node. */
  socketEndpoint(nth = 0, from = attackerAddress()): Endpoint {
    return { port: at(this.orders.socketPorts, nth), from };
  }

  /** A REST port; connection `nth` goes to the next node. */
  httpEndpoint(nth = 0, from = attackerAddress()): Endpoint {
    return { port: at(this.orders.httpPorts, nth), from };
  }

  /** Waits so many milliseconds, but not past the end. */
  async pause(ms: number): Promise<void> {
    await sleep(Math.max(0, Math.min(ms, this.endsAt - performance.now())));
  }

  /** Waits until the attack is over. */
  end(): Promise<void> {
    return this.pause(Infinity);
  }

  /** Waits for that, but not past the end; null then. */
  async inTime<T>(work: Promise<T>): Promise<T | null> {
    const stop = new AbortController();
    const late = sleep(Math.max(0, this.endsAt - performance.now()), null, { signal: stop.signal });
    late.catch(() => undefined);
    try {
      return await Promise.race([work, late]);
    } finally {
      stop.abort();
    }
  }
}

function at(ports: readonly number[], nth: number): number {
  return ports[nth % ports.length] ?? 0;
}

/** Holds an attacker to so many units (bytes, requests) a second. */
export class Budget {
  private readonly began = performance.now();
  private taken = 0;

  constructor(
    private readonly stage: Stage,
    private readonly perSecond: number,
  ) {}

  async take(units: number): Promise<void> {
    this.taken += units;
    const ahead = this.began + (this.taken / this.perSecond) * 1_000 - performance.now();
    if (ahead > 1) await this.stage.pause(ahead);
  }
}
