import type pg from 'pg';
import { type Sequelize as CoreSequelize, Transaction as SequelizeTransaction } from 'sequelize';
import { Sequelize } from 'sequelize-typescript';
import { endsConnection, isSerializationFault, isUserIdTaken, tooSlow } from '../common/errors/failure.js';
import { Lines } from '../common/flow/lines.js';
import { Semaphore } from '../common/flow/semaphore.js';
import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import { columnTypes } from './column-types.js';
import { LockWaits } from './lock-waits.js';
import {
  ACQUIRE_WITHIN_MS,
  type ConnectionOptions,
  type Connections,
  connectionsOf,
  sequelizeOptions,
} from './connections.js';
import { type Profile, profiles } from './profiles.js';
import type { Answer, Runner, Statement } from './statement.js';
import { Writability } from './writability.js';

/** The share of the pool that transactions may use at the same time. */
const TRANSACTIONS = 0.75;

/** How often a transaction that met another one runs, at most. */
const ATTEMPTS = 3;

/** As long as the session's setting says. */
const asSet = (): number | null => null;

/** What a transaction is about that locks a chat. */
export const aboutChat = (chatId: number): string => `chat ${chatId}`;

/** A transaction that statements and models share. */
export interface Transaction extends Runner {
  /** For a model: `User.findByPk(id, { transaction: tx.sequelize })`. */
  readonly sequelize: SequelizeTransaction;
}

/**
 * Access to PostgreSQL. Sequelize owns the connections; models use them as usual, and prepared statements run on them
 * here.
 *
 * Every call ends within the acquire timeout plus the statement timeout, even when PostgreSQL hangs. A connection that
 * hangs is destroyed.
 */
export class Database implements Runner {
  /**
   * Runs statements as `run` does, but a lock that somebody holds for long is a failure at once (`isLockTimeout`). For
   * batches, whose other entries must not wait for it.
   */
  readonly impatient: Runner = { run: (statement, values) => this.runOnce(statement, values) };
  private readonly connections: Connections;
  /** When the last work on a connection succeeded, by performance.now(). */
  private answeredAt = 0;
  private readonly locks = new LockWaits();
  private readonly chats = new Lines<number>();
  private readonly writability = new Writability();
  /** Transactions wait for locks: a part of the pool stays free for single statements, whatever they wait for. */
  private readonly transactions: Semaphore;

  constructor(private readonly sequelize: CoreSequelize) {
    this.connections = connectionsOf(sequelize);
    const pool = this.connections.pool.maxSize;
    this.transactions = new Semaphore({
      atOnce: Math.max(1, Math.floor(pool * TRANSACTIONS)),
      patienceMs: ACQUIRE_WITHIN_MS,
      refusal: tooSlow,
    });
  }

  /** A database with its own pool and without models, for scripts and tests. The caller closes it. */
  static open(options: ConnectionOptions, profile: Profile = profiles.chat): Database {
    return new Database(new Sequelize(sequelizeOptions(options, profile)));
  }

