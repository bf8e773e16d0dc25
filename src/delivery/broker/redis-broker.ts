import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { RedisLink } from '../../redis/redis-link.js';
import type { Text } from '../encoding/envelope.js';
import {
  Broker,
  type BrokerEvents,
  type LocalSockets,
  type Order,
  type Place,
  type Target,
} from './broker.js';
import { isUserRoom } from './room-names.js';
import { Subscriptions } from './subscriptions.js';
import {
  decode,
  encodeFrame,
  encodeOrder,
  type FrameHeader,
  isFrom,
  type NodeOrder,
} from './node-messages.js';

/** Messages to more rooms than this go once to every node instead of once to every room. */
const MANY_ROOMS = 32;

const DEFAULTS: RedisBrokerOptions = { maxUnconfirmed: 8 * 1024 * 1024 };

/** Maximum number of rooms remembered as having missed something. With more, all sockets have to sync. */
const MAX_MISSED = 10_000;

/** Maximum milliseconds to wait for a subscription: after that the link counts as down. */
const HEARD_WITHIN_MS = 1_000;

export interface RedisBrokerOptions {
  /**
   * Maximum characters of messages that Redis has not confirmed. Above it messages are dropped, and their rooms get an
   * order to sync.
   */
  maxUnconfirmed: number;
}

/**
 * The broker of several nodes, over Redis' sharded pub/sub: one channel per room, so that a text travels only to the
 * nodes that host its readers (ADR 0014). It remembers the rooms of what could not be published, and orders them to
 * sync when the link is back.
 */
