import type { RedisLink } from '../redis/redis-link.js';

/**
 * What presence keeps in Redis, and the scripts that change it. Each script is one atomic step on keys of one slot:
 * where a person comes or goes, exactly one caller is told that they did.
 *
 * - `<prefix>:user:{id}`: a hash, node to `0` while the person has connections there, or to the moment (milliseconds)
 *   when the last of them dropped, for the grace period. A person is online while the hash is there.
 * - `<prefix>:people:{node}`: the set of people whose hash names the node.
 * - `{<prefix>:nodes}:leases`, `:sweeps`, `:seen`, `:dead`: until when each node counts as alive, until when a dead one
 *   is being swept by another, when each was last heard, and which were given up for dead, when.
 */

/** Milliseconds after which what nobody has renewed is forgotten: no ghost outlives it, whatever was lost. */
const FORGET_AFTER_MS = 6 * 3_600_000;

/** Milliseconds for which it is known that a node was given up for dead, should it wake. */
const DEAD_FOR_MS = 7 * 86_400_000;

const NOW = `local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000)`;

const ENTER = `
local came = 1 - redis.call('EXISTS', KEYS[1])
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do if fields[i + 1] ~= '0' then redis.call('HDEL', KEYS[1], fields[i]) end end
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[1], ARGV[1], '0')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return came`;

/** An index of LEFT. */
const LEAVE = `
if redis.call('HDEL', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 3 * (1 - redis.call('EXISTS', KEYS[1])) end
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if ARGV[3] == '' then return 1 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 2`;

const SWEEP = `
local at = redis.call('HGET', KEYS[1], ARGV[1])
if not at then return false end
redis.call('HDEL', KEYS[1], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
return at`;

/** 0: there is no lease, and Redis knows of no such node; 1: held; 2: it was given up for dead. */
const RENEW = `${NOW}
if ARGV[3] == '0' and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return redis.call('ZSCORE', KEYS[3], ARGV[1]) and 2 or 0
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], now)
return 1`;

const CLAIM = `${NOW}
local function due(key)
  for _, node in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, 2)) do
    if node ~= ARGV[1] then return node end
  end
end
local dead = due(KEYS[1])
if dead then redis.call('ZREM', KEYS[1], dead) else dead = due(KEYS[2]) end
if not dead then return false end
redis.call('ZADD', KEYS[2], now + ARGV[2], dead)
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now - ARGV[3])
redis.call('ZADD', KEYS[4], now, dead)
return {dead, redis.call('HGET', KEYS[3], dead) or tostring(now)}`;

const FORGET = `
redis.call('ZREM', KEYS[1], ARGV[1]) redis.call('ZREM', KEYS[2], ARGV[1]) redis.call('HDEL', KEYS[3], ARGV[1])`;

const EXIST = `
local found = {} for i = 1, #KEYS do found[i] = redis.call('EXISTS', KEYS[i]) end return found`;

/** What a node is called, and was before, if it was given up for dead. */
export interface NodeIds {
  id: string;
  former: string | null;
}

/** What became of a lease: others took the node's people out (`swept`), or Redis lost what it knew (`forgotten`). */
export type Standing = 'held' | 'swept' | 'forgotten';

const STANDINGS = ['forgotten', 'held', 'swept'] as const;

/**
 * What came of a leaving: still online at another node; gone by this; the grace period has begun; or Redis did not have
 * the person here, nor anywhere.
 */
export type Left = 'elsewhere' | 'gone' | 'grace' | 'absent';

const LEFT = ['elsewhere', 'gone', 'grace', 'absent'] as const;

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
  async enter(userId: number, { id, former }: NodeIds): Promise<boolean> {
    const [, came] = await Promise.all([
      this.link.commands.sadd(this.people(id), userId),
      this.link.commands.eval(ENTER, 1, this.user(userId), id, former ?? '', FORGET_AFTER_MS),
    ]);
    return came === 1;
  }

  /** The person's last connection at the node is gone; `droppedAt` null: for good. */
  async leave(userId: number, { id, former }: NodeIds, droppedAt: number | null): Promise<Left> {
    const [left] = await Promise.all([
      this.link.commands.eval(
        LEAVE,
        1,
        this.user(userId),
        id,
        former ?? '',
        droppedAt ?? '',
        FORGET_AFTER_MS,
      ),
      // In one go: who comes back before there is an answer is put in again.
      droppedAt === null ? this.unlist(userId, id) : null,
    ]);
    return LEFT[left as 0 | 1 | 2 | 3];
  }

  /** The node need not be swept for the person's sake. */
  async unlist(userId: number, node: string): Promise<void> {
    await this.link.commands.srem(this.people(node), userId);
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

  /** `create` false: only a lease that there is. */
  async renew(node: string, { leaseMs, create }: { leaseMs: number; create: boolean }): Promise<Standing> {
    const { nodes } = this;
    const keys = [`${nodes}:leases`, `${nodes}:seen`, `${nodes}:dead`];
    const found = await this.link.commands.eval(RENEW, 3, ...keys, node, leaseMs, create ? '1' : '0');
    return STANDINGS[found as 0 | 1 | 2];
  }

  /** Another node whose lease has run out, and that nobody else sweeps for so many milliseconds; null: there is none. */
  async claim(forMs: number, self: string): Promise<DeadNode | null> {
    const { nodes } = this;
    const keys = [`${nodes}:leases`, `${nodes}:sweeps`, `${nodes}:seen`, `${nodes}:dead`];
    const claimed = await this.link.commands.eval(CLAIM, 4, ...keys, self, forMs, DEAD_FOR_MS);
    if (claimed === null) return null;
    const [node, at] = claimed as [string, string];
    return { node, at: new Date(Number(at)) };
  }

  /** Those of the people who have gone offline because the node is dead; and when. */
  async *sweep({ node, at }: DeadNode): AsyncGenerator<{ userId: number; at: Date }[]> {
    for await (const people of this.peopleOf(node)) {
      const swept = await Promise.all(
        people.map(async (userId) => {
          const since = (await this.link.commands.eval(SWEEP, 1, this.user(userId), node)) as string | null;
          return since === null ? null : { userId, at: since === '0' ? at : new Date(Number(since)) };
        }),
      );
      yield swept.filter((one) => one !== null);
    }
  }

  /** Those whom Redis has at the node, some at a time. Who comes or goes meanwhile may be left out, or be there twice. */
  async *peopleOf(node: string): AsyncGenerator<number[]> {
    for (let cursor = '0', first = true; first || cursor !== '0'; first = false) {
      const [next, members] = await this.link.commands.sscan(this.people(node), cursor, 'COUNT', 200);
      yield members.map(Number);
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
