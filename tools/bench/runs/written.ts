import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Rows written and transactions ended since the database was created. */
export interface Written {
  messages: number;
  chats: number;
  members: number;
  commits: number;
}

/** A PostgreSQL session reports what it wrote at most 10 s after its last statement. */
const TOLD_AFTER_MS = 10_500;

const WRITTEN = `
  SELECT
    coalesce(sum(n_tup_ins) FILTER (WHERE relname = 'messages'), 0)::int AS messages,
    coalesce(sum(n_tup_ins + n_tup_upd) FILTER (WHERE relname = 'chats'), 0)::int AS chats,
    coalesce(sum(n_tup_ins + n_tup_upd) FILTER (WHERE relname = 'chat_members'), 0)::int AS members,
    (SELECT xact_commit::int FROM pg_stat_database WHERE datname = current_database()) AS commits
  FROM pg_stat_user_tables`;

/** What was written so far, by PostgreSQL's own counts. The server must be idle. Takes ten seconds. */
export async function written(databaseUrl: string): Promise<Written> {
  await sleep(TOLD_AFTER_MS);
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    const [row] = (await database.query<Written>(WRITTEN)).rows;
    if (!row) throw new Error('PostgreSQL returned no statistics of this database');
    return row;
  } finally {
    await database.end();
  }
}
