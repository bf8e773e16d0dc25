import { blockBetween } from '../blocks/blocks.queries.js';
import { bigints } from '../database/binary-array.js';
import { chatColumns, type ChatCells, type ChatRow, chatRow } from '../database/models/chat.model.js';
import { type UserCells, userColumns, type UserRow, userRow } from '../database/models/user.model.js';
import { statement } from '../database/statement.js';

/** SQL: the condition that `chat` is the direct chat of two users. It finds the chat by its index. */
export const isDirectChatOf = (chat: string, one: string, other: string) => `
  ${chat}.type = 'direct' AND LEAST(${chat}."user1Id", ${chat}."user2Id") = LEAST(${one}, ${other})
    AND GREATEST(${chat}."user1Id", ${chat}."user2Id") = GREATEST(${one}, ${other})`;

/** Two users who are to have a direct chat; twice the same: a chat with oneself. */
export interface Pair {
  one: number;
  other: number;
}

/** A direct chat that was asked for. */
export interface OpenedRow {
  chat: ChatRow;
  /** null: the chat was there before. */
  opened: { user1: UserRow; user2: UserRow; user1Blocks: boolean; user2Blocks: boolean } | null;
}

/**
 * `$1`, `$2` arrays of users, pairwise, `$3` whether a block between the two, or that one is deactivated, forbids a new
 * chat, `$4` the externalId of a new chat or null: their direct chats, created where there are none. No row for a pair of
 * whom one does not exist or blocks the other, and none when another
 * transaction is just creating the same chat: then the next run finds it.
 *
 * A chat that was created comes with its two users, and who of them blocks the other.
 *
 * Chats are created in the order of the pairs, so that nodes that open the same chats at once cannot deadlock.
 */
export const openDirectChats = statement.many({
  name: 'chats.openDirect',
  text: `
    WITH pairs AS MATERIALIZED (
      SELECT DISTINCT ON (LEAST(p.one, p.other), GREATEST(p.one, p.other)) p.one, p.other
      FROM unnest($1::bigint[], $2::bigint[]) AS p(one, other)
      ORDER BY LEAST(p.one, p.other), GREATEST(p.one, p.other)
    ), opened AS (
      INSERT INTO chats (type, "user1Id", "user2Id", "memberCount", "externalId")
      SELECT 'direct', p.one, p.other, CASE p.one WHEN p.other THEN 1 ELSE 2 END, $4::text FROM pairs p JOIN users a ON a.id = p.one JOIN users b ON b.id = p.other
      WHERE NOT EXISTS (SELECT 1 FROM chats c WHERE ${isDirectChatOf('c', 'p.one', 'p.other')})
        AND NOT ($3::boolean AND (a.deactivated OR b.deactivated OR ${blockBetween('p.one', 'p.other')}))
      ORDER BY LEAST(p.one, p.other), GREATEST(p.one, p.other)
      ON CONFLICT (LEAST("user1Id", "user2Id"), GREATEST("user1Id", "user2Id")) WHERE type = 'direct'
      DO NOTHING
      RETURNING *
    ), joined AS (
      INSERT INTO chat_members ("chatId", "userId") SELECT DISTINCT id, unnest(ARRAY["user1Id", "user2Id"]) FROM opened
    )
    SELECT c.created, c."user1Blocks", c."user2Blocks", ${chatColumns.of('c')}, ${userColumns.of('a')}, ${userColumns.of('b')}
    FROM (
      SELECT true AS created, c.* FROM opened c
      UNION ALL
      SELECT false AS created, c.*
      FROM pairs p CROSS JOIN LATERAL (SELECT * FROM chats c WHERE ${isDirectChatOf('c', 'p.one', 'p.other')} LIMIT 1) c
    ) c
    LEFT JOIN LATERAL (SELECT * FROM users u WHERE c.created AND u.id = c."user1Id" LIMIT 1) a ON true
    LEFT JOIN LATERAL (SELECT * FROM users u WHERE c.created AND u.id = c."user2Id" LIMIT 1) b ON true`,
  values: ({
    pairs,
    unlessBlocked,
    externalId,
  }: {
    pairs: readonly Pair[];
    unlessBlocked: boolean;
    externalId: string | null;
  }) => [
    bigints(pairs.map(({ one }) => one)),
    bigints(pairs.map(({ other }) => other)),
    unlessBlocked,
    externalId,
  ],
  row: ([created, user1Blocks, user2Blocks, ...cells]: [
    boolean,
    boolean,
    boolean,
    ...unknown[],
  ]): OpenedRow => {
    const [user1, user2] = [chatColumns.length, chatColumns.length + userColumns.length].map((from) =>
      created ? userRow(cells.slice(from, from + userColumns.length) as UserCells) : null,
    );
    const chat = chatRow(cells as unknown as ChatCells);
    return { chat, opened: user1 && user2 ? { user1, user2, user1Blocks, user2Blocks } : null };
  },
});

/** `$1` user: counts 1 when the application has deactivated them. */
export const isDeactivated = statement.count({
  name: 'chats.isDeactivated',
  text: `SELECT 1 FROM users WHERE id = $1 AND deactivated`,
  values: (userId: number) => [userId],
});
