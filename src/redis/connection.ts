import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisTarget } from '../config/redis-url.js';

/** Milliseconds that a command may take. */
export const COMMAND_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 1_000;
const RECONNECT_EVERY_MS = 250;

/**
 * Nothing waits for a Redis that is away: a command fails at once when there is no connection, when the connection
 * breaks, and after its timeout when nothing answers.
 */
function options(target: RedisTarget, connectionName: string): RedisOptions & { disconnectTimeout: number } {
  return {
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(target.tls ? { tls: {} } : {}),
    connectionName,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    // Without this check ioredis 5.11 treats a connection that closed during CLIENT SETNAME as ready, for ever.
    enableReadyCheck: true,
    disableClientInfo: true,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Closing does not wait for a peer that does not answer.
    disconnectTimeout: 100,
    keepAlive: 10_000,
    retryStrategy: () => RECONNECT_EVERY_MS,
  };
}

/** A connection to one Redis server. */
export function connectTo(
  target: RedisTarget,
  node: { host: string; port: number },
  connectionName: string,
): Redis {
  const redis = new Redis({ ...options(target, connectionName), ...node, db: target.db });
  // The heartbeat notices every failure; without a listener an 'error' would end the process.
  redis.on('error', () => undefined);
  return redis;
}

/** A client of a Redis Cluster, which sends each command to the server of its key. */
export function connectToCluster(target: RedisTarget, connectionName: string): Cluster {
  const cluster = new Cluster([...target.nodes], {
    redisOptions: options(target, connectionName),
    enableOfflineQueue: false,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    slotsRefreshInterval: 5_000,
    retryDelayOnFailover: 100,
    retryDelayOnClusterDown: 100,
    maxRedirections: 4,
    clusterRetryStrategy: () => RECONNECT_EVERY_MS,
  });
  cluster.on('error', () => undefined);
  return cluster;
}
