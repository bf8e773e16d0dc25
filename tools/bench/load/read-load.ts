import { setTimeout as sleep } from 'node:timers/promises';
import { isOk, Refusals } from './answers.js';
import { Histogram } from './histogram.js';
import type { ReadParams, ReadResult, Reading } from './operations.js';
import { type FrameSink, lostOf, type RawClient } from './raw-client.js';

/** How long to wait for the last answers after the window. */
const DRAIN_MS = 10_000;

/** A page that begins anywhere in the chat, so that no cache of the newest page helps. */
export function anySeq(reading: Extract<Reading, { kind: 'history' }>): number {
  return reading.limit + 1 + Math.floor(Math.random() * (reading.lastSeq - reading.limit));
}

/**
 * Requests pages or chat lists over sockets, one in flight on each, and times the answers. Refusals are counted apart:
 * otherwise a server that refuses would look fast.
 */
export class ReadLoad implements FrameSink {
  private readonly latency = new Histogram();
  private readonly sentAt: Float64Array;
  private readonly refused = new Refusals();
  private reads = 0;
  private underWay = 0;
  private measuring = false;
  private sending = true;
  private bytes = 0;

  constructor(
    private readonly clients: RawClient[],
    private readonly params: ReadParams,
  ) {
    this.sentAt = new Float64Array(clients.length);
  }

  async run(): Promise<ReadResult> {
    const rows = await this.look();
    for (const client of this.clients) {
      client.sink = this;
      this.ask(client, performance.now());
      client.flush();
    }
    await sleep(this.params.warmupMs);
    this.measuring = true;
    const start = performance.now();
    await sleep(this.params.windowMs);
    const windowMs = performance.now() - start;
    this.measuring = false;
    this.sending = false;
    await this.drain();
    return {
      readsPerSecond: (this.reads * 1000) / windowMs,
      latency: this.latency.percentiles(),
      rows,
      bytes: this.bytes,
      faults: {
        errors: this.refused.byCode(),
        unanswered: this.underWay,
        lostConnections: lostOf(this.clients),
      },
    };
  }

  ack(client: RawClient, _id: number, buffer: Buffer, from: number, to: number, now: number): void {
    this.underWay--;
    if (!isOk(buffer, from, to)) {
      this.refused.add(buffer, from, to);
    } else {
      this.bytes = to - from;
      if (this.measuring) {
        this.reads++;
        this.latency.record(now - (this.sentAt[client.index] ?? now));
      }
    }
    if (this.sending) this.ask(client, now);
  }

  event(): void {
    // A read load counts no events.
  }

  private async drain(): Promise<void> {
    const deadline = performance.now() + DRAIN_MS;
    while (this.underWay > lostOf(this.clients) && performance.now() < deadline) await sleep(10);
  }

  private ask(client: RawClient, now: number): void {
    this.sentAt[client.index] = now;
    this.underWay++;
    const { event, data } = request(this.params.reading);
    client.push(`421${JSON.stringify([event, data])}`);
  }

  /** Parses one answer before the load begins and returns its number of rows. Throws when it is an error. */
  private async look(): Promise<number> {
    const { event, data } = request(this.params.reading);
    const answer = (await this.clients[0]?.call(event, data)) as { ok?: boolean; data?: unknown };
    if (answer.ok !== true) throw new Error(`${event} answered ${JSON.stringify(answer).slice(0, 300)}`);
    return rowsOf(answer.data);
  }
}

function request(reading: Reading): { event: string; data: unknown } {
  if (reading.kind === 'chatList') {
    return { event: 'getChats', data: { userId: reading.userId, limit: 500 } };
  }
  const { userId, chatId, limit } = reading;
  return { event: 'getMessages', data: { userId, chatId, before: anySeq(reading), limit } };
}

function rowsOf(data: unknown): number {
  if (Array.isArray(data)) return data.length;
  const { messages, chats } = data as { messages?: unknown[]; chats?: unknown[] };
  return (messages ?? chats ?? []).length;
}
