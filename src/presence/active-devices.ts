import { luaScript } from '../redis/lua.js';
import type { RedisLink } from '../redis/redis-link.js';

/** Milliseconds for which a device is active after it said so. */
export const ACTIVE_FOR_MS = 120_000;

/** Users in one question to Redis. */
const ASKED_AT_ONCE = 500;

const ACTIVE = luaScript(import.meta.dirname, 'lua/active.lua');

/**
 * Whose device is used right now, as the devices say themselves. A device is a connection, and forgotten with it.
 *
 * `<prefix>:active:{id}` in Redis is a sorted set of a user's active connections by the time until which each is active. While
 * Redis is away, only the devices at this node are known; devices say again each minute that they are active.
 */
export class ActiveDevices {
  /** By user, by connection: until when it is active. */
  private readonly people = new Map<number, Map<string, number>>();

  constructor(
    /** null: this node is the only one. */
    private readonly link: RedisLink | null,
    private readonly prefix: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** The device at this open connection is used right now, or is not any more. */
  async set(userId: number, connectionId: string, active: boolean): Promise<void> {
    if (!active) return this.end(userId, connectionId);
    const until = this.now() + ACTIVE_FOR_MS;
    const devices = this.people.get(userId) ?? new Map<string, number>();
    this.people.set(userId, devices.set(connectionId, until));
    await this.write(userId, (key, commands) => [
      commands.zadd(key, until, connectionId),
      commands.pexpire(key, ACTIVE_FOR_MS),
    ]);
  }

  /** The connection is closed, or another user's. */
  async end(userId: number, connectionId: string): Promise<void> {
    const devices = this.people.get(userId);
    if (!devices?.delete(connectionId)) return;
    if (devices.size === 0) this.people.delete(userId);
    await this.write(userId, (key, commands) => [commands.zrem(key, connectionId)]);
  }

  /** The users among `userIds` who have an active device, at any node. Checks no permission. */
  async among(userIds: readonly number[]): Promise<Set<number>> {
    const now = this.now();
    const active = new Set(userIds.filter((userId) => this.isActiveHere(userId, now)));
    const others = userIds.filter((userId) => !active.has(userId));
    for (let from = 0; from < others.length; from += ASKED_AT_ONCE) {
      for (const userId of await this.elsewhere(others.slice(from, from + ASKED_AT_ONCE), now))
        active.add(userId);
    }
    return active;
  }

  private isActiveHere(userId: number, now: number): boolean {
    for (const until of this.people.get(userId)?.values() ?? []) if (until > now) return true;
    return false;
  }

  private async elsewhere(userIds: readonly number[], now: number): Promise<number[]> {
    if (!this.link?.isUp) return [];
    const { commands } = this.link;
    const keys = userIds.map((userId) => this.key(userId));
    try {
      const found = commands.isCluster
        ? await Promise.all(keys.map((key) => commands.zcount(key, now, '+inf')))
        : ((await commands.eval(ACTIVE, keys.length, ...keys, now)) as number[]);
      return userIds.filter((_, i) => found[i]! > 0);
    } catch {
      return [];
    }
  }

  private async write(
    userId: number,
    steps: (key: string, commands: RedisLink['commands']) => Promise<unknown>[],
  ): Promise<void> {
    if (!this.link?.isUp) return;
    const { commands } = this.link;
    const key = this.key(userId);
    try {
      await Promise.all([commands.zremrangebyscore(key, '-inf', this.now()), ...steps(key, commands)]);
    } catch {
      // It ends by itself, and devices that are active say so again.
    }
  }

  private key(userId: number): string {
    return `${this.prefix}:active:{${userId}}`;
  }
}
