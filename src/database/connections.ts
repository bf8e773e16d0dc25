import pg from 'pg';
import type { Sequelize as CoreSequelize } from 'sequelize';
import type { SequelizeOptions } from 'sequelize-typescript';
import { type Profile, sessionOptions } from './profiles.js';

/**
 * Milliseconds that a transaction may be idle between two statements. A node that freezes inside one keeps its rows
 * locked for this long. Sends that wait for these rows are cut off after `timeoutMs`, which is longer.
 */
const IDLE_IN_TRANSACTION_MS = 2_000;

/**
 * Milliseconds that a statement waits for a lock. Our own transactions hold theirs for a few: who waits longer waits for
 * an operator or a frozen node, and gives back the connection that others need.
 */
const LOCK_TIMEOUT_MS = 500;

/** Milliseconds to wait for a free connection, connecting included. With the statement timeout, under 5 s in all. */
export const ACQUIRE_WITHIN_MS = 1_200;
const CONNECT_WITHIN_MS = 1_000;

/** Milliseconds that the client waits beyond the server's statement timeout, in case the server hangs. */
const CLIENT_PATIENCE_MS = 200;

/** bigint columns are parsed as numbers: no id passes 2^53 (see the migration's CHECK and the contract). */
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export interface ConnectionOptions {
  url: string;
  /** Most connections. */
  pool: number;
  /** Milliseconds that one statement may take. */
  timeoutMs: number;
}

/** Sequelize's options for a pool with this profile, which models and statements share. */
export function sequelizeOptions(options: ConnectionOptions, profile: Profile): SequelizeOptions {
  return {
    ...connecting(options.url),
    pool: { max: options.pool, acquire: ACQUIRE_WITHIN_MS, idle: 60_000 },
    dialectOptions: {
      ...sessionOf(profile),
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      statement_timeout: options.timeoutMs,
      lock_timeout: LOCK_TIMEOUT_MS,
      query_timeout: options.timeoutMs + CLIENT_PATIENCE_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      keepAlive: true,
    },
  };
}

/**
 * Options to connect to a URL. The driver parses the URL itself, so everything it supports works (`sslmode`, a socket).
 */
export function connecting(url: string): SequelizeOptions {
  class Client extends pg.Client {
    constructor(config: pg.ClientConfig) {
      super({ ...config, connectionString: url });
      // Sequelize listens for errors only once it has the connection. An error before that, with no listener, would end
      // the process; the query that runs, or Sequelize's own check, reports it anyway.
      this.on('error', () => undefined);
    }
  }
  return {
    dialect: 'postgres',
    dialectModule: { ...pg, Client },
    logging: false,
    // The profile sets the time zone, so Sequelize need not; and it need not query the version first.
    keepDefaultTimezone: true,
    databaseVersion: '14.0.0',
  } as SequelizeOptions;
}

/** The session options of a profile. */
export const sessionOf = (profile: Profile) => ({
  application_name: profile.name,
  options: sessionOptions(profile),
  clientMinMessages: 'ignore',
});

/** The members of Sequelize's connection manager that its type declarations lack. */
export interface Connections {
  getConnection(): Promise<pg.Client>;
  releaseConnection(connection: pg.Client): void;
  /** Closes a connection and frees its place in the pool. */
  destroyConnection(connection: pg.Client): Promise<void>;
  readonly pool: { size: number; maxSize: number; available: number; waiting: number };
}

/**
 * Skips Sequelize's query of pg_type on the first connections. It is for enums and ranges, which our models do not use,
 * and when many connections open at once on a busy machine it takes longer than the acquire timeout. The driver knows
 * all other types itself.
 */
export function connectionsOf(sequelize: CoreSequelize): Connections {
  const manager = sequelize.connectionManager as unknown as Connections & { nameOidMap: object };
  manager.nameOidMap = { none: {} };
  return manager;
}
