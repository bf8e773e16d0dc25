/**
 * Measures what a message, a watermark and two reads cost PostgreSQL, by the statements that the server runs: CPU of the
 * backend from /proc (Linux), WAL from its own position, storage from pg_total_relation_size. Starts a PostgreSQL of its
 * own in a temporary folder. Prints JSON; what of it the simulation uses stands in unit-costs.json.
 *
 *   npm run build && node sim/measure.mjs
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { chatsOfUser } from '../dist/chats/chats.queries.js';
import { startEmbeddedPostgres } from '../dist/database/embedded/embedded-postgres.js';
import { migrate } from '../dist/database/migrator.js';
import { pageBefore } from '../dist/messages/messages.queries.js';
import { sendMessages } from '../dist/messages/send.queries.js';
import { markSeen } from '../dist/receipts/receipts.queries.js';

const MESSAGES = 100_000;
const CHATS = 2_000;
const BATCH = 64;
/** Characters of a message. */
const CONTENT = 80;
/** /proc counts CPU in these. */
const TICK_US = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'chat-measure-'));
const cluster = await startEmbeddedPostgres({ dataDir: folder });
const client = new pg.Client({
  connectionString: cluster.url,
  options:
    '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_mergejoin=off -c random_page_cost=0 -c jit=off',
});

const one = async (text, values = []) => Object.values((await client.query(text, values)).rows[0])[0];
const random = (below) => Math.floor(Math.random() * below);
const upTo = (count) => Array.from({ length: count }, (_, i) => i + 1);

/** CPU microseconds of our backend so far. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** Runs `work` so often; what one item of it costs. */
async function cost(pid, times, items, work) {
  const [before, wal] = [cpu(pid), await one('SELECT pg_current_wal_insert_lsn()')];
  for (let i = 0; i < times; i++) await work(i);
  const bytes = Number(await one('SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1)', [wal]));
  const count = times * items;
  return { cpuUs: Math.round(((cpu(pid) - before) / count) * 10) / 10, walBytes: Math.round(bytes / count) };
}

try {
  await migrate(cluster.url);
  await client.connect();
  const pid = await one('SELECT pg_backend_pid()');
  await client.query(`INSERT INTO users (id) SELECT generate_series(1, ${CHATS + 1})`);
  await client.query(`
    WITH made AS (
      INSERT INTO chats (type, "user1Id", "user2Id") SELECT 'direct', i, i + 1 FROM generate_series(1, ${CHATS}) i RETURNING *
    ) INSERT INTO chat_members ("chatId", "userId") SELECT id, unnest(ARRAY["user1Id", "user2Id"]) FROM made`);
  const text = 'Say, shall we meet at the usual place at seven, or is that too early for you then?'.slice(
    0,
    CONTENT,
  );
  const array = (values) => `{${values.map((value) => JSON.stringify(value)).join(',')}}`;
  const send = (batch) => () => {
    const chats = upTo(batch).map(() => 1 + random(CHATS));
    return client.query({
      ...sendMessages,
      values: [
        array(chats.map((chat) => chat + random(2))),
        array(chats),
        null,
        array(chats.map(() => randomUUID())),
        array(chats.map(() => text)),
        null,
        null,
      ],
    });
  };
  const result = { messages: MESSAGES, batch: BATCH, contentCharacters: CONTENT };
  await cost(pid, 50, 1, send(BATCH));
  await client.query('CHECKPOINT');
  result.message = await cost(pid, Math.ceil(MESSAGES / BATCH) - 50, BATCH, send(BATCH));
  result.messageInBatchOf8 = await cost(pid, 500, 8, send(8));
  result.messageAlone = await cost(pid, 1_000, 1, send(1));
  result.seen = await cost(pid, 300, BATCH, () => {
    const chats = upTo(BATCH).map(() => 1 + random(CHATS));
    return client.query({
      ...markSeen,
      values: [array(chats.map((chat) => chat + random(2))), null, array(chats)],
    });
  });
  result.historyPage = await cost(pid, 1_000, 1, () =>
    client.query({ ...pageBefore, values: [1 + random(CHATS), 1_000_000, 50, 1] }),
  );
  result.chatList = await cost(pid, 1_000, 1, () =>
    client.query({ ...chatsOfUser, values: [1 + random(CHATS), '2100-01-01', 1, 50] }),
  );
  await client.query('VACUUM ANALYZE');
  const stored = Number(await one('SELECT count(*) FROM messages'));
  const perRow = async (size, table, rows) =>
    Math.round(Number(await one(`SELECT ${size}('${table}')`)) / rows);
  result.storageBytes = {
    message: await perRow('pg_total_relation_size', 'messages', stored),
    messageTable: await perRow('pg_table_size', 'messages', stored),
    messageIndexes: Object.fromEntries(
      await Promise.all(
        ['messages_pkey', 'messages_by_seq', 'messages_by_client_id'].map(async (name) => [
          name,
          await perRow('pg_relation_size', name, stored),
        ]),
      ),
    ),
    chat: await perRow('pg_total_relation_size', 'chats', CHATS),
    member: await perRow('pg_total_relation_size', 'chat_members', CHATS * 2),
  };
  console.log(JSON.stringify(result, null, 2));
} finally {
  await client.end();
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
}
