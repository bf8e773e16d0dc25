import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Rows written since the database was made, and transactions ended. */
export interface Written {
  messages: number;
  chats: number;
  members: number;
  commits: number;
}

/** A session of PostgreSQL tells what it wrote 10 s after its last statement at the latest. */
const TOLD_AFTER_MS = 10_500;

const WRITTEN = `
  SELECT
    coalesce(sum(n_tup_ins) FILTER (WHERE relname = 'messages'), 0)::int AS messages,
    coalesce(sum(n_tup_ins + n_tup_upd) FILTER (WHERE relname = 'chats'), 0)::int AS chats,
    coalesce(sum(n_tup_ins + n_tup_upd) FILTER (WHERE relname = 'chat_members'), 0)::int AS members,
    (SELECT xact_commit::int FROM pg_stat_database WHERE datname = current_database()) AS commits
  FROM pg_stat_user_tables`;

/** What was written so far, by the count of PostgreSQL itself; the server must be idle. Takes ten seconds. */
export async function written(databaseUrl: string): Promise<Written> {
  await sleep(TOLD_AFTER_MS);
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    const [row] = (await database.query<Written>(WRITTEN)).rows;
    if (!row) throw new Error('PostgreSQL keeps no statistics');
    return row;
  } finally {
    await database.end();
  }
}
