/**
 * Measures the cost of a message, a watermark and two reads for PostgreSQL, with the server's statements: CPU of the
 * backend from /proc (Linux), WAL from its position, storage from pg_total_relation_size. It starts its own PostgreSQL
 * in a temporary folder and prints JSON; `node tools/sim/refresh.mjs` writes it to unit-costs.json.
 *
 *   npm run build && node tools/sim/measure.mjs
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { chatsOfUser } from '../../dist/chats/chats.queries.js';
import { columnTypes } from '../../dist/database/column-types.js';
import { startEmbeddedPostgres } from '../../dist/database/embedded/embedded-postgres.js';
import { migrate } from '../../dist/database/migrator.js';
import { profiles, sessionOptions } from '../../dist/database/profiles.js';
import { DirectBatch } from '../../dist/messages/send/direct-batch.js';
import { sendDirect } from '../../dist/messages/send/direct-sends.queries.js';
import { pageBefore } from '../../dist/messages/history/history.queries.js';
import { sendMessages } from '../../dist/messages/send/send.queries.js';
import { markSeen } from '../../dist/receipts/receipts.queries.js';

const MESSAGES = 100_000;
const PEOPLE = 2_000;
/** Direct chats of each user. */
const CHATS_EACH = 50;
const CHATS = (PEOPLE * CHATS_EACH) / 2;
/** Active chats: each gets some fifty messages. The others have one. */
const BUSY = 2_000;
const BATCH = 64;
/** Batch sizes of watermarks. */
const SEEN_BATCHES = 300;
/** Characters of a message. */
const CONTENT = 80;
/** The unit of CPU times in /proc. */
const TICK_US = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'chat-measure-'));
const cluster = await startEmbeddedPostgres({ dataDir: folder });
const client = new pg.Client({
  connectionString: cluster.url,
  options: sessionOptions(profiles.chat),
});
const runner = {
  async run({ name, text }, values) {
    const { rows, rowCount } = await client.query({
      name,
      text,
      values,
      rowMode: 'array',
      types: columnTypes,
    });
    return { rows, count: rowCount };
  },
};

const one = async (text, values = []) => Object.values((await client.query(text, values)).rows[0])[0];
const random = (below) => Math.floor(Math.random() * below);
const upTo = (count) => Array.from({ length: count }, (_, i) => i + 1);

/** CPU microseconds of our backend so far. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** Runs `work` repeatedly and returns the cost of one item. */
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
  await client.query(`INSERT INTO users (id) SELECT generate_series(1, ${PEOPLE})`);
  const chats = [];
  for (const step of upTo(CHATS_EACH / 2)) {
    // In parts: a new chat takes a lock, and a transaction can hold only some thousands.
    const { rows } = await client.query(
      `WITH made AS (
        INSERT INTO chats (type, "user1Id", "user2Id")
        SELECT 'direct', i, (i + $1::int - 1) % ${PEOPLE} + 1 FROM generate_series(1, ${PEOPLE}) i RETURNING *
      ), joined AS (
        INSERT INTO chat_members ("chatId", "userId") SELECT id, unnest(ARRAY["user1Id", "user2Id"]) FROM made
      ) SELECT id::int AS "chatId", "user1Id"::int, "user2Id"::int FROM made`,
      [step],
    );
    chats.push(...rows);
  }
  const text = 'Say, shall we meet at the usual place at seven, or is that too early for you then?'.slice(
    0,
    CONTENT,
  );
  const draftIn = (chat, senderId) => ({
    chat,
    entry: {
      draft: {
        senderId,
        chatId: chat.chatId,
        receiverId: null,
        body: { content: text, replyToId: null, metadata: null },
        original: null,
      },
      key: randomUUID(),
    },
  });
  const someDrafts = (count) =>
    upTo(count).map(() => {
      const chat = chats[random(BUSY)];
      return draftIn(chat, random(2) === 0 ? chat.user1Id : chat.user2Id);
    });
  /** The short form, for direct chats that the node knows. */
  const direct = (drafts) => sendDirect(runner, new DirectBatch(drafts));
  /** The long form, for groups, replies, mentions, and chats that the node does not know yet. */
  const judged = (drafts) =>
    sendMessages(
      runner,
      drafts.map(({ entry }) => entry),
    );
  const result = { messages: MESSAGES, batch: BATCH, contentCharacters: CONTENT, chatsOfAPerson: CHATS_EACH };
  for (let at = 0; at < CHATS; at += BATCH) {
    await direct(chats.slice(at, at + BATCH).map((chat) => draftIn(chat, chat.user1Id)));
  }
  for (const [name, write] of [
    ['direct', direct],
    ['judged', judged],
  ]) {
    const send = (batch) => () => write(someDrafts(batch));
    await cost(pid, 50, 1, send(BATCH));
    await client.query('CHECKPOINT');
    result[name] = {
      message: await cost(pid, Math.ceil(MESSAGES / BATCH), BATCH, send(BATCH)),
      inBatchOf8: await cost(pid, 500, 8, send(8)),
      alone: await cost(pid, 1_000, 1, send(1)),
    };
  }
  // Each chat once, because a watermark that does not move is not written. And twice, with a message in between: the
  // first change of a page after a checkpoint writes the whole page, which is not the cost of a watermark.
  const inTurn = (nth) => chats.slice(nth * BATCH, (nth + 1) * BATCH);
  const see = (nth) =>
    markSeen(
      runner,
      inTurn(nth).map(({ user2Id, chatId }) => ({ readerId: user2Id, messageId: null, chatId })),
    );
  await cost(pid, SEEN_BATCHES, BATCH, see);
  await cost(pid, SEEN_BATCHES, BATCH, (nth) =>
    direct(inTurn(nth).map((chat) => draftIn(chat, chat.user1Id))),
  );
  result.seen = await cost(pid, SEEN_BATCHES, BATCH, see);
  await client.query('VACUUM ANALYZE');
  result.historyPage = await cost(pid, 1_000, 1, () => {
    const { chatId, user1Id } = chats[random(BUSY)];
    return pageBefore(runner, { chatId, seq: 1_000_000, most: 50, userId: user1Id });
  });
  result.chatList = await cost(pid, 1_000, 1, () =>
    chatsOfUser(runner, { userId: 1 + random(PEOPLE), activity: '2100-01-01', id: 1, most: 50 }),
  );
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
