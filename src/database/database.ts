import { Logger } from '@nestjs/common';
import pg from 'pg';
import { endsConnection, isSerializationFault, isUserIdTaken } from '../common/errors/failure.js';
import { toObjects } from './rows.js';

/**
 * Milliseconds that a transaction may stand still between two statements. A node that freezes inside one keeps its rows
 * locked for so long; sends that wait for them are cut off after `timeoutMs`, which is more.
 */
const IDLE_IN_TRANSACTION_MS = 2_000;

/** Milliseconds to wait for a free connection, connecting included. With the statement's bound under 5 s in all. */
const ACQUIRE_TIMEOUT_MS = 1_200;

/**
 * Statements are planned once a connection, whatever the tables hold at that moment. All of them look rows up
 * by index, so plans that suit small tables only are ruled out or made dear.
 */
const SESSION = [
  'TimeZone=UTC',
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_mergejoin=off',
  'random_page_cost=0',
  'jit=off',
];

/** What a statement's rows hold: int8 as number, timestamptz as ISO 8601 text in UTC, json parsed. */
const INT8 = 20;
const INT8_ARRAY = 1016;
const TIMESTAMPTZ = 1184;

/** Rows of a batch mostly carry the same moment. */
let lastText = '';
let lastMoment = '';

/** `2026-11-22 16:20:21.5+00` to `2026-11-22T16:20:21.500Z`; the session's time zone is UTC. */
export function isoTimestamp(text: string): string {
  if (text === lastText) return lastMoment;
  const fraction = text.slice(20, -3).padEnd(3, '0');
  lastText = text;
  lastMoment = `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.slice(0, 3)}Z`;
  return lastMoment;
}

/** `{1,2}` to `[1, 2]`; the statements here select no arrays with nulls in them. */
function numbers(text: string): number[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(Number);
}

const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    if (oid === INT8) return Number;
    if (oid === INT8_ARRAY) return numbers;
    if (oid === TIMESTAMPTZ) return isoTimestamp;
    return pg.types.getTypeParser(oid, format);
  },
};

/** A statement that PostgreSQL parses once a connection. */
export interface Statement {
  /** Unique in the program; PostgreSQL keeps the prepared statement under it. */
  name: string;
  text: string;
}

const ping: Statement = { name: 'sql.ping', text: 'SELECT 1' };

/** Runs statements, each of them alone or inside a transaction. */
export interface Runner {
  /** The rows; `Row` is the caller's word for what the statement selects. */
  rows<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

/** What differs between connections for quick reads and for the long or unbounded. */
export interface SqlOptions {
  url: string;
  /** Most connections. */
  pool: number;
  /** Milliseconds that one statement may take. */
  timeoutMs: number;
}

/**
 * Prepared statements over a pool of plain pg connections: what the message path and the lists run on. The
 * models stand beside it, on Sequelize's own pool, for everything that is not hot.
 *
 * Every call ends within the acquire bound and the statement's bound, also when PostgreSQL hangs; the
 * connection it hung on is thrown away.
 */
export class Database implements Runner {
  private readonly logger = new Logger(Database.name);
  private readonly pool: pg.Pool;

  constructor(options: SqlOptions) {
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.pool,
      connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
      idleTimeoutMillis: 60_000,
      statement_timeout: options.timeoutMs,
      // The client's own bound, for a server that no longer answers at all.
      query_timeout: options.timeoutMs + 200,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      keepAlive: true,
      options: SESSION.map((setting) => `-c ${setting}`).join(' '),
      application_name: 'chat',
      types,
    });
    this.pool.on('error', (error) => this.logger.warn(`An idle connection was lost: ${error.message}`));
    // One that breaks while it is in use fails its query, and also says so here: unheard it would end the process.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /**
   * Runs one statement on a connection of the pool.
   *
   * @throws what pg throws; `isUnavailable` tells a database that is away from a statement that is wrong.
   */
  async rows<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return this.withConnection((runner) => runner.rows<Row>(statement, values));
  }

  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. After a
   * serialization fault, a deadlock, or a user's id that was taken meanwhile it is run again from the start, up to
   * `attempts` times in all.
   */
  async transaction<T>(work: (runner: Runner) => Promise<T>, attempts = 3): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.withConnection((runner, client) => inTransaction(client, () => work(runner)));
      } catch (error) {
        if (attempt >= attempts || !(isSerializationFault(error) || isUserIdTaken(error))) throw error;
      }
    }
  }

  /** Runs `work` in a transaction that only reads, and sees the database as it is at its first statement. */
  async snapshot<T>(work: (runner: Runner) => Promise<T>): Promise<T> {
    return this.withConnection((runner, client) =>
      inTransaction(client, () => work(runner), 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'),
    );
  }

  /** Whether PostgreSQL answers. */
  async answers(): Promise<boolean> {
    return this.rows(ping, []).then(
      () => true,
      () => false,
    );
  }

  /** Connections in use, idle, and callers that wait for one. */
  get load(): { busy: number; idle: number; waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async withConnection<T>(work: (runner: Runner, client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      const runner: Runner = {
        rows: async <Row>(statement: Statement, values: readonly unknown[]) => {
          const { fields, rows } = await client.query({
            ...statement,
            values: values as unknown[],
            rowMode: 'array',
          });
          return toObjects(statement.name, fields, rows) as Row[];
        },
      };
      const result = await work(runner, client);
      client.release();
      return result;
    } catch (error) {
      client.release(endsConnection(error));
      throw error;
    }
  }
}

async function inTransaction<T>(client: pg.PoolClient, work: () => Promise<T>, begin = 'BEGIN'): Promise<T> {
  await client.query(begin);
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A connection that broke or hangs is thrown away, and its transaction with it.
    if (!endsConnection(error)) await client.query('ROLLBACK');
    throw error;
  }
}
