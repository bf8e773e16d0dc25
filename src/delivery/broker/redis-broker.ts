import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { RedisLink } from '../../redis/redis-link.js';
import { isUserRoom } from '../room-names.js';
import { Subscriptions } from './subscriptions.js';
import {
  decode,
  encodeFrame,
  encodeOrder,
  type FrameHeader,
  isFrom,
  type NodeMessage,
  type Order,
} from './node-messages.js';

/** Messages to more rooms than this go once to every node instead of once to every room. */
const MANY_ROOMS = 32;

const DEFAULTS: RedisBrokerOptions = { maxUnconfirmed: 8 * 1024 * 1024 };

/** Rooms remembered as having missed something. Past it: everybody. */
const MAX_MISSED = 10_000;

/** Longest wait for a subscription, in milliseconds: after that the link is as good as down. */
const HEARD_WITHIN_MS = 1_000;

/** The sockets of this node, as messages from other nodes reach them. */
export interface LocalSockets {
  /** Rooms with sockets here, each socket's own left out. */
  hosted(): Iterable<string>;
  has(room: string): boolean;
  hear(message: NodeMessage, room: string | null): void;
}

/** What happens around the link. */
export interface BrokerEvents {
  /** All rooms are heard again: what this node's people missed can be told them now. */
  restored(): Promise<void>;
  /**
   * Other nodes may not have heard what was published here since that moment of `performance.now()`. Their sockets
   * are told to sync by the relay; this is for what `sync` does not bring.
   */
  lost(since: number): void;
}

export interface RedisBrokerOptions {
  /** Characters of messages that Redis has not confirmed. Past it they are dropped, and their rooms told to sync. */
  maxUnconfirmed: number;
}

/**
 * Takes what one node publishes to the sockets of the others, by one channel a room: it travels only to nodes that host
 * its readers. Best effort, and it never waits: what could not be published is remembered by room, and when the link is
 * back those rooms are told that they missed something.
 */
export class RedisBroker {
  readonly nodeId = randomBytes(4).toString('hex');
  private readonly logger = new Logger(RedisBroker.name);
  private readonly own = Buffer.from(this.nodeId);
  private readonly prefix: string;
  private readonly everybody: string;
  private readonly subscriptions: Subscriptions;
  private local: LocalSockets | null = null;
  private turn: string[] = [];
  private turnSize = 0;
  private turnSince = 0;
  private unconfirmed = 0;
  private readonly missed = new Set<string>();
  private missedByAll = false;
  private lostSince: number | null = null;

  constructor(
    private readonly link: RedisLink,
    prefix: string,
    private readonly events: BrokerEvents,
    private readonly options = DEFAULTS,
  ) {
    this.prefix = `${prefix}:room:`;
    this.everybody = `${prefix}:nodes`;
    this.subscriptions = new Subscriptions(
      {
        get isUp() {
          return link.isUp;
        },
        subscribe: (rooms) => link.subscribe(rooms.map((room) => this.prefix + room)),
        unsubscribe: (rooms) => link.unsubscribe(rooms.map((room) => this.prefix + room)),
        fail: (reason) => link.fail(reason),
      },
      (room) => this.local?.has(room) ?? false,
    );
    link.onMessage((channel, text) => this.take(channel, text));
    link.on('down', () => this.subscriptions.forget());
    link.on('up', () => void this.restore());
    if (link.isUp) void this.restore();
  }

  use(local: LocalSockets): void {
    this.local = local;
  }

  /** A room has its first socket here, or lost its last. */
  roomChanged(room: string): void {
    this.subscriptions.mark(room);
  }

  /** Null when the rooms are heard already. */
  heard(rooms: Iterable<string>): Promise<void> | null {
    const heard = this.subscriptions.heard(rooms);
    return heard && Promise.race([heard, afterMs(HEARD_WITHIN_MS)]);
  }

