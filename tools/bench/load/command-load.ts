import { cpuBetween, cpuNow, type Watch } from '../proc.js';
import { isOk, Refusals } from './answers.js';
import { Histogram } from './histogram.js';
import type { Doing, DoResult } from './operations.js';
import { type FrameSink, lostOf, type RawClient } from './raw-client.js';

/** Silence after which no more answers are expected. */
const SILENCE_MS = 15_000;
/** Interval of the checks for silence and lost connections. */
const LOOK_MS = 250;

interface Member {
  client: RawClient;
  userId: number;
}

type Request = [command: string, data: Record<string, unknown>];

/**
 * Sends the commands of a group's members: each member sends the next one when the last is answered, until all have
 * finished. Members who get no more answers are given up, and counted.
 */
export class CommandLoad implements FrameSink {
  private readonly answers = new Map<string, Histogram>();
  private readonly done: Int32Array;
  private readonly askedAt: Float64Array;
  private readonly members: Member[];
  private readonly refused = new Refusals();
  private left: number;
  private lastAnswer = 0;
  private pushes = 0;
  private finish: () => void = () => undefined;

  constructor(
    private readonly clients: RawClient[],
    firstUserId: number,
    private readonly chatId: number,
    private readonly doing: Doing,
  ) {
    this.done = new Int32Array(clients.length);
    this.askedAt = new Float64Array(clients.length);
    this.members = clients
      .slice(0, doing.kind === 'members' ? 1 : doing.people)
      .map((client, index) => ({ client, userId: firstUserId + index }));
    this.left = this.members.length;
  }

  async run(watch: Watch): Promise<DoResult> {
    const finished = new Promise<void>((resolve) => (this.finish = resolve));
    for (const client of this.clients) client.sink = this;
    const cpu = cpuNow(watch);
    const start = performance.now();
    for (const { client } of this.members) {
      this.next(client, start);
      client.flush();
    }
    this.lastAnswer = start;
    const looking = setInterval(() => {
      if (this.isStuck()) this.finish();
    }, LOOK_MS);
    await finished;
    clearInterval(looking);
    const ms = performance.now() - start;
    const cpuUsed = cpuBetween(cpu, cpuNow(watch));
    for (const client of this.clients) client.sink = undefined;
    return {
      commands: this.done.reduce((sum, count) => sum + count, 0),
      ms,
      answers: Object.fromEntries([...this.answers].map(([name, times]) => [name, times.percentiles()])),
      faults: {
        errors: this.refused.byCode(),
        unanswered: this.left,
        lostConnections: lostOf(this.clients),
      },
      pushes: this.pushes,
      cpu: cpuUsed,
    };
  }

  ack(client: RawClient, _id: number, buffer: Buffer, from: number, to: number, now: number): void {
    const { index } = client;
    const nth = this.done[index] ?? 0;
    const request = this.requestOf(index, nth);
    if (!request) return;
    const [command] = request;
    const times = this.answers.get(command) ?? new Histogram();
    this.answers.set(command, times);
    times.record(now - (this.askedAt[index] ?? now));
    if (!isOk(buffer, from, to)) this.refused.add(buffer, from, to);
    this.lastAnswer = now;
    this.done[index] = nth + 1;
    this.next(client, now);
  }

  event(): void {
    this.pushes++;
  }

  private next(client: RawClient, now: number): void {
    const nth = this.done[client.index] ?? 0;
    const request = this.requestOf(client.index, nth);
    if (!request) {
      if (--this.left === 0) this.finish();
      return;
    }
    this.askedAt[client.index] = now;
    client.push(`42${nth}${JSON.stringify(request)}`);
  }

  /** Whether no member who has not finished can expect an answer: each of them has one command in flight. */
  private isStuck(): boolean {
    if (performance.now() - this.lastAnswer > SILENCE_MS) return true;
    return this.members.every(
      ({ client }) =>
        client.lost !== undefined || !this.requestOf(client.index, this.done[client.index] ?? 0),
    );
  }

  /** Undefined when this member has finished. */
  private requestOf(index: number, nth: number): Request | undefined {
    const { doing, chatId } = this;
    if (doing.kind === 'seen') {
      const messageId = doing.messageIds[nth];
      return messageId === undefined ? undefined : ['markAsSeen', { messageId, ...this.who(index) }];
    }
    if (nth >= doing.times) return undefined;
    if (doing.kind === 'typing') {
      return ['typing', { chatId, typing: nth % 2 === 0, ...this.who(index) }];
    }
    const { memberId } = doing;
    return nth % 2 === 0
      ? ['removeMember', { chatId, userId: memberId }]
      : ['addMembers', { chatId, userIds: [memberId], ...this.who(index) }];
  }

  private who(index: number): { userId: number | undefined } {
    return { userId: this.members[index]?.userId };
  }
}
