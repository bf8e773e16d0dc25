import { redisUrl, type RedisTarget } from './redis-url.js';

/**
 * Every environment variable there is: what it means, its default, and what its text may be. README.md and
 * .env.example list the same names; a test keeps the three equal.
 */
export interface Variable<T> {
  /** What it is for, with the unit. */
  about: string;
  /** The value when the variable is unset or empty. */
  default: T;
  /** @throws Error whose message says what was expected. */
  parse(text: string): T;
}

function wholeNumber(min: number, max: number) {
  return (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new Error(`expected a whole number from ${min} to ${max}`);
  };
}

function oneOf<const T extends string>(...allowed: T[]) {
  return (text: string): T => {
    const found = allowed.find((value) => value === text);
    if (found !== undefined) return found;
    throw new Error(`expected ${allowed.join(' or ')}`);
  };
}

const port = wholeNumber(0, 65_535);

function postgresUrl(text: string): string {
  if (URL.canParse(text) && ['postgres:', 'postgresql:'].includes(new URL(text).protocol)) return text;
  throw new Error('expected postgres://user:password@host:port/database');
}

function origins(text: string): string[] {
  const list = text
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean);
  const bad = list.find(
    (origin) => origin !== '*' && !(URL.canParse(origin) && new URL(origin).origin === origin),
  );
  if (bad === undefined) return list;
  throw new Error('expected * or a comma-separated list of origins like https://app.example.com');
}

function channelPrefix(text: string): string {
  if (/^[\w.-]{1,32}$/.test(text)) return text;
  throw new Error('expected up to 32 letters, digits, dots, dashes or underscores');
}

const variable = <T>(definition: Variable<T>): Variable<T> => definition;

export const environment = {
  NODE_ENV: variable<'development' | 'test' | 'production'>({
    about: 'In production open mode must be asked for by AUTH=open, and logs are JSON.',
    default: 'development',
    parse: oneOf('development', 'test', 'production'),
  }),
  DATABASE_URL: variable<string | null>({
    about: 'PostgreSQL 14 or later. Unset: an embedded PostgreSQL in `.data/` of the project.',
    default: null,
    parse: postgresUrl,
  }),
  DATABASE_POOL: variable({
    about: 'Most connections that this process opens to PostgreSQL.',
    default: 16,
    parse: wholeNumber(4, 500),
  }),
  DATABASE_TIMEOUT_MS: variable({
    about: 'Most milliseconds that one statement may take.',
    default: 3_000,
    parse: wholeNumber(100, 4_000),
  }),
  REDIS_URL: variable<RedisTarget | null>({
    about:
      'Redis 7 or later that joins several nodes: `redis://`, `rediss://`, or `redis+cluster://host:port,host:port`. Unset: this node is the only one.',
    default: null,
    parse: redisUrl,
  }),
  REDIS_PREFIX: variable({
    about: 'What names in Redis begin with: nodes of one prefix are one system.',
    default: 'chat',
    parse: channelPrefix,
  }),
  PORT: variable({ about: 'Port of REST and the documents.', default: 3000, parse: port }),
  SOCKET_PORT: variable({ about: 'Port of Socket.IO.', default: 5005, parse: port }),
  HOST: variable<string | undefined>({
    about: 'Address that both ports listen on. Unset: every address of the machine.',
    default: undefined,
    parse: (text) => text,
  }),
  AUTH: variable<'open' | null>({
    about: '`open` trusts the user id that a client states.',
    default: null,
    parse: oneOf('open'),
  }),
  ALLOWED_ORIGINS: variable<string[]>({
    about: 'Web origins that may connect, comma-separated; `*` allows all.',
    default: ['*'],
    parse: origins,
  }),
  PRESENCE_GRACE_MS: variable({
    about: 'Milliseconds for which somebody whose connection dropped stays online.',
    default: 5_000,
    parse: wholeNumber(0, 600_000),
  }),
  PRESENCE_LEASE_MS: variable({
    about:
      'With Redis: milliseconds after which the people of a node that no longer answers count as offline.',
    default: 15_000,
    parse: wholeNumber(1_000, 600_000),
  }),
  DRAIN_NOTICE_MS: variable({
    about: 'Milliseconds between "not ready" and refusing new work at a stop: for a load balancer to notice.',
    default: 500,
    parse: wholeNumber(0, 5_000),
  }),
  DRAIN_SPREAD_MS: variable({
    about: 'Most milliseconds over which a stopping node spreads the closing of its sockets.',
    default: 10_000,
    parse: wholeNumber(0, 12_000),
  }),
  LOG_LEVEL: variable<'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'>({
    about: 'Least level that is logged.',
    default: 'info',
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'silent'),
  }),
};

export type Environment = { [K in keyof typeof environment]: (typeof environment)[K]['default'] };
