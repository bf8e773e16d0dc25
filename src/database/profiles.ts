/**
 * Settings of the sessions that a pool opens. They travel in the start of the connection (`options`), so they cost no
 * round trip, and they win over what `ALTER ROLE … SET` and `ALTER DATABASE … SET` say.
 */
export interface Profile {
  /** Shown in pg_stat_activity, and as the label `pool` of the metrics. */
  name: string;
  settings: Readonly<Record<string, string>>;
}

/**
 * What our code relies on in every session, and what a database or role may have otherwise: timestamps are read and
 * written as ISO text in UTC, transactions are READ COMMITTED unless they say more, tables are those of `public`,
 * backslashes in literals are themselves. The driver itself pins client_encoding to UTF8.
 */
const RELIED_ON = {
  TimeZone: 'UTC',
  DateStyle: 'ISO,MDY',
  IntervalStyle: 'postgres',
  default_transaction_isolation: 'read committed',
  search_path: 'public',
  standard_conforming_strings: 'on',
};

export const profiles = {
  /**
   * The message path, and everything else so far. Statements are planned once a connection, whatever the tables hold at
   * that moment. All of them look rows up by index, and so do the models' (by key): plans that suit small tables only
   * are ruled out or made dear. A search or a report over whole tables is not for this profile: give it its own.
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
  /** The migrator's one connection: plans as PostgreSQL makes them. */
  migrations: { name: 'chat-migrations', settings: RELIED_ON },
} satisfies Record<string, Profile>;

/** As libpq's `options`, where a space in a value is written with a backslash before it. */
export function sessionOptions({ settings }: Profile): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
    .join(' ');
}
