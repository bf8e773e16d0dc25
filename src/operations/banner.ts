import type { AppConfig } from '../config/config.js';
import { LOOPBACK_ADDRESSES } from '../config/loopback.js';
import { shownRedis } from '../config/redis-url.js';

export interface Serving {
  httpPort: number;
  socketPort: number;
  /** null: metrics are on `httpPort`. */
  metricsPort: number | null;
  /** The paths of the pages. */
  pages: readonly string[];
  /** Where the data is, without secrets. */
  database: string;
}

/** The text that the start prints: what is served where, and a command to try. */
export function banner(
  config: AppConfig,
  { httpPort, socketPort, metricsPort, pages, database }: Serving,
): string {
  const http = `http://localhost:${httpPort}`;
  return [
    '',
    ...(pages.includes('/') ? [`  Chat         ${http}`] : []),
    ...(pages.includes('/console') ? [`  Console      ${http}/console`] : []),
    ...(pages.includes('/admin') ? [`  Admin        ${http}/admin`] : []),
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

/** Open mode: from where the server can be reached, and how to change that. */
function shownReach({ auth, listenOn }: AppConfig): string[] {
  if (auth.mode !== 'open' || listenOn !== LOOPBACK_ADDRESSES) return [];
  return [
    '  Access       this machine only. To let a phone connect, start with HOST=0.0.0.0. Web pages from origins other',
    '               than localhost also need ALLOWED_ORIGINS, for example localhost,http://192.168.1.20:5173.',
  ];
}

const openTry = (http: string) =>
  `curl -X POST ${http}/chats -H 'Content-Type: application/json' -d '{"user1Id":1,"user2Id":2}'`;

function shownAuth({ auth }: AppConfig): string {
  if (auth.mode === 'open') {
    return 'open: clients are not authenticated. For development and trusted networks only.';
  }
  const { tokens, apiKeyHashes } = auth;
  const accepted = tokens.kind === 'own' ? 'tokens of this server' : `tokens of ${tokens.issuer}`;
  return `jwt: ${accepted}${apiKeyHashes.length > 0 ? ', API keys of backends' : ''}`;
}

/** A connection string without its secrets. */
export function shownDatabase(url: string): string {
  const { host, pathname } = new URL(url);
  return `PostgreSQL at ${host}${pathname}`;
}
