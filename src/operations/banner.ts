import type { AppConfig } from '../config/config.js';
import { shownRedis } from '../config/redis-url.js';

export interface Serving {
  httpPort: number;
  socketPort: number;
  /** null: metrics are on `httpPort`. */
  metricsPort: number | null;
  /** Where the data is, without secrets. */
  database: string;
}

/** What a person reads when the server is up: what it serves where, and one line to try. */
export function banner(config: AppConfig, { httpPort, socketPort, metricsPort, database }: Serving): string {
  const http = `http://localhost:${httpPort}`;
  return [
    '',
    `  REST         ${http}`,
    `  Socket.IO    http://localhost:${socketPort}`,
    `  Documents    ${http}/docs`,
    `  Metrics      http://localhost:${metricsPort ?? httpPort}/metrics`,
    `  Auth         ${shownAuth(config)}`,
    `  Database     ${database}`,
    ...(config.redis.target ? [`  Other nodes  by ${shownRedis(config.redis.target)}`] : []),
    '',
    '  Try it:',
    `  ${config.auth.mode === 'open' ? openTry(http) : `curl -i ${http}/auth/me`}`,
    '',
    `  ${config.production ? 'Production' : 'Development'} mode. Ctrl-C stops it.`,
    '',
  ].join('\n');
}

const openTry = (http: string) =>
  `curl -X POST ${http}/chats -H 'Content-Type: application/json' -d '{"user1Id":1,"user2Id":2}'`;

function shownAuth({ auth }: AppConfig): string {
  if (auth.mode === 'open') {
    return 'open: every client is believed who it says it is. For development and trusted networks only.';
  }
  const { tokens, apiKeyHashes } = auth;
  const whose = tokens.kind === 'own' ? 'our own tokens' : `tokens of ${tokens.issuer}`;
  return `jwt: ${whose}${apiKeyHashes.length > 0 ? ', API keys of backends' : ''}`;
}

/** A connection string as far as it may be shown. */
export function shownDatabase(url: string): string {
  const { host, pathname } = new URL(url);
  return `PostgreSQL at ${host}${pathname}`;
}
