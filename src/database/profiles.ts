/**
 * Settings of the sessions that a pool opens. They are sent in the startup packet (`options`), so they cost no round
 * trip, and they override `ALTER ROLE … SET` and `ALTER DATABASE … SET`.
 */
export interface Profile {
  /** Shown in pg_stat_activity, and as the label `pool` of the metrics. */
  name: string;
  settings: Readonly<Record<string, string>>;
}

/**
 * Settings that our code relies on in every session, and that a database or role may set differently: timestamps are
 * read and written as ISO text in UTC, transactions are READ COMMITTED unless they ask for more, tables are in
 * `public`, backslashes in literals are plain characters, arrays may hold NULL, and idle sessions live on. The driver
 * itself pins client_encoding to UTF8. `sequelize-cli.config.cjs` sets the same.
 */
const RELIED_ON = {
  TimeZone: 'UTC',
  DateStyle: 'ISO,MDY',
  IntervalStyle: 'postgres',
  default_transaction_isolation: 'read committed',
  search_path: 'public',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  bytea_output: 'hex',
  idle_session_timeout: '0',
};

export const profiles = {
  /**
   * The message path, and everything else so far. Statements are planned once per connection, whatever the tables hold
   * then. All of them find rows by index, and so do the models' queries (by key): plans that suit only small tables are
   * ruled out or made expensive. A search or a report over whole tables needs a profile of its own.
   */
  chat: {
    name: 'chat',
    settings: {
      ...RELIED_ON,
      plan_cache_mode: 'force_generic_plan',
      enable_seqscan: 'off',
      enable_mergejoin: 'off',
      random_page_cost: '0',
      jit: 'off',
    },
  },
  /** The migrator's one connection, with PostgreSQL's default planning. */
  migrations: {
    name: 'chat-migrations',
    settings: { ...RELIED_ON, statement_timeout: '0', idle_in_transaction_session_timeout: '0' },
  },
} satisfies Record<string, Profile>;

/** The settings as libpq's `options`, where a space in a value is escaped with a backslash. */
export function sessionOptions({ settings }: Profile): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
    .join(' ');
}
