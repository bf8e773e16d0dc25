import { cpuBetween, cpuNow, type Watch } from '../proc.js';
import { BYTE } from './frames.js';
import { Histogram } from './histogram.js';
import type { Doing, DoResult } from './operations.js';
import type { FrameSink, RawClient } from './raw-client.js';

interface Member {
  client: RawClient;
  userId: number;
}

type Request = [command: string, data: Record<string, unknown>];

/** Commands of a group's members, each the next of its own when the last is answered, until all are through. */
export class CommandLoad implements FrameSink {
  private readonly answers = new Map<string, Histogram>();
  private readonly done: Int32Array;
  private readonly askedAt: Float64Array;
  private readonly members: Member[];
  private left: number;
  private errors = 0;
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
    await finished;
    const ms = performance.now() - start;
    const cpuUsed = cpuBetween(cpu, cpuNow(watch));
    for (const client of this.clients) client.sink = undefined;
    return {
      commands: this.done.reduce((sum, count) => sum + count, 0),
      ms,
      answers: Object.fromEntries([...this.answers].map(([name, times]) => [name, times.percentiles()])),
      errors: this.errors,
      pushes: this.pushes,
      cpu: cpuUsed,
    };
  }

  ack(client: RawClient, _id: number, buffer: Buffer, from: number, _to: number, now: number): void {
    const { index } = client;
    const nth = this.done[index] ?? 0;
    const request = this.requestOf(index, nth);
    if (!request) return;
    const [command] = request;
    const times = this.answers.get(command) ?? new Histogram();
    this.answers.set(command, times);
    times.record(now - (this.askedAt[index] ?? now));
    if (buffer[from + 7] !== BYTE.lowerT) this.errors++;
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

  /** Undefined when this one is through. */
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
