import { EventEmitter } from 'node:events';
import { Logger } from '@nestjs/common';
import type { Cluster, Redis } from 'ioredis';
import { type RedisTarget, shownRedis } from '../config/redis-url.js';
import { connectTo, connectToCluster } from './connection.js';
import { luaScript } from './lua.js';
import { type Shard, Shards } from './shards.js';

const BEAT_MS = 250;
/** Without an answer for this many milliseconds the link counts as down. */
const DOWN_AFTER_MS = 1_000;
/** A beat this late shows that this process was blocked itself: the answer may have arrived unread. */
const LATE_MS = 400;
/** Channels of one SSUBSCRIBE. */
const CHANNELS_AT_ONCE = 1_000;

const PUBLISH = luaScript(import.meta.dirname, 'publish.lua');

/**
 * The link of this node to Redis. Commands fail soon when Redis is away, and their callers have to do without: Redis
 * only makes things known sooner, PostgreSQL has the truth.
 *
 * Emits `up` when every connection answers, and `down` when one has broken or has not answered for a second. After `up`
 * nothing is subscribed.
 */
export class RedisLink extends EventEmitter<{ up: []; down: [] }> {
  /** For commands on keys. In a cluster each command's keys are of one slot. */
  readonly commands: Redis | Cluster;
  private readonly logger = new Logger(RedisLink.name);
  private readonly cluster: Cluster | null;
  private shards: Shards | null = null;
  private answeredAt = new WeakMap<Redis, number>();
  private readonly pinging = new WeakSet<Redis>();
  private listener: (channel: Buffer, text: Buffer) => void = () => undefined;
  private readonly timer: NodeJS.Timeout;
  private lastBeat = performance.now();
  private beats = 0;
  private up = false;
  private logged = false;
  private closed = false;

  constructor(
    private readonly target: RedisTarget,
    private readonly name: string,
  ) {
    super();
    this.setMaxListeners(50);
    if (target.cluster) {
      this.cluster = connectToCluster(target, name);
      this.commands = this.cluster;
    } else {
      this.cluster = null;
      const redis = connectTo(target, target.nodes[0]!, name);
      this.commands = redis;
      this.use(Shards.single(target, redis, name));
    }
    this.timer = setInterval(() => this.beat(), BEAT_MS).unref();
  }

  get isUp(): boolean {
    return this.up;
  }

  /** Resolves with true when the link is up, at once or later; with false when it is still down after `withinMs`. */
  async whenUp(withinMs: number): Promise<boolean> {
    if (this.up) return true;
    return new Promise((resolve) => {
      const done = (up: boolean) => {
        clearTimeout(timer);
        this.off('up', yes);
        resolve(up);
      };
      const yes = () => done(true);
      const timer = setTimeout(() => done(false), withinMs);
      this.once('up', yes);
    });
  }

  /** Sets the one listener for the messages of all subscribed channels. */
  onMessage(listener: (channel: Buffer, text: Buffer) => void): void {
    this.listener = listener;
  }

  /** `messages`: channel, text, channel, text. Rejects when any of them may not have been published. */
  async publish(messages: string[]): Promise<void> {
    const { shards } = this;
    if (!this.up || !shards) throw new Error('Redis is away');
    await Promise.all(
      shards.split(messages).map(([shard, part]) => shard.commands.eval(PUBLISH, 0, ...part)),
    );
  }

  /** After it resolves, every message to these channels arrives here. */
  async subscribe(channels: readonly string[]): Promise<void> {
    await this.eachShard(channels, (shard, some) => shard.subscriber.ssubscribe(...some));
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    await this.eachShard(channels, (shard, some) => shard.subscriber.sunsubscribe(...some));
  }

  /** The link does not work: reconnects all connections. */
  fail(reason: string): void {
    if (this.closed) return;
    for (const redis of this.shards?.connections ?? []) {
      if (redis.status === 'ready') redis.disconnect(true);
    }
    if (this.cluster) this.drop();
    this.turn(false, reason);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    this.removeAllListeners();
    for (const redis of this.shards?.connections ?? []) redis.disconnect();
    this.commands.disconnect();
  }

