import { parseRate, type Rate } from './rate.js';

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
  if (text === 'none') return [];
  const list = text
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean);
  const bad = list.find(
    (origin) => origin !== '*' && !(URL.canParse(origin) && new URL(origin).origin === origin),
  );
  if (bad === undefined) return list;
  throw new Error('expected *, none or a comma-separated list of origins like https://app.example.com');
}

/** `parseRate`; a default is written as the variable is. */
const rate = (about: string, text: string): Variable<Rate> => ({
  about,
  default: parseRate(text),
  parse: parseRate,
});

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
  RATE_LIMIT_LOGINS: rate('Logins, registrations and renewals of one address.', '30/1m'),
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
  LOG_LEVEL: variable<'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'>({
    about: 'Least level that is logged.',
    default: 'info',
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'silent'),
  }),
};

export type Environment = { [K in keyof typeof environment]: (typeof environment)[K]['default'] };
