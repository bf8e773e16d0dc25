import { type Misspelt, misspelt } from './misspelt.js';
import type { GroupAdds } from '../contract/index.js';
import { type AuthConfig, parseAuth } from './auth-config.js';
import { type DirectDelete, type Directory, environment, type Environment } from './environment.js';
import { LOOPBACK_ADDRESSES } from './loopback.js';
import type { HookFilter } from './hook-rules.js';
import { parsePush, type PushConfig } from './push-config.js';
import type { Rate } from './rate.js';
import { type RedisTarget } from './redis-url.js';
import type { Waits } from './waits.js';

/** The configuration, read once at start. */
export interface AppConfig {
  readonly production: boolean;
  /** Variables without effect that look like misspelt ones of ours. */
  readonly misspelt: readonly Misspelt[];
  /** The addresses on which both ports listen; null: all addresses of the machine. */
  readonly listenOn: readonly string[] | null;
  readonly httpPort: number;
  readonly socketPort: number;
  /** What clients are told of this server. */
  readonly shown: {
    readonly name: string;
    /** An origin; null: that of REST. */
    readonly socketUrl: string | null;
    readonly imageOrigins: readonly string[];
  };
  readonly web: {
    /** Which of the pages; `console`, `admin`: that one alone. */
    readonly serves: 'on' | 'off' | 'console' | 'admin';
    /** The folder of the built pages; null: `web/dist` of the project. */
    readonly folder: string | null;
  };
  readonly auth: AuthConfig;
  /** Origins as a browser sends them; `localhost` for those of this machine with any port, `*` for all. */
  readonly allowedOrigins: readonly string[];
  /** Which implementation reads and writes the frames of sockets. */
  readonly socketWire: Environment['SOCKET_WIRE'];
  readonly database: {
    /** null: the embedded PostgreSQL. */
    readonly url: string | null;
    readonly pool: number;
    /** Milliseconds that one statement may take. */
    readonly timeoutMs: number;
  };
  /** Number of proxies whose entries in X-Forwarded-For are trusted. */
  readonly trustProxy: number;
  /** null: no limits. */
  readonly limits: LimitsConfig | null;
  /** Whom a user may add to a group without asking. */
  readonly groupAdds: GroupAdds;
  /** Whom a user finds by `getUsers` and `searchUsers`. */
  readonly directory: Directory;
  /** For whom `deleteChat` of a user deletes a direct chat. */
  readonly directDelete: DirectDelete;
  /** Largest chat in which each receipt is pushed to all members. */
  readonly receiptsPushedUpTo: number;
  /** `port` null: metrics are served on `httpPort`. */
  readonly metrics: { readonly port: number | null; readonly token: string | null };
  readonly redis: {
    /** null: this node is the only one. */
    readonly target: RedisTarget | null;
    readonly prefix: string;
  };
  /** Idempotency keys of commands: how long each is kept, and how many of a user. */
  /** Milliseconds for which deleted messages can be reported. */
  readonly keepDeletedMs: number;
  /** Days for which it is kept what the application and admins did. */
  readonly auditDays: number;
  /** Days for which messages are kept; 0: for ever. */
  readonly retentionDays: number;
  readonly idempotency: { readonly keepMs: number; readonly perUser: number };
  /** What may be called besides the internet, and at which ports (null: all). */
  readonly outbound: { readonly allow: readonly string[]; readonly ports: readonly number[] | null };
  /** Who is asked before a message is sent, at a URL (null: nobody) or in the process. */
  readonly beforeSend: {
    readonly url: string | null;
    readonly secret: string;
    readonly timeoutMs: number;
    readonly onError: 'allow' | 'refuse';
    readonly maxInFlight: number;
    /** null: about all messages. */
    readonly filter: HookFilter | null;
  };
  readonly webhooks: {
    readonly timeoutMs: number;
    readonly retries: Waits;
    readonly disableMs: number;
    /** Most events of a webhook that wait aside. */
    readonly maxParked: number;
    /** Milliseconds after which unread messages are told of; 0: they are not. */
    readonly dueAfterMs: number;
    readonly logAll: boolean;
    readonly logDays: number;
    /** null: secrets are stored as they are. */
    readonly key: Buffer | null;
  };
  readonly push: PushConfig;
  /** What reads the log of changes: `pollMs` between two looks. */
  readonly sinks: {
    readonly on: boolean;
    readonly leaseMs: number;
    readonly pollMs: number;
    readonly keepDays: number;
  };
  readonly inbox: boolean;
  readonly presence: { readonly graceMs: number; readonly leaseMs: number };
  readonly drain: { readonly noticeMs: number; readonly spreadMs: number };
  readonly logLevel: Environment['LOG_LEVEL'];
}

