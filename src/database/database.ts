import type pg from 'pg';
import { type Sequelize as CoreSequelize, Transaction as SequelizeTransaction } from 'sequelize';
import { Sequelize } from 'sequelize-typescript';
import { endsConnection, isSerializationFault, isUserIdTaken } from '../common/errors/failure.js';
import { columnTypes } from './column-types.js';
import { type ConnectionOptions, type Connections, connectionsOf, sequelizeOptions } from './connections.js';
import { type Profile, profiles } from './profiles.js';
import type { Answer, Runner, Statement } from './statement.js';
import { statement } from './statement.js';

const ping = statement.count({ name: 'database.ping', text: 'SELECT 1', values: (_: void) => [] });

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
  private readonly connections: Connections;
  /** When the last work on a connection succeeded, by performance.now(). */
  private answeredAt = 0;

  constructor(private readonly sequelize: CoreSequelize) {
    this.connections = connectionsOf(sequelize);
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
    return this.withConnection((client) => runOn(client, statement, values));
  }

  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. After a serialization
   * failure, a deadlock, or a user id that was taken meanwhile, `work` runs again from the start, up to `attempts`
   * times in all.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>, attempts = 3): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.inTransaction(work, 'BEGIN');
      } catch (error) {
        if (attempt >= attempts || !(isSerializationFault(error) || isUserIdTaken(error))) throw error;
      }
    }
  }

  /** Runs `work` in a read-only transaction, which sees the database as it was at its first statement. */
  async snapshot<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.inTransaction(work, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  }

  /** Whether PostgreSQL answers. When there is too much work the question may find no connection, and others do. */
  async answers(): Promise<boolean> {
    const asked = performance.now();
    return ping(this).then(
      () => true,
      () => this.answeredAt > asked,
    );
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

  private async inTransaction<T>(work: (tx: Transaction) => Promise<T>, begin: string): Promise<T> {
    return this.withConnection(async (client) => {
      const tx = new OpenTransaction(client, this.sequelize);
      await client.query(begin);
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
    });
  }

  /** Destroys a connection that broke or hangs: in the pool it would fail the next caller. */
  private async withConnection<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const { connections } = this;
    const client = await connections.getConnection();
    let result: T;
    try {
      result = await work(client);
    } catch (error) {
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
