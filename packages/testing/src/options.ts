import { randomBytes } from 'node:crypto';

export interface ChatServerOptions {
  /** The folder of the server, built. Left out: CHAT_SERVER_PATH, else the checkout that holds this package. */
  serverPath?: string;
  /**
   * A PostgreSQL 14 or later that runs, as `postgres://user:password@host:port/database`. A database of its own is created
   * there and removed by `stop`; the one that is named is not touched. Left out: CHAT_TEST_DATABASE_URL, else a PostgreSQL
   * of its own in a temporary folder. Several servers share one: `databaseUrl: first.clusterUrl`.
   */
  databaseUrl?: string;
  /** `open`: a client says which user it is. `jwt`: it needs a token, which people have. Left out: `open`. */
  auth?: 'open' | 'jwt';
  /** More environment variables of the server: docs/reference/configuration.md. */
  env?: Record<string, string>;
  /** Whether long polling is refused, on which faults have no effect, or passes. Left out: `refuse`. */
  polling?: 'refuse' | 'pass';
  /** How long the start may take, in milliseconds. Left out: 60,000. */
  withinMs?: number;
}

/** What the kit sets itself, and how a test sets it. */
const TAKEN: Record<string, string> = {
  AUTH: 'use the option auth',
  DATABASE_URL: 'use the option databaseUrl',
  PORT: 'the server gets a free one',
  SOCKET_PORT: 'the server gets a free one',
  HOST: 'it is 127.0.0.1',
};

const secret = () => randomBytes(36).toString('base64url');

/** The environment of the server, and the API key in it; null: none is needed. */
export function environmentOf({ auth = 'open', env = {} }: ChatServerOptions) {
  for (const [name, advice] of Object.entries(TAKEN)) {
    if (name in env) throw new TypeError(`env.${name}: the test kit sets it: ${advice}.`);
  }
  if (!['open', 'jwt'].includes(auth)) throw new TypeError(`auth: expected open or jwt, got ${String(auth)}`);
  const apiKey = auth === 'jwt' ? (env.API_KEYS?.split(',')[0] ?? secret()) : null;
  const variables = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    SOCKET_PORT: '0',
    AUTH: auth,
    ...(apiKey === null ? {} : { JWT_SECRET: secret(), API_KEYS: apiKey }),
    RATE_LIMITS: 'off',
    PRESENCE_GRACE_MS: '50',
    DRAIN_NOTICE_MS: '0',
    DRAIN_SPREAD_MS: '0',
    DATABASE_POOL: '8',
    ...env,
  };
  return { variables, apiKey };
}