/** Rate limits of a user and of an address. */
export interface LimitsConfig {
  readonly person: {
    readonly message: Rate;
    readonly typing: Rate;
    readonly createChat: Rate;
    readonly other: Rate;
    readonly bytes: Rate;
  };
  readonly address: {
    readonly commands: Rate;
    readonly bytes: Rate;
    readonly handshake: Rate;
    readonly login: Rate;
  };
  /** How many users who are not contacts a user may add or invite to groups. */
  readonly adds: Rate;
  /** Maximum number of open sockets of an address. */
  readonly sockets: number;
  /** Maximum number of open sockets of a user at one node. */
  readonly userSockets: number;
}

/** One fault of the configuration, as the operator reads it. Never holds a secret. */
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

function limitsOf(env: Environment): LimitsConfig {
  return Object.freeze({
    person: Object.freeze({
      message: env.RATE_LIMIT_MESSAGES,
      typing: env.RATE_LIMIT_TYPING,
      createChat: env.RATE_LIMIT_CHATS,
      other: env.RATE_LIMIT_OTHER,
      bytes: env.RATE_LIMIT_BYTES,
    }),
    address: Object.freeze({
      commands: env.RATE_LIMIT_ADDRESS,
      bytes: env.RATE_LIMIT_ADDRESS_BYTES,
      handshake: env.RATE_LIMIT_HANDSHAKES,
      login: env.RATE_LIMIT_LOGINS,
    }),
    adds: env.RATE_LIMIT_ADDS,
    sockets: env.RATE_LIMIT_SOCKETS,
    userSockets: env.RATE_LIMIT_USER_SOCKETS,
  });
}

/** Open mode trusts every client, so by default it listens on this machine only. */
function listenOn({ HOST: host }: Environment, open: boolean): readonly string[] | null {
  if (host === 'localhost' || (host === null && open)) return LOOPBACK_ADDRESSES;
  return host === null ? null : Object.freeze([host]);
}

/**
 * Turns environment variables into the frozen configuration. It collects all faults, so that one start reports them
 * all. Even then the configuration is complete (with defaults for faulty values), so that the rest can be checked too.
 */
