import { redisUrl } from '../../src/config/redis-url.js';
import type { PresenceChange } from '../../src/presence/presence-store.js';
import { RedisPresenceStore } from '../../src/presence/redis-presence-store.js';
import { RedisLink } from '../../src/redis/redis-link.js';
import type { Redis } from './redis.js';

/** The presence store of a node, its link, and the changes that it reported, in order. */
export interface PresenceNode {
  store: RedisPresenceStore;
  link: RedisLink;
  changes: PresenceChange[];
  close(): Promise<void>;
}

/**
 * A presence node that is registered in Redis. Times are milliseconds; nodes with the same `prefix` share their data.
 * Reported changes go into `changes`.
 */
export async function presenceNode(
  redis: Redis,
  { prefix, ...times }: { prefix: string; graceMs: number; leaseMs: number },
  changes: PresenceChange[] = [],
): Promise<PresenceNode> {
  const link = new RedisLink(redisUrl(redis.url), prefix);
  const store = new RedisPresenceStore(link, { prefix, ...times }, (change) => changes.push(change));
  if (!(await link.whenUp(5_000))) throw new Error('No Redis');
  await store.whenJoined();
  return {
    store,
    link,
    changes,
    async close() {
      await store.close();
      await link.close();
    },
  };
}