  /** `rooms` none: every socket. The first of overlapping rooms wins: nobody hears a frame twice. */
  frame(frame: string, rooms: readonly string[], header: FrameHeader | null): void {
    if (rooms.length === 0 || rooms.length > MANY_ROOMS) {
      const whole = rooms.length === 0 ? header : { ...header, rooms: [...rooms] };
      this.push(this.everybody, encodeFrame(this.nodeId, whole, frame));
      return;
    }
    const plain = encodeFrame(this.nodeId, header, frame);
    const shared: string[] = [];
    for (const room of rooms) {
      const text =
        shared.length === 0
          ? plain
          : encodeFrame(this.nodeId, { ...header, except: [...(header?.except ?? []), ...shared] }, frame);
      this.push(this.prefix + room, text);
      // No socket is in the rooms of two people.
      if (!isUserRoom(room)) shared.push(room);
    }
  }

  order(order: Exclude<Order, { do: 'sync' }>): void {
    const rooms = order.of;
    if (rooms.length === 0 || rooms.length > MANY_ROOMS) {
      this.push(this.everybody, encodeOrder(this.nodeId, order));
      return;
    }
    for (const room of rooms)
      this.push(this.prefix + room, encodeOrder(this.nodeId, { ...order, of: [room] }));
  }

  private push(channel: string, text: string): void {
    if (!this.link.isUp || this.unconfirmed + this.turnSize > this.options.maxUnconfirmed) {
      this.lostSince ??= performance.now();
      this.miss(channel);
      return;
    }
    this.turnSize += text.length;
    if (this.turn.push(channel, text) > 2) return;
    this.turnSince = performance.now();
    setImmediate(() => this.flush());
  }

  private flush(): void {
    const { turn, turnSize } = this;
    this.turn = [];
    this.turnSize = 0;
    this.unconfirmed += turnSize;
    const since = this.turnSince;
    this.link.publish(turn).then(
      () => {
        this.unconfirmed -= turnSize;
        // There is room again after too much was under way.
        const room = this.unconfirmed < this.options.maxUnconfirmed / 2;
        if (room && this.lostSince !== null && this.link.isUp) this.tellMissed();
      },
      () => {
        this.unconfirmed -= turnSize;
        this.lostSince = Math.min(since, this.lostSince ?? since);
        for (let i = 0; i < turn.length; i += 2) this.miss(turn[i]!);
        // Nothing else would tell those who missed it.
        this.link.fail('a message was not confirmed');
      },
    );
  }

  private miss(channel: string): void {
    if (this.missedByAll) return;
    if (channel === this.everybody || this.missed.size >= MAX_MISSED) {
      this.missedByAll = true;
      this.missed.clear();
    } else {
      this.missed.add(channel.slice(this.prefix.length));
    }
  }

  private take(channel: Buffer, text: Buffer): void {
    if (isFrom(this.own, text)) return;
    try {
      const name = channel.toString('latin1');
      this.local?.hear(decode(text), name === this.everybody ? null : name.slice(this.prefix.length));
    } catch (error) {
      this.logger.error(error, 'A message from another node was not understood');
    }
  }

  /** The link is up: first hear everything again, then tell who missed what. */
  private async restore(): Promise<void> {
    try {
      await this.link.subscribe([this.everybody]);
      if (!(await this.subscriptions.restore(this.local?.hosted() ?? []))) return;
      this.tellMissed();
      await this.events.restored();
    } catch (error) {
      if (this.link.isUp) this.link.fail(`not restored: ${String(error)}`);
    }
  }

  /** Readers at other nodes did not hear what this node could not publish. */
  private tellMissed(): void {
    const { missedByAll, lostSince } = this;
    const rooms = [...this.missed];
    this.missed.clear();
    this.missedByAll = false;
    this.lostSince = null;
    const sync = encodeOrder(this.nodeId, { do: 'sync' });
    if (missedByAll) this.push(this.everybody, sync);
    else for (const room of rooms) this.push(this.prefix + room, sync);
    if (lostSince !== null) this.events.lost(lostSince);
  }
}

const afterMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
