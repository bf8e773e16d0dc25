import type { Database } from '../database/database.js';
import { type Answer, type Statement } from '../database/statement.js';

/** A place where something of the person was found. */
export interface Trace {
  table: string;
  column: string;
  /** Rows, at most `MOST`. */
  rows: number;
  /** What was found: the number of the id, or one of the words. */
  of: string;
}

/** Rows of one column that are counted. */
const MOST = 1_000;

interface Column {
  table: string;
  column: string;
  type: string;
}

/** Columns of numbers that are no ids of users. New ones are looked at until they are named here. */
const NOT_PEOPLE =
  /^(id|chatId|messageId|replyToId|seq|\w+Seq|seesAfter|goneUpTo|hiddenUpTo|version|\w+Version|sentBefore|sent|user[12]Sent|memberCount|noteCount|nr|length|start|generation|failures|free|afterMessageId|outboxId|leaseNo|webhookId|tries|try|status|tookMs|about|uses|maxUses|retentionDays|slowModeSeconds)$/;

/**
 * Where the number of the id stays, see docs/adr/0030: it says nothing about the person. The row in `users` is empty, and
 * that is checked by its other columns.
 */
const STAYS = new Set([
  'users.id',
  'messages.senderId',
  'message_mentions.senderId',
  'chats.user1Id',
  'chats.user2Id',
  'token_bounds.userId',
  'erasures.userId',
  'erased_members.userId',
  'audit_entries.userId',
  'audit_entries.actorId',
  // What others did with a key: ids, numbers and times only. It goes with the key, after IDEMPOTENCY_KEEP_SECONDS.
  'idempotency_keys.kept',
]);

/** Events about members that are to be sent: they have ids, roles and times, and are removed once they were sent, or are too old. */
const UNSENT = new Set(['outbox', 'webhook_parked']);

/** Fields of JSON that have ids of users. The notes of the server about groups keep them. */
const PEOPLE_IN_JSON = `$.** ? (@.userId == $id || @.by == $id || @.userIds[*] == $id || @.ownerId == $id
  || @.mentions[*] == $id || @.senderId == $id || @.reporterId == $id)`;

/**
 * Looks through every column of every table for a person: for the number of the id in columns of numbers, in fields of
 * JSON and in keys that begin with it, and for the words (their name, username, externalId …) in every text. It reads all
 * tables from end to end. `numbered` are the columns of numbers that may be ids of users, as `table.column`.
 */
export async function auditErased(
  database: Database,
  { userId, words }: { userId: number; words: readonly string[] },
): Promise<{ columns: number; numbered: string[]; traces: Trace[]; stays: Trace[] }> {
  const columns = await columnsOf(database);
  const traces: Trace[] = [];
  const stays: Trace[] = [];
  for (const column of columns) {
    for (const { where, of, value } of looksFor(column, userId, words)) {
      const rows = await countRows(database, column, where, value);
      if (rows === 0) continue;
      const stay = of === 'id' && STAYS.has(`${column.table}.${column.column}`);
      (stay ? stays : traces).push({ table: column.table, column: column.column, rows, of });
    }
  }
  if (await hasProfile(database, userId)) {
    traces.push({ table: 'users', column: 'profile', rows: 1, of: 'the row is not empty' });
  }
  const numbered = columns.filter(mayBeId).map(({ table, column }) => `${table}.${column}`);
  return { columns: columns.length, numbered, traces, stays };
}

const mayBeId = ({ table, column, type }: Column) =>
  ['bigint', 'integer', 'numeric'].includes(type) &&
  (!NOT_PEOPLE.test(column) || (table === 'users' && column === 'id'));

function looksFor({ table, column, type }: Column, userId: number, words: readonly string[]) {
  const name = `"${column}"`;
  const looks: { where: string; of: string; value: unknown }[] = [];
  if (mayBeId({ table, column, type })) {
    looks.push({ where: `${name} = $1::bigint`, of: 'id', value: userId });
    return looks;
  }
  if (['json', 'jsonb'].includes(type) && column !== 'counts') {
    // What others write in their messages is theirs; a system message keeps the numbers that it is about, and so does an
    // event about members that was not sent yet.
    const among = table === 'messages' ? `type <> 'system' AND ` : UNSENT.has(table) ? 'false AND ' : '';
    looks.push({
      where: `${among}jsonb_path_exists(${name}::jsonb, '${PEOPLE_IN_JSON}', jsonb_build_object('id', $1::bigint))`,
      of: 'id',
      value: userId,
    });
  }
  if (['text', 'character varying', 'json', 'jsonb'].includes(type)) {
    if (/key$/i.test(column))
      looks.push({ where: `starts_with(${name}::text, $1::text || ' ')`, of: 'id', value: userId });
    for (const word of words)
      looks.push({ where: `position(lower($1::text) IN lower(${name}::text)) > 0`, of: word, value: word });
  }
  return looks;
}

async function columnsOf(database: Database): Promise<Column[]> {
  const { rows } = await run(
    database,
    `SELECT c.table_name::text, c.column_name::text, c.data_type::text FROM information_schema.columns c
     JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY 1, 2`,
    [],
  );
  return (rows as [string, string, string][]).map(([table, column, type]) => ({ table, column, type }));
}

async function countRows(
  database: Database,
  { table }: Column,
  where: string,
  value: unknown,
): Promise<number> {
  const { rows } = await run(
    database,
    `SELECT count(*)::int FROM (SELECT 1 FROM "${table}" WHERE ${where} LIMIT ${MOST}) x`,
    [String(value)],
  );
  return Number(rows[0]?.[0]);
}

async function hasProfile(database: Database, userId: number): Promise<boolean> {
  const { rows } = await run(
    database,
    `SELECT 1 FROM users WHERE id = $1::bigint AND (
       "externalId" IS NOT NULL OR name IS NOT NULL OR "avatarUrl" IS NOT NULL OR metadata <> '{}'
       OR "lastSeenAt" IS NOT NULL OR "creationKey" IS NOT NULL OR "wordsOf" IS NOT NULL)`,
    [String(userId)],
  );
  return rows.length > 0;
}

/** Statements of this audit differ by table and column: they are no part of the server's own. */
function run(database: Database, text: string, values: readonly unknown[]): Promise<Answer> {
  const statement: Statement = { name: '', text };
  return database.run(statement, values);
}
