import { luaScript } from '../redis/lua.js';
import type { RedisLink } from '../redis/redis-link.js';

/**
 * What presence keeps in Redis, and the scripts (lua/) that change it. Each script is one atomic step on keys of one
 * slot: where a person comes or goes, exactly one caller is told that they did.
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

const lua = (name: string) => luaScript(import.meta.dirname, `lua/${name}.lua`);

const ENTER = lua('enter');
const LEAVE = lua('leave');
const SWEEP = lua('sweep');
const RENEW = lua('renew');
const CLAIM = lua('claim');
const FORGET = lua('forget');
const EXIST = lua('exist');

/** What a node is called, and was before, if it was given up for dead. */
export interface NodeIds {
  id: string;
  former: string | null;
}

/** What became of a lease: others took the node's people out (`swept`), or Redis lost what it knew (`forgotten`). */
export type LeaseState = 'held' | 'swept' | 'forgotten';

/** As lua/renew.lua counts them. */
const STANDINGS = ['forgotten', 'held', 'swept'] as const;

/**
 * What came of a leaving: still online at another node; gone by this; the grace period has begun; or Redis did not have
 * the person here, nor anywhere.
 */
export type Left = 'elsewhere' | 'gone' | 'grace' | 'absent';

/** As lua/leave.lua counts them. */
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
  async renew(node: string, { leaseMs, create }: { leaseMs: number; create: boolean }): Promise<LeaseState> {
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
