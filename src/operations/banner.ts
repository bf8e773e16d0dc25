import type { AppConfig } from '../config/config.js';
import { shownRedis } from '../config/redis-url.js';

export interface Serving {
  httpPort: number;
  socketPort: number;
  /** Where the data is, without secrets. */
  database: string;
}

/** What a person reads when the server is up: what it serves where, and one line to try. */
export function banner(config: AppConfig, { httpPort, socketPort, database }: Serving): string {
  const http = `http://localhost:${httpPort}`;
  return [
    '',
    `  REST         ${http}`,
    `  Socket.IO    http://localhost:${socketPort}`,
    `  Documents    ${http}/docs`,
    `  Auth         open: every client is believed who it says it is. For development and trusted networks only.`,
    `  Database     ${database}`,
    ...(config.redis.target ? [`  Other nodes  by ${shownRedis(config.redis.target)}`] : []),
    '',
    '  Try it:',
    `  curl -X POST ${http}/chats -H 'Content-Type: application/json' -d '{"user1Id":1,"user2Id":2}'`,
    '',
    `  ${config.production ? 'Production' : 'Development'} mode. Ctrl-C stops it.`,
    '',
  ].join('\n');
}

/** A connection string as far as it may be shown. */
export function shownDatabase(url: string): string {
  const { host, pathname } = new URL(url);
  return `PostgreSQL at ${host}${pathname}`;
}
