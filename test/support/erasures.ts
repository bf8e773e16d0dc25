import pg from 'pg';
import type { ErasureView } from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import { auditErased } from '../../src/erasure/audit-erased.js';
import { auditUnread } from '../../src/receipts/audit-unread.js';
import { pause } from './time.js';
import type { World } from './world.js';

/** How long an erasure may take on a busy machine, in milliseconds. */
const PATIENCE_MS = 40_000;

/** Erases a person as the application, and waits until nothing is left to do. */
export async function erased(
  world: World,
  userId: number,
  messages: 'erase' | 'keep' = 'erase',
): Promise<ErasureView> {
  const { body } = await world.http.delete(`/users/${userId}?messages=${messages}`).expect(200);
  return finished(world, (body as ErasureView).id);
}

/** The erasure once it is done. */
export async function finished(world: World, erasureId: number, headers = {}): Promise<ErasureView> {
  for (const end = performance.now() + PATIENCE_MS; ;) {
    const { body } = await world.http.get(`/erasures/${erasureId}`).set(headers).expect(200);
    const erasure = body as ErasureView;
    if (erasure.status === 'done') return erasure;
    if (performance.now() > end) throw new Error(`Not done: ${JSON.stringify(erasure)}`);
    await pause(20);
  }
}

/** Where the person is found, by id and by words. */
export async function tracesOf(url: string, userId: number, words: readonly string[]): Promise<string[]> {
  const sql = Database.open({ url, pool: 1, timeoutMs: 30_000 });
  const { traces, columns } = await auditErased(sql, { userId, words });
  await sql.close();
  expect(columns).toBeGreaterThan(100);
  return traces.map(({ table, column, of }) => `${table}.${column} (${of})`);
}

/**
 * Every row of every table as PostgreSQL writes it, as a dump has them; found without knowing which columns there are. Bytes
 * are written as hexadecimal digits.
 */
export async function rowsWith(url: string, word: string): Promise<string[]> {
  return withTables(url, async (sql, table) => {
    const { rows } = await sql.query<{ row: string }>(
      `SELECT '${table} ' || t::text AS row FROM ${table} t
       WHERE t::text ILIKE '%' || $1 || '%' OR t::text ILIKE '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%'`,
      [word],
    );
    return rows.map(({ row }) => row);
  });
}

/**
 * The columns in which a number stands, as `table.column`, by name: as it is, in a list, in JSON, or anywhere in a text.
 * Choose one that stands nowhere by accident.
 */
export async function numbersIn(url: string, number: number): Promise<string[]> {
  const found = await withTables(url, async (sql, table) => {
    const { rows } = await sql.query<{ name: string }>(
      `SELECT DISTINCT $2 || '.' || c.key AS name FROM ${table} t CROSS JOIN LATERAL jsonb_each(to_jsonb(t)) c
       WHERE c.value::text ~ ('(^|[^0-9])' || $1 || '([^0-9]|$)')`,
      [String(number), table.replace(/^public\./, '')],
    );
    return rows.map(({ name }) => name);
  });
  return found.sort();
}

async function withTables(
  url: string,
  look: (sql: pg.Client, table: string) => Promise<string[]>,
): Promise<string[]> {
  const sql = new pg.Client({ connectionString: url });
  await sql.connect();
  const { rows: tables } = await sql.query<{ name: string }>(
    `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  expect(tables.length).toBeGreaterThan(25);
  const found: string[] = [];
  for (const { name } of tables) found.push(...(await look(sql, name)));
  await sql.end();
  return found;
}

/** Every unread count equals a count of the rows. */
export async function expectUnreadRight(url: string): Promise<void> {
  const sql = Database.open({ url, pool: 1, timeoutMs: 30_000 });
  const { looked, faults } = await auditUnread(sql, () => undefined);
  await sql.close();
  expect(looked).toBeGreaterThan(0);
  expect(faults).toEqual([]);
}