export class RedisBroker extends Broker {
  readonly nodeId = randomBytes(4).toString('hex');
  private readonly logger = new Logger(RedisBroker.name);
  private readonly own = Buffer.from(this.nodeId);
  private readonly prefix: string;
  private readonly everybody: string;
  private readonly subscriptions: Subscriptions;
  private local: LocalSockets | null = null;
  private events: BrokerEvents | null = null;
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
    private readonly options = DEFAULTS,
  ) {
    super();
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
  }

  override start(sockets: LocalSockets, events: BrokerEvents): void {
    this.local = sockets;
    this.events = events;
    this.link.onMessage((channel, text) => this.take(channel, text));
    this.link.on('down', () => this.subscriptions.forget());
    this.link.on('up', () => void this.restore());
    if (this.link.isUp) void this.restore();
  }

  override roomChanged(room: string): void {
    this.subscriptions.mark(room);
  }

  override heard(rooms: Iterable<string>): Promise<void> | null {
    const heard = this.subscriptions.heard(rooms);
    return heard && Promise.race([heard, afterMs(HEARD_WITHIN_MS)]);
  }

  /** Of overlapping rooms the first one delivers: no socket gets a text twice. */
  override publish(text: Text, { rooms, except, unless, place }: Target): void {
    const shared = this.known(rooms);
    if (rooms.length > 0 && shared.length === 0) return;
    const header = this.headerOf(except, unless, place);
    // Without Engine.IO's type.
    const frame = text.toString().slice(1);
    if (shared.length === 0 || shared.length > MANY_ROOMS) {
      const whole = shared.length === 0 ? header : { ...header, rooms: shared };
      this.push(this.everybody, encodeFrame(this.nodeId, whole, frame));
      return;
    }
    const plain = encodeFrame(this.nodeId, header, frame);
    const before: string[] = [];
    for (const room of shared) {
      const text =
        before.length === 0
          ? plain
          : encodeFrame(this.nodeId, { ...header, except: [...(header?.except ?? []), ...before] }, frame);
      this.push(this.prefix + room, text);
      // No socket is in the rooms of two users.
      if (!isUserRoom(room)) before.push(room);
    }
  }

  override order(order: Order): void {
    // Not worth a sync of all sockets when the link is back.
    if (order.do === 'look' && !this.link.isUp) return;
    const of = this.known(order.of);
    if (order.of.length > 0 && of.length === 0) return;
    const except = this.known(order.except ?? []);
    const encodedFor = (rooms: string[]) =>
      encodeOrder(this.nodeId, { ...order, of: rooms, except: except.length > 0 ? except : undefined });
    if (of.length === 0 || of.length > MANY_ROOMS) this.push(this.everybody, encodedFor(of));
    else for (const room of of) this.push(this.prefix + room, encodedFor([room]));
  }

  /**
   * The rooms as other nodes know them: without those of single sockets, which are all here. Groups before users: of a
   * message to both, the members of the group get the copy of the group.
   */
  private known(rooms: readonly string[]): string[] {
    const known = [...new Set(rooms)].filter((room) => !(this.local?.isSocket(room) ?? false));
    return known.sort((a, b) => Number(isUserRoom(a)) - Number(isUserRoom(b)));
  }

  private headerOf(
    except: readonly string[],
    unless: string | null,
    place: Place | null,
  ): FrameHeader | null {
    const others = this.known(except);
    if (others.length === 0 && unless === null && place === null) return null;
    const header: FrameHeader = {};
    if (others.length > 0) header.except = others;
    if (unless !== null) header.unless = unless;
    if (place !== null) header.at = [place.chatId, place.version];
    if (place?.raises === false) header.tells = true;
    return header;
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
        // Messages were dropped because too many were unconfirmed; now there is room again.
        const hasRoom = this.unconfirmed < this.options.maxUnconfirmed / 2;
        if (hasRoom && this.lostSince !== null && this.link.isUp) this.tellMissed();
      },
      () => {
        this.unconfirmed -= turnSize;
        this.lostSince = Math.min(since, this.lostSince ?? since);
        for (let i = 0; i < turn.length; i += 2) this.miss(turn[i]!);
        // Only a reconnect reports the loss to those who missed it.
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
      const room = name === this.everybody ? null : name.slice(this.prefix.length);
      const message = decode(text);
      if (message.kind === 'order') this.obey(message.order, room);
      else this.deliver(message.frame, message.header, room);
    } catch (error) {
      this.logger.error(error, 'Ignored a malformed message from another node');
    }
  }

  private deliver(frame: string, header: FrameHeader | null, room: string | null): void {
    const { local } = this;
    if (!local || (header?.unless !== undefined && local.has(header.unless))) return;
    const rooms = room === null ? (header?.rooms ?? []) : [room];
    local.deliver(`4${frame}`, rooms, header?.except ?? [], placeIn(header));
  }

  private obey(order: NodeOrder, room: string | null): void {
    if (order.do === 'sync') this.events?.missed(room === null ? null : new Set([room]));
    else this.local?.obey(order);
  }

  /** The link is up: subscribes to everything again, then reports what was missed. */
  private async restore(): Promise<void> {
    try {
      await this.link.subscribe([this.everybody]);
      if (!(await this.subscriptions.restore(this.local?.hosted() ?? []))) return;
      this.tellMissed();
      await this.events?.restored();
    } catch (error) {
      if (this.link.isUp) this.link.fail(`not restored: ${String(error)}`);
    }
  }

  /** Reports to other nodes which rooms missed what this node could not publish. */
  private tellMissed(): void {
    const { missedByAll, lostSince } = this;
    const rooms = [...this.missed];
    this.missed.clear();
    this.missedByAll = false;
    this.lostSince = null;
    const sync = encodeOrder(this.nodeId, { do: 'sync' });
    if (missedByAll) this.push(this.everybody, sync);
    else for (const room of rooms) this.push(this.prefix + room, sync);
    if (lostSince !== null) this.events?.lost(lostSince);
  }
}

function placeIn(header: FrameHeader | null): Place | null {
  if (!header?.at) return null;
  const [chatId, version] = header.at;
  return { chatId, version, raises: header.tells !== true };
}

const afterMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