  /**
   * Runs one statement on a connection of the pool.
   *
   * @throws what pg throws; `isUnavailable` distinguishes an unavailable database from a wrong statement.
   */
  async run(statement: Statement, values: readonly unknown[]): Promise<Answer> {
    return this.locks.patiently(statement.name, (waitMs) => this.runOnce(statement, values, waitMs));
  }

  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. After a serialization
   * failure, a deadlock, or a user id that was taken meanwhile, `work` runs again from the start, up to three times in
   * all; for a lock that somebody holds for long, until that takes too long.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.transactionAbout('others', work);
  }

  /** As `transaction`. While what it is about stays locked, only work about the same waits behind it. */
  async transactionAbout<T>(
    about: string,
    work: (tx: Transaction) => Promise<T>,
    since = performance.now(),
  ): Promise<T> {
    return this.locks.patiently(about, (waitMs) => this.transactionAtOnce(work, waitMs), since);
  }

  /**
   * As `transactionAbout` a chat, for work that begins with its lock: on this node one runs after the other. They would
   * wait for the lock anyway, with a connection each, and messages to the chat behind all of them instead of behind one.
   *
   * @throws AppError UNAVAILABLE when its turn did not come in time.
   */
  async transactionInChat<T>(chatId: number, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const since = performance.now();
    const place = this.chats.enter(chatId);
    try {
      await place.turn;
      if (performance.now() - since > ANSWER_WITHIN_MS) throw tooSlow();
      return await this.transactionAbout(aboutChat(chatId), work, since);
    } finally {
      place.leave();
    }
  }

  /** As `transaction`, but a lock that somebody holds for long is a failure at once. */
  async transactionAtOnce<T>(work: (tx: Transaction) => Promise<T>, waitMs = asSet): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.transactions.run(() => this.inTransaction(work, 'BEGIN', waitMs));
      } catch (error) {
        if (attempt >= ATTEMPTS || !(isSerializationFault(error) || isUserIdTaken(error))) throw error;
      }
    }
  }

  /** Runs `work` in a read-only transaction, which sees the database as it was at its first statement. */
  async snapshot<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
    return this.locks.patiently('others', (waitMs) => this.inTransaction(work, begin, waitMs));
  }

  /**
   * Whether it can be written to: `up`, or else `down`, `read-only`, `disk full` or `no slots`. With too much work the
   * question may find no connection; it is up if other work succeeds meanwhile.
   */
  async state(): Promise<string> {
    const asked = performance.now();
    const state = await this.writability.state(this.impatient);
    return state === 'down' && this.answeredAt > asked ? 'up' : state;
  }

  /** Connections in use, idle connections, and callers that wait for one. */
  get load(): { busy: number; idle: number; waiting: number } {
    const { size, available, waiting } = this.connections.pool;
    return { busy: size - available, idle: available, waiting };
  }

  /** Calls `listener` when a connection breaks, in use or idle. */
  onLost(listener: (error: Error) => void): void {
    this.sequelize.addHook('afterConnect', (connection) => {
      (connection as pg.Client).on('error', listener);
    });
  }

  async close(): Promise<void> {
    await this.sequelize.close();
  }

  private runOnce(statement: Statement, values: readonly unknown[], waitMs = asSet): Promise<Answer> {
    return this.withConnection((client) => {
      const most = waitMs();
      if (most === null) return runOn(client, statement, values);
      // In a transaction, which ends with the setting.
      return this.transactionOn(client, (tx) => tx.run(statement, values), 'BEGIN', most);
    });
  }

  private async inTransaction<T>(
    work: (tx: Transaction) => Promise<T>,
    begin: string,
    waitMs: () => number | null,
  ): Promise<T> {
    return this.withConnection((client) => this.transactionOn(client, work, begin, waitMs()));
  }

  private async transactionOn<T>(
    client: pg.Client,
    work: (tx: Transaction) => Promise<T>,
    begin: string,
    waitMs: number | null,
  ): Promise<T> {
    const tx = new OpenTransaction(client, this.sequelize);
    await client.query(waitMs === null ? begin : `${begin}; SET LOCAL lock_timeout = ${waitMs}`);
    try {
      const result = await work(tx);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // A connection that broke or hangs is destroyed, which ends its transaction.
      if (!endsConnection(error)) await client.query('ROLLBACK');
      throw error;
    } finally {
      tx.end();
    }
  }

  /** Destroys a connection that broke or hangs: in the pool it would fail the next caller. */
  private async withConnection<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const { connections } = this;
    const client = await connections.getConnection();
    let result: T;
    try {
      result = await work(client);
    } catch (error) {
      this.writability.failed(error);
      // Not awaited: a server that hangs does not confirm the close.
      if (endsConnection(error)) connections.destroyConnection(client).catch(() => undefined);
      else connections.releaseConnection(client);
      throw error;
    }
    connections.releaseConnection(client);
    this.answeredAt = performance.now();
    return result;
  }
}

class OpenTransaction implements Transaction {
  private forModels: (SequelizeTransaction & { connection?: unknown; finished?: string }) | null = null;

  constructor(
    private readonly client: pg.Client,
    private readonly owner: CoreSequelize,
  ) {}

  run(statement: Statement, values: readonly unknown[]): Promise<Answer> {
    return runOn(this.client, statement, values);
  }

  /** Created on first use. Begins and ends nothing: the connection is in the transaction already. */
  get sequelize(): SequelizeTransaction {
    this.forModels ??= Object.assign(new SequelizeTransaction(this.owner, {}), { connection: this.client });
    return this.forModels;
  }

  /** A late model query then fails, instead of writing on a connection that another caller has by now. */
  end(): void {
    if (this.forModels) this.forModels.finished = 'commit';
  }
}

async function runOn(
  client: pg.Client,
  { name, text }: Statement,
  values: readonly unknown[],
): Promise<Answer> {
  const { rows, rowCount } = await client.query<unknown[]>({
    name,
    text,
    values: values as unknown[],
    rowMode: 'array',
    types: columnTypes,
  });
  return { rows, count: rowCount ?? 0 };
}
