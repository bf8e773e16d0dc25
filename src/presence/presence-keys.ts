import { luaScript } from '../redis/lua.js';
import type { RedisLink } from '../redis/redis-link.js';

/**
 * What presence keeps in Redis, and the scripts (lua/) that change it. Each script is one atomic step on keys of one
 * slot: when a user comes online or goes offline, exactly one caller learns that its step did it.
 *
 * - `<prefix>:user:{id}`: a hash from node to `0` while the user has connections there, or to the time (milliseconds)
 *   when the last of them dropped, for the grace period. A user is online while the hash exists.
 * - `<prefix>:people:{node}`: the set of users whose hash names the node.
 * - `{<prefix>:nodes}:leases`, `:sweeps`, `:seen`, `:dead`: until when each node counts as alive; until when another
 *   node sweeps a dead one; when each last renewed its lease; which were declared dead, and when.
 */

/** Milliseconds after which a user's hash expires unless it is renewed: no ghost outlives it, whatever was lost. */
const FORGET_AFTER_MS = 6 * 3_600_000;

/** Milliseconds for which a dead node stays listed, in case it wakes up. */
const DEAD_FOR_MS = 7 * 86_400_000;

const lua = (name: string) => luaScript(import.meta.dirname, `lua/${name}.lua`);

const ENTER = lua('enter');
const LEAVE = lua('leave');
const SWEEP = lua('sweep');
const RENEW = lua('renew');
const CLAIM = lua('claim');
const FORGET = lua('forget');
const EXIST = lua('exist');

/** A node's id, and its former one if its lease was lost. */
export interface NodeIds {
  id: string;
  former: string | null;
}

/** The state of a lease: other nodes removed this node's users (`swept`), or Redis lost its data (`forgotten`). */
export type LeaseState = 'held' | 'swept' | 'forgotten';

/** In the order of lua/renew.lua's results. */
const STANDINGS = ['forgotten', 'held', 'swept'] as const;

/**
 * The result of leaving: still online at another node; offline by this step; the grace period has begun; or Redis did
 * not have the user at this node or any other.
 */
export type Left = 'elsewhere' | 'gone' | 'grace' | 'absent';

/** In the order of lua/leave.lua's results. */
const LEFT = ['elsewhere', 'gone', 'grace', 'absent'] as const;

/** A dead node, and when it last renewed its lease. */
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

  /** True when this step brought the user online. */
  async enter(userId: number, { id, former }: NodeIds): Promise<boolean> {
    const [, came] = await Promise.all([
      this.link.commands.sadd(this.people(id), userId),
      this.link.commands.eval(ENTER, 1, this.user(userId), id, former ?? '', FORGET_AFTER_MS),
    ]);
    return came === 1;
  }

  /** The user's last connection at the node is gone. `droppedAt` null: no grace period. */
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
      // Sent together: a user who returns before the reply is then added again, after this removal.
      droppedAt === null ? this.unlist(userId, id) : null,
    ]);
    return LEFT[left as 0 | 1 | 2 | 3];
  }

  /** Removes the user from those whom a sweep of the node looks at. */
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

  /** Some users of live nodes, at most `limit` per node. */
  async somePeople(limit: number): Promise<number[]> {
    const nodes = await this.link.commands.zrange(`${this.nodes}:leases`, 0, -1);
    const people = await Promise.all(
      nodes.map((node) => this.link.commands.srandmember(this.people(node), limit)),
    );
    return people.flat().map(Number);
  }

  /** `create` false: renews only an existing lease. */
  async renew(node: string, { leaseMs, create }: { leaseMs: number; create: boolean }): Promise<LeaseState> {
    const { nodes } = this;
    const keys = [`${nodes}:leases`, `${nodes}:seen`, `${nodes}:dead`];
    const found = await this.link.commands.eval(RENEW, 3, ...keys, node, leaseMs, create ? '1' : '0');
    return STANDINGS[found as 0 | 1 | 2];
  }

  /**
   * A node whose lease has expired, reserved for this node's sweep for `forMs` milliseconds; null when there is none.
   */
  async claim(forMs: number, self: string): Promise<DeadNode | null> {
    const { nodes } = this;
    const keys = [`${nodes}:leases`, `${nodes}:sweeps`, `${nodes}:seen`, `${nodes}:dead`];
    const claimed = await this.link.commands.eval(CLAIM, 4, ...keys, self, forMs, DEAD_FOR_MS);
    if (claimed === null) return null;
    const [node, at] = claimed as [string, string];
    return { node, at: new Date(Number(at)) };
  }

  /** The users who go offline because the node is dead, and when. */
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

  /**
   * The users whom Redis has at the node, in batches. Users who come or go meanwhile may be missing or appear twice.
   */
  async *peopleOf(node: string): AsyncGenerator<number[]> {
    for (let cursor = '0', first = true; first || cursor !== '0'; first = false) {
      const [next, members] = await this.link.commands.sscan(this.people(node), cursor, 'COUNT', 200);
      yield members.map(Number);
      cursor = next;
    }
  }

  /** Removes what is stored about the node. */
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
