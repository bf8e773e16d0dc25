import type { AppConfig } from '../config/config.js';
import { LOOPBACK_ADDRESSES } from '../config/loopback.js';
import { shownRedis } from '../config/redis-url.js';

export interface Serving {
  httpPort: number;
  socketPort: number;
  /** null: metrics are on `httpPort`. */
  metricsPort: number | null;
  /** Where the data is, without secrets. */
  database: string;
}

/** The start banner: what the server serves where, and a command to try. */
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
    ...shownReach(config),
    ...(config.redis.target ? [`  Other nodes  via ${shownRedis(config.redis.target)}`] : []),
    '',
    '  Try it:',
    `  ${config.auth.mode === 'open' ? openTry(http) : `curl -i ${http}/auth/me`}`,
    '',
    `  ${config.production ? 'Production' : 'Development'} mode. Ctrl-C stops it.`,
    '',
  ].join('\n');
}

/** Open mode: who reaches the server, and how others do. */
function shownReach({ auth, listenOn }: AppConfig): string[] {
  if (auth.mode !== 'open' || listenOn !== LOOPBACK_ADDRESSES) return [];
  return [
    '  Reach        this machine only. For a phone start it with HOST=0.0.0.0; web pages that come from elsewhere',
    '               than localhost need ALLOWED_ORIGINS too: localhost,http://192.168.1.20:5173 for example.',
  ];
}

const openTry = (http: string) =>
  `curl -X POST ${http}/chats -H 'Content-Type: application/json' -d '{"user1Id":1,"user2Id":2}'`;

function shownAuth({ auth }: AppConfig): string {
  if (auth.mode === 'open') {
    return 'open: clients are not authenticated. For development and trusted networks only.';
  }
  const { tokens, apiKeyHashes } = auth;
  const accepted = tokens.kind === 'own' ? 'our own tokens' : `tokens of ${tokens.issuer}`;
  return `jwt: ${accepted}${apiKeyHashes.length > 0 ? ', API keys of backends' : ''}`;
}

/** A connection string without its secrets. */
export function shownDatabase(url: string): string {
  const { host, pathname } = new URL(url);
  return `PostgreSQL at ${host}${pathname}`;
}