  private use(shards: Shards): void {
    this.shards = shards;
    for (const { subscriber } of shards.all) {
      subscriber.on('smessageBuffer', (channel: Buffer, text: Buffer) => this.listener(channel, text));
    }
    for (const redis of shards.connections) {
      redis.on('ready', () => this.ping(redis));
      redis.on('close', () => {
        this.answeredAt.delete(redis);
        if (this.shards === shards) this.turn(false, 'the connection broke');
      });
    }
  }

  /** For a cluster: drops its connections, and the next beat reads its map again. */
  private drop(): void {
    const { shards } = this;
    this.shards = null;
    for (const redis of shards?.connections ?? []) redis.disconnect();
  }

  private beat(): void {
    const now = performance.now();
    const late = now - this.lastBeat > LATE_MS;
    this.lastBeat = now;
    this.beats++;
    if (this.cluster) this.followMap(this.cluster);
    const connections = this.shards?.connections ?? [];
    for (const redis of connections) if (redis.status === 'ready') this.ping(redis);
    if (late || connections.length === 0) return;
    const silent = connections.some((redis) => now - (this.answeredAt.get(redis) ?? 0) > DOWN_AFTER_MS);
    if (silent && this.up) this.fail(`no answer for ${DOWN_AFTER_MS} ms`);
    // Connected, but nothing answers: the server is blocked, or the connection is dead.
    else if (silent && this.beats % 8 === 0) {
      for (const redis of connections) {
        if (redis.status === 'ready' && !this.answeredAt.has(redis)) redis.disconnect(true);
      }
    }
  }

  private ping(redis: Redis): void {
    if (this.pinging.has(redis)) return;
    this.pinging.add(redis);
    redis
      .ping()
      .then(
        () => {
          this.answeredAt.set(redis, performance.now());
          this.rise();
        },
        () => undefined,
      )
      .finally(() => this.pinging.delete(redis));
  }

  private rise(): void {
    const { shards } = this;
    if (this.up || this.closed || !shards) return;
    const now = performance.now();
    const answer = (redis: Redis) =>
      redis.status === 'ready' && now - (this.answeredAt.get(redis) ?? -Infinity) < DOWN_AFTER_MS;
    if (shards.connections.every(answer)) this.turn(true, '');
  }

  private followMap(cluster: Cluster): void {
    if (this.beats % 4 !== 1 || this.closed) return;
    const { shards } = this;
    if (shards === null) {
      Shards.ofCluster(this.target, cluster, this.name).then(
        (found) => {
          if (this.shards === null && !this.closed && found.all.length > 0) this.use(found);
          else for (const redis of found.connections) redis.disconnect();
        },
        () => undefined,
      );
      return;
    }
    shards.haveMoved(cluster).then(
      (moved) => {
        if (moved && this.shards === shards) this.fail('slots of the cluster have moved');
      },
      () => undefined,
    );
  }

  private turn(up: boolean, reason: string): void {
    if (this.closed || up === this.up) {
      if (!up && !this.logged && !this.closed) {
        this.logged = true;
        this.logger.warn(
          `Cannot reach ${shownRedis(this.target)}; this node works alone until it can. Check REDIS_URL, and whether Redis runs`,
        );
      }
      return;
    }
    this.up = up;
    this.logged = true;
    if (up) this.logger.log(`Connected to ${shownRedis(this.target)}`);
    else this.logger.warn(`Lost the connection to ${shownRedis(this.target)}: ${reason}`);
    this.emit(up ? 'up' : 'down');
  }

  private async eachShard(
    channels: readonly string[],
    run: (shard: Shard, some: string[]) => Promise<unknown>,
  ): Promise<void> {
    const { shards } = this;
    if (!this.up || !shards) throw new Error('Redis is away');
    // In a cluster the channels of one command must be of one slot.
    const size = this.cluster ? 1 : CHANNELS_AT_ONCE;
    const running: Promise<unknown>[] = [];
    for (let i = 0; i < channels.length; i += size) {
      const some = channels.slice(i, i + size);
      const shard = shards.of(some[0]!);
      if (shard) running.push(run(shard, some));
      if (running.length >= CHANNELS_AT_ONCE) await Promise.all(running.splice(0));
      else if (!this.cluster) await running.pop();
    }
    await Promise.all(running);
  }
}
