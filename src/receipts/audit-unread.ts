import { unreadOf } from '../chats/chats.queries.js';
import type { Sql, Statement } from '../database/sql.js';

/** A membership whose unread messages by arithmetic are not those by count. */
export interface UnreadFault {
  chatId: number;
  userId: number;
  arithmetic: number;
  counted: number;
}

/** Memberships looked at by one statement. */
const CHUNK = 500;

/** `$1`, `$2` after this membership, `$3` at most so many: both numbers of each, in the order of the keys. */
const compare: Statement = {
  name: 'receipts.auditUnread',
  text: `
    SELECT m."chatId", m."userId", ${unreadOf('c', 'm')} AS arithmetic, (
      SELECT count(*) FROM messages n
      WHERE n."chatId" = m."chatId" AND n.seq > m."unreadSeq" AND n."senderId" IS DISTINCT FROM m."userId"
    ) AS counted
    FROM chat_members m JOIN chats c ON c.id = m."chatId"
    WHERE (m."chatId", m."userId") > ($1::bigint, $2::bigint)
    ORDER BY m."chatId", m."userId" LIMIT $3`,
};

/**
 * Compares, for every membership, the unread messages that the watermarks give with a count of the rows.
 * Each chunk is one statement and so one snapshot: right while messages are being sent, too.
 */
export async function auditUnread(
  sql: Sql,
  progress: (looked: number) => void,
): Promise<{ looked: number; faults: UnreadFault[] }> {
  const faults: UnreadFault[] = [];
  let looked = 0;
  let last: UnreadFault = { chatId: 0, userId: 0, arithmetic: 0, counted: 0 };
  for (;;) {
    const rows = await sql.rows<UnreadFault>(compare, [last.chatId, last.userId, CHUNK]);
    faults.push(...rows.filter((row) => row.arithmetic !== row.counted));
    looked += rows.length;
    progress(looked);
    const end = rows.at(-1);
    if (!end || rows.length < CHUNK) return { looked, faults };
    last = end;
  }
}
