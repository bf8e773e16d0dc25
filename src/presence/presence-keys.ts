import { randomUUID } from 'node:crypto';
import type { RedisLink } from '../redis/redis-link.js';

/**
 * What presence keeps in Redis, and the scripts that change it. Each script is one atomic step on keys of one slot:
 * where a person comes or goes, exactly one caller is told that they did.
 *
 * - `<prefix>:user:{id}`: a hash, node to `0` while the person has connections there, or to the moment (milliseconds)
 *   when the last of them dropped, for the grace period. A person is online while the hash is there.
 * - `<prefix>:people:{node}`: the set of people whose hash names the node.
 * - `{<prefix>:nodes}:leases`, `:sweeps`, `:seen`, `:epoch`: until when each node counts as alive, which dead ones
 *   are being swept by whom until when, when each was last heard, and a value that is lost when Redis loses its memory.
 */

/** Milliseconds after which what nobody has renewed is forgotten: no ghost outlives it, whatever was lost. */
const FORGET_AFTER_MS = 6 * 3_600_000;

const NOW = `local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000)`;

const ENTER = `
local came = 1 - redis.call('EXISTS', KEYS[1])
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do if fields[i + 1] ~= '0' then redis.call('HDEL', KEYS[1], fields[i]) end end
redis.call('HSET', KEYS[1], ARGV[1], '0')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return came`;

/** 0: still online elsewhere, or was not here; 1: gone; 2: the grace period has begun. */
const LEAVE = `
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if ARGV[2] == '' then return 1 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 2`;

const END = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
return 1 - redis.call('EXISTS', KEYS[1])`;

const SWEEP = `
local at = redis.call('HGET', KEYS[1], ARGV[1])
if not at then return false end
redis.call('HDEL', KEYS[1], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
return at`;

const RENEW = `${NOW}
local epoch = redis.call('GET', KEYS[3])
if not epoch then epoch = ARGV[3] redis.call('SET', KEYS[3], epoch) end
if ARGV[4] == '0' and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return {0, epoch} end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], now)
return {1, epoch}`;

const CLAIM = `${NOW}
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)[1]
if dead then redis.call('ZREM', KEYS[1], dead)
else dead = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1)[1] end
if not dead then return false end
redis.call('ZADD', KEYS[2], now + ARGV[1], dead)
return {dead, redis.call('HGET', KEYS[3], dead) or tostring(now)}`;

const FORGET = `
redis.call('ZREM', KEYS[1], ARGV[1]) redis.call('ZREM', KEYS[2], ARGV[1]) redis.call('HDEL', KEYS[3], ARGV[1])`;

const EXIST = `
local found = {} for i = 1, #KEYS do found[i] = redis.call('EXISTS', KEYS[i]) end return found`;

/** A node that is dead, and when it was last heard. */
export interface DeadNode {
  node: string;
  at: Date;
}

export class PresenceKeys {
  private readonly nodes: string;

  constructor(
    private readonly link: RedisLink,
    private readonly prefix: string,
  ) {
    this.nodes = `{${prefix}:nodes}`;
  }

  /** True: the person has come online by this. */
  async enter(userId: number, node: string): Promise<boolean> {
    const [, came] = await Promise.all([
      this.link.commands.sadd(this.people(node), userId),
      this.link.commands.eval(ENTER, 1, this.user(userId), node, FORGET_AFTER_MS),
    ]);
    return came === 1;
  }

  /** The person's last connection at the node is gone; `droppedAt` null: for good. */
  async leave(
    userId: number,
    node: string,
    droppedAt: number | null,
  ): Promise<'elsewhere' | 'gone' | 'grace'> {
    const left = await this.link.commands.eval(
      LEAVE,
      1,
      this.user(userId),
      node,
      droppedAt ?? '',
      FORGET_AFTER_MS,
    );
    if (left === 2) return 'grace';
    await this.link.commands.srem(this.people(node), userId);
    return left === 1 ? 'gone' : 'elsewhere';
  }

  /** The grace period is over. True: the person has gone offline by this. */
  async end(userId: number, node: string, droppedAt: number): Promise<boolean> {
    const [gone] = await Promise.all([
      this.link.commands.eval(END, 1, this.user(userId), node, droppedAt),
      this.link.commands.srem(this.people(node), userId),
    ]);
    return gone === 1;
  }

  async onlineAmong(userIds: readonly number[]): Promise<Set<number>> {
    const keys = userIds.map((userId) => this.user(userId));
    const { commands } = this.link;
    const found = commands.isCluster
      ? await Promise.all(keys.map((key) => commands.exists(key)))
      : ((await commands.eval(EXIST, keys.length, ...keys)) as number[]);
    return new Set(userIds.filter((_, i) => found[i] === 1));
  }

  /** Some people of nodes that live, at most `limit` of each. */
  async somePeople(limit: number): Promise<number[]> {
    const nodes = await this.link.commands.zrange(`${this.nodes}:leases`, 0, -1);
    const people = await Promise.all(
      nodes.map((node) => this.link.commands.srandmember(this.people(node), limit)),
    );
    return people.flat().map(Number);
  }

  /** `create` false: only a lease that there is. `epoch` changes when Redis has lost its memory. */
  async renew(
    node: string,
    { leaseMs, create }: { leaseMs: number; create: boolean },
  ): Promise<{ held: boolean; epoch: string }> {
    const { nodes } = this;
    const keys = [`${nodes}:leases`, `${nodes}:seen`, `${nodes}:epoch`];
    const [held, epoch] = (await this.link.commands.eval(
      RENEW,
      3,
      ...keys,
      node,
      leaseMs,
      randomUUID(),
      create ? '1' : '0',
    )) as [number, string];
    return { held: held === 1, epoch };
  }

  /** A node whose lease has run out, and that nobody else sweeps for so many milliseconds; null: there is none. */
  async claim(forMs: number): Promise<DeadNode | null> {
    const { nodes } = this;
    const keys = [`${nodes}:leases`, `${nodes}:sweeps`, `${nodes}:seen`];
    const claimed = (await this.link.commands.eval(CLAIM, 3, ...keys, forMs)) as [string, string] | null;
    return claimed && { node: claimed[0], at: new Date(Number(claimed[1])) };
  }

  /** Those of the people who have gone offline because the node is dead; and when. */
  async *sweep({ node, at }: DeadNode): AsyncGenerator<{ userId: number; at: Date }[]> {
    for (let cursor = '0', first = true; first || cursor !== '0'; first = false) {
      const [next, members] = await this.link.commands.sscan(this.people(node), cursor, 'COUNT', 200);
      const swept = await Promise.all(
        members.map(async (member) => {
          const userId = Number(member);
          const since = (await this.link.commands.eval(SWEEP, 1, this.user(userId), node)) as string | null;
          return since === null ? null : { userId, at: since === '0' ? at : new Date(Number(since)) };
        }),
      );
      yield swept.filter((one) => one !== null);
      cursor = next;
    }
  }

  /** Nothing is left of the node. */
  async forget(node: string): Promise<void> {
    const { nodes } = this;
    await this.link.commands.unlink(this.people(node));
    await this.link.commands.eval(FORGET, 3, `${nodes}:leases`, `${nodes}:sweeps`, `${nodes}:seen`, node);
  }

  private user(userId: number): string {
    return `${this.prefix}:user:{${userId}}`;
  }

  private people(node: string): string {
    return `${this.prefix}:people:{${node}}`;
  }
}
