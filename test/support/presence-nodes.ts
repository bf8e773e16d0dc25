import { redisUrl } from '../../src/config/redis-url.js';
import type { PresenceChange } from '../../src/presence/presence-store.js';
import { RedisPresenceStore } from '../../src/presence/redis-presence-store.js';
import { RedisLink } from '../../src/redis/redis-link.js';
import type { Redis } from './redis.js';

/** The presence store of a node, its link, and what it was told, in order. */
export interface PresenceNode {
  store: RedisPresenceStore;
  link: RedisLink;
  changes: PresenceChange[];
  close(): Promise<void>;
}

/**
 * One that is entered in Redis. Times in milliseconds; nodes of one `prefix` share what they know. What it is told goes
 * into `changes`.
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
