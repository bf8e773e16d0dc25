import { setTimeout as sleep } from 'node:timers/promises';
import { type History, placeOf } from '../history.js';
import type { Random } from '../random.js';
import { Changer } from './changer.js';
import { Device } from './device.js';
import { Sender } from './sender.js';

/** Random choices of a named part of a load. */
export type RandomOf = (...part: readonly (string | number)[]) => Random;

export interface LoadOptions {
  /** The number of this load in its run: 1, 2 … */
  nr: number;
  people: number;
  /** How many others each user writes to. */
  friends: number;
  /** Sends that each user has in flight. */
  window: number;
  /** Longest pause of a user before the next send, in milliseconds. */
  thinkMs: number;
  /** Longest pause of a user before the next change of an own message, or the next read, in milliseconds. */
  changeMs: number;
  /** How often an acked message is sent once more: 0 to 1. */
  resend: number;
  /** How often a message goes to a user without a chat yet: 0 to 1. */
  newChats: number;
  /** Number of users who write nothing; everybody else writes to them too. */
  listeners: number;
  /** Extra characters of each text. */
  padding: number;
  /** Creates a group of these users and returns its id: all write there, and nowhere else. */
  group?: (userIds: readonly number[]) => Promise<number>;
  /** Socket.IO ports: users and their second devices are spread over them. */
  ports: readonly number[];
}

/** Most milliseconds until everybody is served again after a fault. */
const PATIENCE_MS = 45_000;

/** Distance of the user ids of two loads of a run, so that they never overlap. */
const PEOPLE_A_LOAD = 100_000;

/**
 * Users who write to each other in direct chats, change their messages, read, and keep replicas. Half of them have a
 * second device that only listens.
 */
export class Load {
  readonly devices: Device[] = [];
  /** Devices of users who only listen. */
  readonly listeners: Device[] = [];
  private readonly senders: Sender[] = [];
  private readonly changers: Changer[] = [];

  constructor(
    private readonly history: History,
    randomOf: RandomOf,
    private readonly options: LoadOptions,
  ) {
    const { nr, people, friends, ports, listeners } = options;
    const base = nr * PEOPLE_A_LOAD;
    let strangers = base + people + listeners;
    const portOf = (index: number): number => ports[index % ports.length] ?? 0;
    const device = (userId: number, label: string, index: number): Device =>
      new Device(userId, label, portOf(index), history, randomOf(userId, label));
    for (let i = 0; i < listeners; i++) this.listeners.push(device(base + people + i, 'listener', i));
    this.devices.push(...this.listeners);
    for (let i = 0; i < people; i++) {
      const userId = base + i;
      const phone = device(userId, 'phone', i);
      this.devices.push(phone);
      if (i % 2 === 0) this.devices.push(device(userId, 'desk', i + 1));
      const others = Array.from({ length: people - 1 }, (_, k) => base + ((i + k + 1) % people));
      const peers = [...others.splice(0, friends), ...this.listeners.map(({ userId }) => userId)];
      // Half of the users who get a first message are known to the server, half are not.
      const random = randomOf(userId, 'strangers');
      const stranger = (): number => (random.chance(0.5) ? others.pop() : undefined) ?? ++strangers;
      const randomOfLane = (lane: number): Random => randomOf(userId, 'lane', lane);
      const sender = new Sender({ ...options, device: phone, history, randomOfLane, peers, stranger });
      this.senders.push(sender);
      this.changers.push(new Changer(sender, history, randomOf(userId, 'changes'), options.changeMs));
    }
  }

  /** Resolves when everybody is online and has been acked once. */
  async start(): Promise<void> {
    await this.allOnline();
    const { group } = this.options;
    if (group) {
      const chatId = await group([...new Set(this.devices.map(({ userId }) => userId))]);
      for (const sender of this.senders) sender.chatId = chatId;
    }
    const now = performance.now();
    for (const worker of [...this.senders, ...this.changers]) worker.start();
    await this.recovered(now);
  }

  /**
   * Waits until each sender has had an ack for something sent after `since` (of `performance.now()`).
   *
   * @returns the seconds from then until now.
   * @throws Error when that takes too long.
   */
  async recovered(since: number): Promise<number> {
    await this.until(() => this.isServedSince(since), 'served again');
    return (performance.now() - since) / 1_000;
  }

  /** Whether each sender has had an ack for something sent after `since` (of `performance.now()`). */
  isServedSince(since: number): boolean {
    return this.senders.every(({ lastServed }) => lastServed > since);
  }

  /** Waits until every device is connected and known by name. */
  async allOnline(): Promise<void> {
    await this.until(() => this.devices.every(({ ready }) => ready), 'online');
  }

  /** Lets the load run for so many milliseconds. */
  async run(ms: number): Promise<void> {
    await sleep(ms);
  }

  /**
   * Checks that receivers at the sender's node got each message sent since then at once.
   * @returns how many pushes were due, and how many did not come within `withinMs`.
   */
  async localDelivery(since: number, withinMs: number): Promise<{ pushes: number; missing: number }> {
    const listening = new Map<number, Device[]>();
    for (const device of this.devices) {
      for (const chatId of device.replica.chatIds)
        listening.set(chatId, [...(listening.get(chatId) ?? []), device]);
    }
    const wanted = this.history.sends.flatMap((send) => {
      const place = placeOf(send);
      const [first] = send.attempts;
      if (!place || !first || first.outcome !== 'ok' || first.sentAt < since || send.attempts.length > 1)
        return [];
      return (listening.get(place.chatId) ?? [])
        .filter(({ name, port }) => port === first.port && !first.connection.startsWith(`${name} `))
        .map(({ name }) => `${name} ${place.id}`);
    });
    const missing = (): number => wanted.filter((push) => !this.history.pushes.has(push)).length;
    const end = performance.now() + withinMs;
    while (missing() > 0 && performance.now() < end) await sleep(50);
    return { pushes: wanted.length, missing: missing() };
  }

  /** Stops new sends and changes; resolves when the old ones are acked. */
  async quiet(): Promise<void> {
    await Promise.all([...this.senders, ...this.changers].map((worker) => worker.stop(PATIENCE_MS)));
  }

  /** Stops new sends, waits for the acks of the old ones, and syncs every replica. */
  async settle(): Promise<void> {
    await this.quiet();
    await this.allOnline();
    for (const device of this.devices) {
      for (let whole = false, tries = 0; !whole && tries < 50; tries++) {
        const end = performance.now() + PATIENCE_MS;
        await device.whenConnected(() => performance.now() > end);
        // A running sync may have begun before the last acks, so only the next one counts.
        await device.catchUp();
        whole = await device.catchUp();
      }
    }
  }

  close(): void {
    for (const worker of [...this.senders, ...this.changers]) void worker.stop(0);
    for (const device of this.devices) device.close();
  }

  private async until(isSo: () => boolean, what: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!isSo()) {
      if (performance.now() > end)
        throw new Error(`Not everybody was ${what} within ${PATIENCE_MS / 1_000} s`);
      await sleep(10);
    }
  }
}
