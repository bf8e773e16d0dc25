import type { Cluster, Redis } from 'ioredis';
import slotOf from 'cluster-key-slot';
import type { RedisTarget } from '../config/redis-url.js';
import { connectTo } from './connection.js';

/** One Redis server with two connections, because a subscribed connection cannot send other commands. */
export interface Shard {
  readonly commands: Redis;
  readonly subscriber: Redis;
}

type SlotRange = [from: number, to: number, master: [host: string, port: number, id: string]];

/** The servers that carry messages: one, or the masters of a cluster, each with its own channels. */
export class Shards {
  private constructor(
    readonly all: readonly Shard[],
    /** Which of them owns a channel. */
    readonly of: (channel: string) => Shard | undefined,
    /** The slot map of a cluster: changes when slots move. */
    readonly map: string,
  ) {}

  static single(target: RedisTarget, commands: Redis, name: string): Shards {
    const shard = { commands, subscriber: connectTo(target, target.nodes[0]!, `${name}-subscriber`) };
    return new Shards([shard], () => shard, '');
  }

  /** @throws when the cluster does not return its slot map. */
  static async ofCluster(target: RedisTarget, cluster: Cluster, name: string): Promise<Shards> {
    const ranges = await slotRanges(cluster);
    const shards = new Map<string, Shard>();
    const owners: (Shard | undefined)[] = [];
    for (const [from, to, [host, port]] of ranges) {
      const key = `${host}:${port}`;
      const shard = shards.get(key) ?? {
        commands: connectTo(target, { host, port }, `${name}-publisher`),
        subscriber: connectTo(target, { host, port }, `${name}-subscriber`),
      };
      shards.set(key, shard);
      owners.fill(shard, from, to + 1);
      for (let slot = from; slot <= to; slot++) owners[slot] = shard;
    }
    return new Shards([...shards.values()], (channel) => owners[slotOf(channel)], JSON.stringify(ranges));
  }

  /** Whether slots have moved since. @throws when the cluster does not return its slot map. */
  async haveMoved(cluster: Cluster): Promise<boolean> {
    return JSON.stringify(await slotRanges(cluster)) !== this.map;
  }

  /** Splits channel, text, channel, text by shard. @throws Error when no shard owns the slot of a channel. */
  split(messages: string[]): [Shard, string[]][] {
    if (this.all.length === 1) return [[this.all[0]!, messages]];
    const parts = new Map<Shard, string[]>();
    for (let i = 0; i < messages.length; i += 2) {
      const shard = this.of(messages[i]!);
      if (!shard) throw new Error('A slot of the cluster has no owner');
      const part = parts.get(shard);
      if (part) part.push(messages[i]!, messages[i + 1]!);
      else parts.set(shard, [messages[i]!, messages[i + 1]!]);
    }
    return [...parts];
  }

  get connections(): Redis[] {
    return this.all.flatMap(({ commands, subscriber }) => [commands, subscriber]);
  }
}

async function slotRanges(cluster: Cluster): Promise<SlotRange[]> {
  const rows = (await cluster.call('CLUSTER', 'SLOTS')) as [number, number, [string, number, string]][];
  return rows
    .map(([from, to, [host, port, id]]): SlotRange => [from, to, [host, port, id]])
    .sort(([a], [b]) => a - b);
}
