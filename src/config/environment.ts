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
    about: 'Web origins that may connect, comma-separated; `*` allows all.',
    default: ['*'],
    parse: origins,
  }),
  PRESENCE_GRACE_MS: variable({
    about: 'Milliseconds for which somebody whose connection dropped stays online.',
    default: 5_000,
    parse: wholeNumber(0, 600_000),
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
  LOG_LEVEL: variable<'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'>({
    about: 'Least level that is logged.',
    default: 'info',
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'silent'),
  }),
};

export type Environment = { [K in keyof typeof environment]: (typeof environment)[K]['default'] };
