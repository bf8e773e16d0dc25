import { notHidden, seenBySomebody, seesAfter } from '../../chats/chats.queries.js';
import { membership, type MembershipRow } from '../../chats/membership.queries.js';
import { bigints } from '../../database/binary-array.js';
import { quoted } from '../../database/columns.js';
import {
  type MessageCells,
  messageColumns,
  type MessageRow,
  messageRow,
} from '../../database/models/message.model.js';
import { statement } from '../../database/statement.js';
import { originalHash } from '../model/body.queries.js';
import { messageSize } from '../model/message-size.js';

/**
 * Members ordered by `seesAfter`, each with `ahead`: whether they have read further than all members before them. A
 * member who has not read further has seen nothing that an earlier one has not.
 */
const ahead = (members: string) => `
  SELECT "userId", "readSeq", "seesAfter", "readSeq" > COALESCE(max("readSeq") OVER (
    ORDER BY "seesAfter", "readSeq" DESC, "userId" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ), 0) AS ahead
  FROM ${members}`;

/**
 * The few watermarks of the chat `$1`, of up to a thousand, that decide whether a member other than the sender has seen
 * a message: one of these members has read past it and may see it. The second level is for the case that the member
 * ahead is the sender. If all members see the whole history, these are the two furthest watermarks.
 */
const furthest = `
  marks AS MATERIALIZED (${ahead(`chat_members WHERE "chatId" = $1 AND "readSeq" > "seesAfter"`)}),
  furthest AS MATERIALIZED (
    SELECT * FROM marks WHERE ahead UNION ALL SELECT * FROM (${ahead('marks WHERE NOT ahead')}) rest WHERE ahead
  )`;

/** A page of messages: before or after a seq, or those with some ids. */
interface PageRead<At> {
  chatId: number;
  at: At;
  most: number;
  /** Bytes of an answer: the message that exceeds them is the last. */
  bytes: number;
  /** The reader; null: the application. */
  userId: number | null;
}

/** A message of a page, with its size as `messageSize` measures it. */
export type PageMessage = MessageRow & { size: number };

type PageRow = { chat: MembershipRow; message: null } | { chat: null; message: PageMessage };

/**
 * The first row holds the chat and no message; no rows: no such chat. One statement instead of two: a page costs little
 * more than the lookup of the membership. Messages beyond the bytes are measured and not read.
 */
const page = <At>(
  name: string,
  { from = 'messages', where = 'true', order }: { from?: string; where?: string; order: 'ASC' | 'DESC' },
  parameter: (at: At) => unknown,
) =>
  statement.many({
    name: `messages.${name}`,
    text: `
    WITH ${furthest}
    SELECT row_to_json(chat) AS chat, NULL::bigint AS size, m.*, false AS seen
    FROM (${membership('$1', '$4')}) chat LEFT JOIN (SELECT ${messageColumns.of('m')} FROM messages m) m ON false
    UNION ALL
    (SELECT NULL, m.size, ${messageColumns.of('m')},
      EXISTS (
        SELECT 1 FROM furthest f
        WHERE f."userId" IS DISTINCT FROM m."senderId" AND f."readSeq" >= m.seq AND f."seesAfter" < m.seq
      ) AS seen
    FROM (
      SELECT m.*, sum(m.size) OVER (ORDER BY m.seq ${order} ROWS UNBOUNDED PRECEDING) AS total
      FROM (
        SELECT ${messageColumns.of('m')}, ${messageSize('m')} AS size
        FROM ${from} m WHERE m."chatId" = $1 AND ${where} AND m.seq > ${seesAfter('$1', '$4')}
          AND ${notHidden('m', '$4')}
        ORDER BY m.seq ${order} LIMIT $3
      ) m
    ) m
    WHERE m.total - m.size <= $5
    ORDER BY m.seq ${order})`,
    values: ({ chatId, at, most, bytes, userId }: PageRead<At>) => [
      chatId,
      parameter(at),
      most,
      userId,
      bytes,
    ],
    row: ([chat, size, ...message]: [MembershipRow | null, number, ...MessageCells]): PageRow =>
      chat ? { chat, message: null } : { chat: null, message: Object.assign(messageRow(message), { size }) },
  });

/**
 * `$1` chat, `$2` seq, `$3` limit, `$4` reader or null, `$5` bytes: the chat, and its messages before that seq, newest
 * first.
 */
export const pageBefore = page('pageBefore', { where: 'm.seq < $2', order: 'DESC' }, (seq: number) => seq);

/** As `pageBefore`: the messages after that seq, oldest first. */
export const pageAfter = page('pageAfter', { where: 'm.seq > $2', order: 'ASC' }, (seq: number) => seq);

/** As `pageAfter`: the messages with these ids. Each is looked up by its id, whatever the planner assumes. */
export const pageOfIds = page(
  'pageOfIds',
  {
    from: '(SELECT x.* FROM unnest($2::bigint[]) AS i(id) CROSS JOIN LATERAL (SELECT * FROM messages WHERE id = i.id LIMIT 1) x)',
    order: 'ASC',
  },
  (ids: readonly number[]) => bigints(ids),
);

/** `$1` message ids: the messages with their chats. */
export const messagesByIds = statement.many({
  name: 'messages.byIds',
  text: `
    SELECT c.id AS "chatId", c."user1Id", c."user2Id", ${messageColumns.of('m')}, ${seenBySomebody('m')} AS seen
    FROM messages m JOIN chats c ON c.id = m."chatId" WHERE m.id = ANY($1::bigint[])`,
  values: (messageIds: readonly number[]) => [bigints(messageIds)],
  row: ([chatId, user1Id, user2Id, ...message]: [number, number | null, number | null, ...MessageCells]) => ({
    ...messageRow(message),
    chatId,
    user1Id,
    user2Id,
  }),
});

interface SystemMessageKey {
  key: string;
  chatId: number;
  content: string;
  metadata: Record<string, unknown> | null;
}

/**
 * `$1` key, `$2` chat, `$3` content, `$4` metadata or null: the system message that the application sent with that key,
 * and whether chat, content and metadata are the same.
 */
export const systemMessageByKey = statement.oneOrNone({
  name: 'messages.systemByKey',
  text: `
    SELECT m."chatId" = $2 AND COALESCE(m."originalHash", ${originalHash((name) => `m.${quoted(name)}`)})
        = ${originalHash((name) => ({ content: '$3::text', metadata: '$4::jsonb' })[name as string] ?? 'NULL')} AS same,
      ${messageColumns.of('m')}, ${seenBySomebody('m')} AS seen
    FROM messages m WHERE m."senderId" IS NULL AND m."clientId" = $1`,
  values: ({ key, chatId, content, metadata }: SystemMessageKey) => [
    key,
    chatId,
    content,
    metadata === null ? null : JSON.stringify(metadata),
  ],
  row: ([same, ...message]: [boolean, ...MessageCells]) => ({ ...messageRow(message), same }),
});
