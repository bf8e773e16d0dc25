import pg from 'pg';
import { BIG_CHAT, READER_ID, SEED_CHATS, SEED_MESSAGES, SEED_NUMBERS } from '../floors/reads.sql.js';
import type { ReadResult, Reading } from '../load/operations.js';
import { judgeAnswers, type ReadVia } from '../results.js';
import { startOurs, startSqlRelay, type SqlSubject, type Subject } from '../subjects/subject.js';
import { includes, inTurns, type Context } from './context.js';

const PAGE = 50;
/** Rows of one insert. It is bounded, so that a checkpoint can run in between. */
const SEED_STEP = 250_000;

/**
 * History pages from anywhere in a chat with half of all messages, and the chat list of a user with 500 chats, at
 * growing sizes of the table. The server's own migrations create the tables; SQL fills them.
 */
export async function runReads(context: Context): Promise<void> {
  if (!includes(context, 'ours')) {
    context.results.notes.push('Reads skipped: our server creates their tables, and it was left out');
    return;
  }
  const url = await context.cluster.create('bench_reads');
  const ours = await startOurs(url);
  const database = new pg.Client({ connectionString: url });
  let sql: SqlSubject | undefined;
  try {
    await database.connect();
    await database.query(SEED_CHATS);
    sql = await startSqlRelay(url);
    let rows = 0;
    for (const size of context.options.tableSizes) {
      await grow(context, database, rows, size);
      rows = size;
      for (const reading of await readingsOf(database)) await measure(context, ours, sql, reading, size);
    }
  } finally {
    await sql?.stop();
    await ours.stop();
    await database.end();
  }
}

async function grow({ progress }: Context, database: pg.Client, from: number, to: number): Promise<void> {
  const start = Date.now();
  for (let at = from; at < to; at += SEED_STEP) {
    progress.during(`filling messages: ${at} of ${to} rows`);
    await database.query(SEED_MESSAGES, [at, Math.min(at + SEED_STEP, to)]);
  }
  await database.query(SEED_NUMBERS);
  for (const table of ['messages', 'chats', 'chat_members']) await database.query(`VACUUM ANALYZE ${table}`);
  await database.query('CHECKPOINT');
  progress.line(`messages filled to ${to} rows in ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

async function readingsOf(database: pg.Client): Promise<Reading[]> {
  const [chat] = (await database.query<{ id: string; lastSeq: string }>(BIG_CHAT)).rows;
  if (!chat) throw new Error('no chat was created');
  return [
    {
      kind: 'history',
      userId: READER_ID,
      chatId: Number(chat.id),
      lastSeq: Number(chat.lastSeq),
      limit: PAGE,
    },
    { kind: 'chatList', userId: READER_ID },
  ];
}

async function measure(
  context: Context,
  ours: Subject,
  sql: SqlSubject,
  reading: Reading,
  tableRows: number,
): Promise<void> {
  const { options, progress, results } = context;
  const times = { warmupMs: options.warmupMs / 2, windowMs: options.windowMs / 2 };
  const read: Record<ReadVia, (connections: number) => Promise<ReadResult>> = {
    sql: (connections) => sql.sql.request('read', { reading, connections, ...times }),
    carried: (connections) =>
      context.load.request('read', { port: sql.port, reading, connections, ...times }),
    ours: (connections) => context.load.request('read', { port: ours.port, reading, connections, ...times }),
  };
  for (const connections of options.readConnections) {
    for (let round = 0; round < options.rounds; round++) {
      for (const via of inTurns<ReadVia>(['ours', 'sql', 'carried'], round)) {
        const title = `${reading.kind} of ${tableRows} rows, ${connections} conn., round ${round + 1}, ${via}`;
        progress.during(title);
        const { readsPerSecond, faults, ...result } = await read[via](connections);
        judgeAnswers(results, title, faults);
        results.reads.push({
          what: reading.kind,
          via,
          round,
          tableRows,
          connections,
          perSecond: readsPerSecond,
          ...result,
        });
        progress.line(`${title}: p50 ${result.latency.p50.toFixed(2)} ms, ${readsPerSecond.toFixed(0)}/s`);
      }
    }
  }
}
