import pg from 'pg';
import { pause } from './time.js';

/** Numbers the lock that held statements wait for. */
const LOCK = 4711;

/**
 * Holds a node in the middle of its work: from now on statements that change rows of a table wait, inside, from the so
 * manieth of them on, until `end`, or until the server that is connected to is gone. So the moment at which something breaks
 * is the same on every machine.
 */
export class HeldChanges {
  private constructor(private readonly sql: pg.Client) {}

  /** `when`: a condition in SQL about the rows OLD and NEW. */
  static async begin(
    url: string,
    { table, when, from }: { table: string; when: string; from: number },
  ): Promise<HeldChanges> {
    const sql = new pg.Client({ connectionString: url });
    // It may be killed with its server.
    sql.on('error', () => undefined);
    await sql.connect();
    await sql.query(`
      SELECT pg_advisory_lock(${LOCK});
      CREATE SEQUENCE IF NOT EXISTS held_changes;
      ALTER SEQUENCE held_changes RESTART;
      DROP FUNCTION IF EXISTS hold_change() CASCADE;
      CREATE FUNCTION hold_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('held_changes') >= ${from} THEN PERFORM pg_advisory_xact_lock(${LOCK}); END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER hold_change BEFORE UPDATE ON ${table} FOR EACH ROW WHEN (${when})
      EXECUTE FUNCTION hold_change();`);
    return new HeldChanges(sql);
  }

  /** Waits until a statement waits. */
  async holding(count = 1): Promise<void> {
    for (;;) {
      const { rows } = await this.sql.query(
        `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted`,
      );
      if (rows.length >= count) return;
      await pause(5);
    }
  }

  /** Ends the connections of servers, so that what waits is undone: those that were killed do not notice it by themselves. */
  async cut(): Promise<void> {
    await this.sql.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'chat%'`,
    );
  }

  /** Nothing waits any more. */
  async end(): Promise<void> {
    await this.sql.end().catch(() => undefined);
  }
}