export function parseConfig(variables: Record<string, string | undefined>): {
  config: AppConfig;
  faults: ConfigFault[];
} {
  const faults: ConfigFault[] = [];
  const env = read(variables, faults);
  const production = env.NODE_ENV === 'production';
  const authGiven = (variables.AUTH ?? '').trim() !== '';
  const open = env.AUTH !== 'jwt';
  const allowedOrigins = env.ALLOWED_ORIGINS ?? [open ? 'localhost' : '*'];
  if (production && !authGiven) {
    faults.push({
      variable: 'AUTH',
      message: 'expected jwt or open, because NODE_ENV=production is set; open mode trusts every client',
    });
  }
  if (production && !open && allowedOrigins.includes('*')) {
    faults.push({
      variable: 'ALLOWED_ORIGINS',
      message:
        'expected the web origins of your app, such as https://app.example.com, or none: with NODE_ENV=production and AUTH=jwt, * is refused',
    });
  }
  if (env.PORT !== 0 && env.PORT === env.SOCKET_PORT) {
    faults.push({ variable: 'SOCKET_PORT', message: 'expected a port other than PORT' });
  }
  if (env.METRICS_PORT !== null && env.METRICS_PORT !== 0) {
    if (env.METRICS_PORT === env.PORT || env.METRICS_PORT === env.SOCKET_PORT) {
      faults.push({ variable: 'METRICS_PORT', message: 'expected a port other than PORT and SOCKET_PORT' });
    }
  }
  if (env.BEFORE_SEND_URL !== null && env.BEFORE_SEND_SECRET === null) {
    faults.push({
      variable: 'BEFORE_SEND_SECRET',
      message:
        'expected the secret that signs what BEFORE_SEND_URL is asked: `echo "whsec_$(openssl rand -base64 32)"` makes one',
    });
  }
  const auth = parseAuth(env, faults);
  const config: AppConfig = {
    production,
    misspelt: Object.freeze(misspelt(variables)),
    listenOn: listenOn(env, open),
    httpPort: env.PORT,
    socketPort: env.SOCKET_PORT,
    shown: Object.freeze({
      name: env.SERVER_NAME,
      socketUrl: env.SOCKET_URL,
      imageOrigins: Object.freeze(env.IMAGE_ORIGINS),
    }),
    web: Object.freeze({ serves: env.WEB ?? (production ? 'off' : 'on'), folder: null }),
    auth,
    allowedOrigins: Object.freeze(allowedOrigins),
    socketWire: env.SOCKET_WIRE,
    database: Object.freeze({
      url: env.DATABASE_URL,
      pool: env.DATABASE_POOL,
      timeoutMs: env.DATABASE_TIMEOUT_MS,
    }),
    trustProxy: env.TRUST_PROXY,
    limits: env.RATE_LIMITS === 'off' ? null : limitsOf(env),
    // In open mode everybody can act as any user, so asking for consent would protect nobody.
    groupAdds: env.GROUP_ADDS ?? (auth.mode === 'open' ? 'everybody' : 'contacts'),
    directory: env.DIRECTORY ?? (auth.mode === 'open' ? 'all' : 'contacts'),
    directDelete: env.DIRECT_DELETE,
    receiptsPushedUpTo: env.RECEIPTS_PUSHED_UP_TO,
    metrics: Object.freeze({ port: env.METRICS_PORT, token: env.METRICS_TOKEN }),
    redis: Object.freeze({ target: env.REDIS_URL, prefix: env.REDIS_PREFIX }),
    keepDeletedMs: env.KEEP_DELETED_SECONDS * 1_000,
    auditDays: env.AUDIT_DAYS,
    retentionDays: env.RETENTION_DAYS,
    idempotency: Object.freeze({
      keepMs: env.IDEMPOTENCY_KEEP_SECONDS * 1_000,
      perUser: env.IDEMPOTENCY_KEYS_PER_USER,
    }),
    outbound: Object.freeze({ allow: Object.freeze(env.OUTBOUND_ALLOW), ports: env.OUTBOUND_PORTS }),
    beforeSend: Object.freeze({
      url: env.BEFORE_SEND_URL?.href ?? null,
      secret: env.BEFORE_SEND_SECRET ?? '',
      timeoutMs: env.BEFORE_SEND_TIMEOUT_MS,
      onError: env.BEFORE_SEND_ON_ERROR,
      maxInFlight: env.BEFORE_SEND_MAX_IN_FLIGHT,
      filter: env.BEFORE_SEND_FILTER,
    }),
    webhooks: Object.freeze({
      timeoutMs: env.WEBHOOK_TIMEOUT_MS,
      retries: env.WEBHOOK_RETRIES,
      disableMs: env.WEBHOOK_DISABLE_HOURS * 3_600_000,
      maxParked: env.WEBHOOK_MAX_PARKED,
      dueAfterMs: env.NOTIFICATION_DUE_AFTER_MS,
      logAll: env.WEBHOOK_LOG === 'all',
      logDays: env.WEBHOOK_LOG_DAYS,
      key: env.WEBHOOK_KEY,
    }),
    push: parsePush(env, faults),
    sinks: Object.freeze({
      on: env.SINKS === 'on',
      leaseMs: env.SINK_LEASE_MS,
      pollMs: env.SINK_POLL_MS,
      keepDays: env.SINK_KEEP_DAYS,
    }),
    inbox: env.INBOX === 'on',
    presence: Object.freeze({ graceMs: env.PRESENCE_GRACE_MS, leaseMs: env.PRESENCE_LEASE_MS }),
    drain: Object.freeze({ noticeMs: env.DRAIN_NOTICE_MS, spreadMs: env.DRAIN_SPREAD_MS }),
    logLevel: env.LOG_LEVEL,
  };
  return { config: Object.freeze(config), faults };
}
