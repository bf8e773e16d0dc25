import pg from 'pg';
import type { Sequelize as CoreSequelize } from 'sequelize';
import type { SequelizeOptions } from 'sequelize-typescript';
import { type Profile, sessionOptions } from './profiles.js';

/**
 * Milliseconds that a transaction may stand still between two statements. A node that freezes inside one keeps its rows
 * locked for so long; sends that wait for them are cut off after `timeoutMs`, which is more.
 */
const IDLE_IN_TRANSACTION_MS = 2_000;

/** Milliseconds to wait for a free connection, connecting included. With the statement's bound under 5 s in all. */
const ACQUIRE_WITHIN_MS = 1_200;
const CONNECT_WITHIN_MS = 1_000;

/** Milliseconds more than the server's bound that the client waits for a server that no longer answers at all. */
const CLIENT_PATIENCE_MS = 200;

/** bigint columns come back as numbers: no id passes 2^53 (see the migration's CHECK and the contract). */
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export interface ConnectionOptions {
  url: string;
  /** Most connections. */
  pool: number;
  /** Milliseconds that one statement may take. */
  timeoutMs: number;
}

/** What Sequelize takes to own the connections of a profile, for models and statements alike. */
export function sequelizeOptions(options: ConnectionOptions, profile: Profile): SequelizeOptions {
  return {
    ...connecting(options.url),
    pool: { max: options.pool, acquire: ACQUIRE_WITHIN_MS, idle: 60_000 },
    dialectOptions: {
      ...sessionOf(profile),
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      statement_timeout: options.timeoutMs,
      query_timeout: options.timeoutMs + CLIENT_PATIENCE_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      keepAlive: true,
    },
  };
}

/** For a Sequelize over a URL. The driver reads the URL itself, so that all it knows (`sslmode`, a socket) holds. */
export function connecting(url: string): SequelizeOptions {
  class Client extends pg.Client {
    constructor(config: pg.ClientConfig) {
      super({ ...config, connectionString: url });
    }
  }
  return {
    dialect: 'postgres',
    dialectModule: { ...pg, Client },
    logging: false,
    // The session has it from its profile: Sequelize need not set it again, nor ask for the version first.
    keepDefaultTimezone: true,
    databaseVersion: '14.0.0',
  } as SequelizeOptions;
}

/** What makes a session that of a profile. */
export const sessionOf = (profile: Profile) => ({
  application_name: profile.name,
  options: sessionOptions(profile),
  clientMinMessages: 'ignore',
});

/** Sequelize's connection manager, as far as its declared types leave it out. */
export interface Connections {
  getConnection(): Promise<pg.Client>;
  releaseConnection(connection: pg.Client): void;
  /** Ends a connection, and makes room in the pool for another. */
  destroyConnection(connection: pg.Client): Promise<void>;
  readonly pool: { size: number; available: number; waiting: number };
}

/**
 * Spares the first connections a look at pg_type, for enums and ranges, which no model of ours has: with many that open
 * at once on a busy machine it takes longer than they are waited for. All other types the driver knows itself.
 */
export function connectionsOf(sequelize: CoreSequelize): Connections {
  const manager = sequelize.connectionManager as unknown as Connections & { nameOidMap: object };
  manager.nameOidMap = { none: {} };
  return manager;
}
