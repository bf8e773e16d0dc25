import { environment, type Environment } from './environment.js';
import { type RedisTarget } from './redis-url.js';

/** The configuration, read once at start. */
export interface AppConfig {
  readonly production: boolean;
  readonly host: string | undefined;
  readonly httpPort: number;
  readonly socketPort: number;
  /** `open` trusts the user id that a client states. */
  readonly auth: { readonly mode: 'open' };
  readonly allowedOrigins: readonly string[];
  readonly database: {
    /** null: the embedded PostgreSQL. */
    readonly url: string | null;
    readonly pool: number;
    /** Milliseconds that one statement may take. */
    readonly timeoutMs: number;
  };
  readonly redis: {
    /** null: this node is the only one. */
    readonly target: RedisTarget | null;
    readonly prefix: string;
  };
  readonly presence: { readonly graceMs: number; readonly leaseMs: number };
  readonly drain: { readonly noticeMs: number; readonly spreadMs: number };
  readonly logLevel: Environment['LOG_LEVEL'];
}

/** One thing that is wrong with the configuration, as the operator reads it. Never holds a secret. */
export interface ConfigFault {
  variable: string;
  message: string;
}

function read(variables: Record<string, string | undefined>, faults: ConfigFault[]): Environment {
  const entries = Object.entries(environment).map(([name, definition]) => {
    const text = variables[name]?.trim();
    if (text === undefined || text === '') return [name, definition.default];
    try {
      return [name, definition.parse(text)];
    } catch (error) {
      faults.push({ variable: name, message: error instanceof Error ? error.message : String(error) });
      return [name, definition.default];
    }
  });
  return Object.fromEntries(entries) as Environment;
}

/**
 * Turns environment variables into the frozen configuration. All faults are collected, so that one start
 * tells them all; the configuration is whole (with defaults in the faulty places) even then, so that what
 * remains can be checked too.
 */
export function parseConfig(variables: Record<string, string | undefined>): {
  config: AppConfig;
  faults: ConfigFault[];
} {
  const faults: ConfigFault[] = [];
  const env = read(variables, faults);
  const production = env.NODE_ENV === 'production';
  const authGiven = (variables.AUTH ?? '').trim() !== '';
  if (production && !authGiven) {
    faults.push({
      variable: 'AUTH',
      message:
        'open mode trusts every client; with NODE_ENV=production it starts only when AUTH=open is set explicitly',
    });
  }
  if (env.PORT !== 0 && env.PORT === env.SOCKET_PORT) {
    faults.push({ variable: 'SOCKET_PORT', message: 'expected another port than PORT' });
  }
  const config: AppConfig = {
    production,
    host: env.HOST,
    httpPort: env.PORT,
    socketPort: env.SOCKET_PORT,
    auth: Object.freeze({ mode: 'open' }),
    allowedOrigins: Object.freeze(env.ALLOWED_ORIGINS),
    database: Object.freeze({
      url: env.DATABASE_URL,
      pool: env.DATABASE_POOL,
      timeoutMs: env.DATABASE_TIMEOUT_MS,
    }),
    redis: Object.freeze({ target: env.REDIS_URL, prefix: env.REDIS_PREFIX }),
    presence: Object.freeze({ graceMs: env.PRESENCE_GRACE_MS, leaseMs: env.PRESENCE_LEASE_MS }),
    drain: Object.freeze({ noticeMs: env.DRAIN_NOTICE_MS, spreadMs: env.DRAIN_SPREAD_MS }),
    logLevel: env.LOG_LEVEL,
  };
  return { config: Object.freeze(config), faults };
}
