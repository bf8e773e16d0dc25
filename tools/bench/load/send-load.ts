import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuBetween, cpuNow } from '../proc.js';
import { isOk, Refusals } from './answers.js';
import { BYTE, readDigits } from './frames.js';
import { Histogram } from './histogram.js';
import type { Counts, RunParams, RunResult } from './operations.js';
import { type FrameSink, lostOf, type RawClient } from './raw-client.js';

/** Send times kept per sender: a message that is answered after this many later ones has no latency sample. */
const RING = 8192;
/** How long to wait for answers and copies after the last send. */
const DRAIN_MS = 10_000;
/** Completes a content of about 60 characters, and must not hold a `#`. */
const PADDING = ' The quick brown fox jumps over the lazy dog.';

/** The JSON members of a sender's messages in front of content and clientId. */
export interface Sender {
  client: RawClient;
  /** For example `"senderId":1,"receiverId":2`. */
  addressing: string;
}

/**
 * Sends `sendMessage` from some clients, and times the acks and the `newMessage` events at the others.
 *
 * The content of a message begins `#<sender's index>.<number>#`, so that a receiver finds its send time by looking for
 * one byte. Closed loop: each sender keeps `inFlight` sends unanswered. Open loop: sends are due at a fixed rate and
 * are timed from when they were due, so that a stall of the server shows.
 */
export class SendLoad implements FrameSink {
  private readonly sendTimes: Float64Array;
  private readonly sentBy: Int32Array;
  /** Copies of each message that have not arrived yet. */
  private readonly underWay: Uint16Array;
  private readonly prefixes: string[];
  private readonly ackTimes = new Histogram();
  private readonly receiveTimes = new Histogram();
  private readonly lastTimes = new Histogram();
  private readonly refused = new Refusals();
  private sent = 0;
  private acked = 0;
  private received = 0;
  private windowAcks = 0;
  private windowCopies = 0;
  private windowStart = Infinity;
  private windowEnd = Infinity;
  private sending = true;
  private readonly cutting = new AbortController();

  /** @param copies sockets that each message should reach, without the sender's own */
  constructor(
    private readonly clients: RawClient[],
    private readonly senders: Sender[],
    private readonly copies: number,
    private readonly params: RunParams,
  ) {
    this.sendTimes = new Float64Array(clients.length * RING);
    this.sentBy = new Int32Array(clients.length);
    this.underWay = new Uint16Array(clients.length * RING);
    this.prefixes = clients.map(() => '');
    for (const { client, addressing } of senders) {
      this.prefixes[client.index] = `["sendMessage",{${addressing},"content":"#${client.index}.`;
    }
  }

  async run(): Promise<RunResult> {
    const { params, clients } = this;
    for (const client of clients) client.sink = this;
    const rounds = params.rate === null ? this.startClosedLoop() : this.startOpenLoop(params.rate);
    await sleep(params.warmupMs);
    const traffic = this.traffic();
    const cpu = cpuNow(params.watch);
    this.windowStart = performance.now();
    await sleep(params.windowMs, undefined, { signal: this.cutting.signal }).catch(() => undefined);
    this.windowEnd = performance.now();
    this.sending = false;
    const cpuUsed = cpuBetween(cpu, cpuNow(params.watch));
    const { frames, bytes } = this.traffic();
    await rounds;
    await this.drain();
    for (const client of clients) client.sink = undefined;
    return {
      windowMs: this.windowEnd - this.windowStart,
      messages: this.windowAcks,
      copies: this.windowCopies,
      ack: this.ackTimes.percentiles(),
      receive: this.receiveTimes.percentiles(),
      last: this.lastTimes.percentiles(),
      cpu: cpuUsed,
      framesIn: frames - traffic.frames,
      bytesIn: bytes - traffic.bytes,
      counts: this.counts(),
    };
  }

  /** Ends the window now. */
  cut(): void {
    this.cutting.abort();
  }

