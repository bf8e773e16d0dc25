import { parseRate, type Rate } from './rate.js';
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

function list(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}

function origins(text: string): string[] {
  if (text === 'none') return [];
  const named = list(text);
  const bad = named.find(
    (origin) => origin !== '*' && !(URL.canParse(origin) && new URL(origin).origin === origin),
  );
  if (bad === undefined) return named;
  throw new Error('expected *, none or a comma-separated list of origins like https://app.example.com');
}

function httpUrl(text: string): URL {
  if (URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)) return new URL(text);
  throw new Error('expected an http or https URL');
}

function apiKeys(text: string): string[] {
  const keys = list(text);
  if (keys.every((key) => /^[\x21-\x7e]{32,256}$/.test(key))) return keys;
  throw new Error('expected comma-separated keys of 32 to 256 printable ASCII characters without spaces');
}

/** Algorithms of tokens that somebody else signs. Asymmetric ones only: a shared secret is not somebody else's. */
const ALGORITHMS = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA'] as const),
];

export type Algorithm = (typeof ALGORITHMS)[number];

function algorithms(text: string): Algorithm[] {
  const named = list(text).map((name) => ALGORITHMS.find((algorithm) => algorithm === name));
  const known = named.filter((algorithm) => algorithm !== undefined);
  if (known.length > 0 && known.length === named.length) return known;
  throw new Error(`expected some of ${ALGORITHMS.join(', ')}, comma-separated`);
}

/** `parseRate`; a default is written as the variable is. */
const rate = (about: string, text: string): Variable<Rate> => ({
  about,
  default: parseRate(text),
  parse: parseRate,
});

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
  SOCKET_WIRE: variable<'fast' | 'stock'>({
    about:
      '`fast`: messages are read and written past parts of Socket.IO, which saves CPU. `stock`: Socket.IO as it comes, for when you suspect the fast way of a fault. Clients see no difference.',
    default: 'fast',
    parse: oneOf('fast', 'stock'),
  }),
  HOST: variable<string | undefined>({
    about: 'Address that both ports listen on. Unset: every address of the machine.',
    default: undefined,
    parse: (text) => text,
  }),
  AUTH: variable<'open' | 'jwt' | null>({
    about: '`open` trusts the user id that a client states; `jwt` asks for a token or an API key.',
    default: null,
    parse: oneOf('open', 'jwt'),
  }),
  JWT_SECRET: variable<string | null>({
    about: 'Signs our own tokens: at least 32 random bytes. `openssl rand -base64 48` makes one.',
    default: null,
    parse: (text) => text,
  }),
  ACCESS_TOKEN_SECONDS: variable({
    about: 'Seconds for which one of our access tokens is good.',
    default: 900,
    parse: wholeNumber(1, 86_400),
  }),
  REFRESH_TOKEN_DAYS: variable({
    about: 'Days for which a session lasts without being refreshed.',
    default: 30,
    parse: wholeNumber(1, 3_650),
  }),
  REGISTRATION: variable<'open' | 'closed'>({
    about: '`closed`: nobody registers by themselves; an API key makes users and their tokens.',
    default: 'open',
    parse: oneOf('open', 'closed'),
  }),
  JWT_JWKS_URL: variable<URL | null>({
    about: "Somebody else's tokens, instead of JWT_SECRET: where their public keys are.",
    default: null,
    parse: httpUrl,
  }),
  JWT_PUBLIC_KEY: variable<string | null>({
    about: 'As JWT_JWKS_URL, with the public key itself: PEM, line breaks may be written as `\\n`.',
    default: null,
    parse: (text) => text,
  }),
  JWT_ISSUER: variable<string | null>({
    about: "The `iss` of somebody else's tokens.",
    default: null,
    parse: (text) => text,
  }),
  JWT_AUDIENCE: variable<string | null>({
    about: "The `aud` of somebody else's tokens: this chat's name there.",
    default: null,
    parse: (text) => text,
  }),
  JWT_ALGORITHMS: variable<Algorithm[]>({
    about: "How somebody else's tokens are signed, comma-separated; nothing else is accepted.",
    default: ['RS256'],
    parse: algorithms,
  }),
  API_KEYS: variable<string[]>({
    about: 'Keys of your own backends for REST, comma-separated, at least 32 characters each.',
    default: [],
    parse: apiKeys,
  }),
  ALLOWED_ORIGINS: variable<string[]>({
    about: 'Web origins that may connect, comma-separated; `*` allows all, `none` none.',
    default: ['*'],
    parse: origins,
  }),
  TRUST_PROXY: variable({
    about:
      'Proxies in front of the server that add to X-Forwarded-For; 0: the header is not read. Limits by address need it.',
    default: 0,
    parse: wholeNumber(0, 10),
  }),
  RATE_LIMITS: variable<'on' | 'off'>({
    about:
      '`off` lifts every limit below. Limits are written as count/time (`200/10s`) or size/time (`16mb/1m`).',
    default: 'on',
    parse: oneOf('on', 'off'),
  }),
  RATE_LIMIT_MESSAGES: rate('Messages that a person may send or edit.', '200/10s'),
  RATE_LIMIT_TYPING: rate('Typing notices of a person.', '150/10s'),
  RATE_LIMIT_CHATS: rate('Chats that a person may open.', '60/1m'),
  RATE_LIMIT_OTHER: rate('All other commands of a person.', '600/10s'),
  RATE_LIMIT_BYTES: rate('Bytes of a person, of all commands.', '16mb/1m'),
  RATE_LIMIT_ADDRESS: rate('Commands and requests of all people at one address.', '10000/10s'),
  RATE_LIMIT_ADDRESS_BYTES: rate('Bytes of all people at one address.', '256mb/1m'),
  RATE_LIMIT_HANDSHAKES: rate('New Socket.IO connections of one address.', '1200/1m'),
  RATE_LIMIT_LOGINS: rate('Logins, registrations and changes of passwords of one address.', '30/1m'),
  RATE_LIMIT_SOCKETS: variable({
    about: 'Socket.IO connections that one address may have open.',
    default: 5_000,
    parse: wholeNumber(1, 1_000_000),
  }),
  PRESENCE_GRACE_MS: variable({
    about: 'Milliseconds for which somebody whose connection dropped stays online.',
    default: 5_000,
    parse: wholeNumber(0, 600_000),
  }),
  RECEIPTS_PUSHED_UP_TO: variable({
    about:
      'Members of a group up to which each receipt is pushed to all of them; in larger ones to the reader only.',
    default: 100,
    parse: wholeNumber(0, 1_000),
  }),
  METRICS_PORT: variable<number | null>({
    about:
      'Port of Prometheus metrics, `/metrics`: on 127.0.0.1 only, with METRICS_TOKEN on HOST. Unset: on PORT, with METRICS_TOKEN, or outside production for this machine only.',
    default: null,
    parse: port,
  }),
  METRICS_TOKEN: variable<string | null>({
    about: 'Bearer token without which nobody reads the metrics, 16 characters or more.',
    default: null,
    parse: (text) => {
      if (/^[\x21-\x7e]{16,}$/.test(text)) return text;
      throw new Error('expected at least 16 characters without blanks');
    },
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