  ack(client: RawClient, id: number, buffer: Buffer, from: number, to: number, now: number): void {
    const sentAt = this.sendTime(client.index, id);
    if (isOk(buffer, from, to)) {
      this.acked++;
      if (now >= this.windowStart && now < this.windowEnd) this.windowAcks++;
      if (this.counted(sentAt, now)) this.ackTimes.record(now - sentAt);
    } else {
      this.refused.add(buffer, from, to);
    }
    if (this.sending && this.params.rate === null) this.send(client, now);
  }

  event(client: RawClient, buffer: Buffer, from: number, to: number, now: number): void {
    const mark = buffer.indexOf(BYTE.hash, from);
    if (mark < 0 || mark >= to || !isNewMessage(buffer, from)) return;
    const sender = readDigits(buffer, mark + 1, to);
    if (sender.value === client.index || buffer[sender.next] !== BYTE.dot) return;
    const number = readDigits(buffer, sender.next + 1, to).value;
    const sentAt = this.sendTime(sender.value, number);
    this.received++;
    if (now >= this.windowStart && now < this.windowEnd) this.windowCopies++;
    const slot = sender.value * RING + (number % RING);
    const left = (this.underWay[slot] ?? 0) - 1;
    this.underWay[slot] = left;
    if (!this.counted(sentAt, now)) return;
    this.receiveTimes.record(now - sentAt);
    if (left === 0) this.lastTimes.record(now - sentAt);
  }

  private startClosedLoop(): Promise<void> {
    const now = performance.now();
    for (const { client } of this.senders) {
      for (let i = 0; i < this.params.inFlight; i++) this.send(client, now);
      client.flush();
    }
    return Promise.resolve();
  }

  private async startOpenLoop(rate: number): Promise<void> {
    const start = performance.now();
    const interval = 1000 / rate;
    let next = 0;
    while (this.sending) {
      const due = Math.floor((performance.now() - start) / interval);
      for (; next < due; next++) {
        const sender = this.senders[next % this.senders.length];
        if (!sender) return;
        this.send(sender.client, start + next * interval);
        sender.client.flush();
      }
      await sleep(1);
    }
  }

  private send(client: RawClient, at: number): void {
    const { index } = client;
    const number = this.sentBy[index] ?? 0;
    this.sentBy[index] = number + 1;
    this.sendTimes[index * RING + (number % RING)] = at;
    this.underWay[index * RING + (number % RING)] = this.copies;
    this.sent++;
    client.push(`42${number}${this.prefixes[index]}${number}#${PADDING}","clientId":"${randomUUID()}"}]`);
  }

  /** NaN when it is no longer known: comparisons with it are false, so it is counted nowhere. */
  private sendTime(sender: number, number: number): number {
    if ((this.sentBy[sender] ?? 0) - number > RING) return NaN;
    return this.sendTimes[sender * RING + (number % RING)] ?? NaN;
  }

  /** Closed loop: by when it was answered. Open loop: by when it was due, however late the answer. */
  private counted(sentAt: number, now: number): boolean {
    const at = this.params.rate === null ? now : sentAt;
    return at >= this.windowStart && at < this.windowEnd && sentAt <= now;
  }

  private async drain(): Promise<void> {
    const deadline = performance.now() + DRAIN_MS;
    const complete = (): boolean =>
      this.acked + this.refused.total >= this.sent && this.received >= this.acked * this.copies;
    while (!complete() && performance.now() < deadline) await sleep(10);
  }

  private traffic(): { frames: number; bytes: number } {
    let frames = 0;
    let bytes = 0;
    for (const client of this.clients) {
      frames += client.framesIn;
      bytes += client.bytesIn;
    }
    return { frames, bytes };
  }

  private counts(): Counts {
    return {
      sent: this.sent,
      acked: this.acked,
      errors: this.refused.byCode(),
      unanswered: this.sent - this.acked - this.refused.total,
      expectedCopies: this.acked * this.copies,
      receivedCopies: this.received,
      lostConnections: lostOf(this.clients),
    };
  }
}

/** Whether the event at `from` is `["newMessage",…`. Its length and two letters tell it from other events. */
function isNewMessage(buffer: Buffer, from: number): boolean {
  return buffer[from + 2] === 0x6e && buffer[from + 5] === 0x4d && buffer[from + 12] === 0x22;
}
