import { blockBetween } from '../blocks/blocks.queries.js';
import type { Statement } from '../database/database.js';

const pair = (chat: string, one: string, other: string) => `
  ${chat}.type = 'direct'
  AND LEAST(${chat}."user1Id", ${chat}."user2Id") = LEAST(${one}, ${other})
  AND GREATEST(${chat}."user1Id", ${chat}."user2Id") = GREATEST(${one}, ${other})`;

/** The columns of a chat that its view shows, of the table alias `c`. */
export const chatColumns = `
  c.id, c.type, c."user1Id", c."user2Id", c.title, c."avatarUrl", c.metadata, c."historyVisible", c."memberCount",
  c."membersVersion", c."lastSeq", c.version, c."lastActivityAt", c."createdAt"`;

/**
 * Whether a member other than its sender has seen the message: read past it, and it is not among what was before
 * they joined and is not theirs to see.
 */
export const seenBySomebody = (message: string) => `
  EXISTS (
    SELECT 1 FROM chat_members r
    WHERE r."chatId" = ${message}."chatId" AND r."userId" IS DISTINCT FROM ${message}."senderId"
      AND r."readSeq" >= ${message}.seq AND r."seesAfter" < ${message}.seq
  )`;

/** The seq after which the reader sees the chat's messages. */
export const seesAfter = (chat: string, reader: string) => `
  COALESCE(
    (SELECT s."seesAfter" FROM chat_members s WHERE s."chatId" = ${chat} AND s."userId" = ${reader}), 0
  )`;

/** The columns of a message that its view shows, of the table alias `l`, named `m.id` and so on; null without one. */
const lastMessageColumns = `
  l.id AS "m.id", l.seq AS "m.seq", l.version AS "m.version", l.type AS "m.type", l."senderId" AS "m.senderId",
  l."clientId" AS "m.clientId", l.content AS "m.content", l."replyToId" AS "m.replyToId",
  l.metadata AS "m.metadata", l.reactions AS "m.reactions", l."createdAt" AS "m.createdAt", l."editedAt" AS "m.editedAt",
  l."deletedAt" AS "m.deletedAt", ${seenBySomebody('l')} AS "m.seen"`;

/**
 * The reader has not deleted the message for themselves. Said so that it is looked up for each message: as NOT
 * EXISTS the planner may read all that were ever hidden.
 */
export const notHidden = (message: string, reader: string) => `
  (SELECT 1 FROM hidden_messages h WHERE h."userId" = ${reader} AND h."messageId" = ${message}.id) IS NULL`;

/**
 * The newest message of the chat `c` after a seq that the reader has not deleted for themselves, as `l`. Nearly always
 * it is the chat's last, which one lookup finds; a scan from the end reads a whole page of the index for its first row.
 */
const newestMessage = (reader: string, after: string) => `
  LEFT JOIN LATERAL (
    (
      SELECT v.* FROM messages v
      WHERE v."chatId" = c.id AND v.seq = c."lastSeq" AND v.seq > ${after} AND ${notHidden('v', reader)}
    ) UNION ALL (
      SELECT v.* FROM messages v
      WHERE v."chatId" = c.id AND v.seq > ${after} AND v.seq < c."lastSeq" AND ${notHidden('v', reader)} AND (
        SELECT ${notHidden('n', reader)} FROM messages n WHERE n."chatId" = c.id AND n.seq = c."lastSeq"
      ) IS NOT TRUE
      ORDER BY v.seq DESC LIMIT 1
    ) LIMIT 1
  ) l ON true`;

/** Messages of others after the member's watermark: all of them, less the member's own. */
export const unreadOf = (chat: string, member: string) => `
  ${chat}."lastSeq" - ${member}."unreadSeq" + ${member}."sentBefore" - CASE ${member}."userId"
    WHEN ${chat}."user1Id" THEN ${chat}."user1Sent"
    WHEN ${chat}."user2Id" THEN ${chat}."user2Sent"
    ELSE ${member}.sent END`;

/** Those messages of others after the member's watermark that mention the member. */
export const unreadMentionsOf = (member: string) => `
  (
    SELECT count(*) FROM message_mentions x
    WHERE x."chatId" = ${member}."chatId" AND x."userId" = ${member}."userId" AND x.seq > ${member}."unreadSeq"
  )`;

/** A chat, with a person's role in it (null: no member): what `judge` looks at. */
export const membership = (chat: string, person: string) => `
    SELECT c.id AS "chatId", c.type, c."user1Id", c."user2Id", c."lastSeq", c.version,
      c."user1Blocks", c."user2Blocks", m.role, COALESCE(m."seesAfter", 0) AS "seesAfter"
    FROM chats c LEFT JOIN chat_members m ON m."chatId" = c.id AND m."userId" = ${person}
    WHERE c.id = ${chat}`;

/** `$1` chat, `$2` person or null: the chat, with the person's role. */
export const membershipOf: Statement = { name: 'chats.membershipOf', text: membership('$1', '$2') };

/**
 * `$1`, `$2` people, `$3` whether a block between them matters: their direct chat, made when there is none. No row
 * when one of the two does not exist, or blocks the other, or when somebody else makes the same chat at this moment:
 * then the same statement again finds it.
 */
export const openDirectChat: Statement = {
  name: 'chats.openDirectChat',
  text: `
    WITH opened AS (
      INSERT INTO chats (type, "user1Id", "user2Id")
      SELECT 'direct', a.id, b.id FROM users a, users b
      WHERE a.id = $1 AND b.id = $2
        AND NOT EXISTS (SELECT 1 FROM chats c WHERE ${pair('c', '$1', '$2')})
        AND NOT ($3::boolean AND ${blockBetween('$1', '$2')})
      ON CONFLICT (LEAST("user1Id", "user2Id"), GREATEST("user1Id", "user2Id")) WHERE type = 'direct'
      DO NOTHING
      RETURNING *
    ), joined AS (
      INSERT INTO chat_members ("chatId", "userId")
      SELECT id, unnest(ARRAY["user1Id", "user2Id"]) FROM opened
    )
    SELECT ${chatColumns}, true AS created FROM opened c
    UNION ALL
    SELECT ${chatColumns}, false AS created FROM chats c WHERE ${pair('c', '$1', '$2')}`,
};

/** `$1` chat, `$2` who reads or null: the chat with its newest message. */
export const chatById: Statement = {
  name: 'chats.byId',
  text: `
    SELECT ${chatColumns}, ${lastMessageColumns} FROM chats c ${newestMessage('$2', seesAfter('$1', '$2'))}
    WHERE c.id = $1`,
};

/** `$1` chat, `$2` at most so many members, those who joined first. */
export const membersOfChat: Statement = {
  name: 'chats.members',
  text: `
    SELECT "userId", role, "readSeq", "deliveredSeq", "joinedAt" FROM chat_members
    WHERE "chatId" = $1 ORDER BY "joinedAt", "userId" LIMIT $2`,
};

/**
 * List items for `mine`: memberships of the person `$1`, as `m` joined with their chats as `c`. Each table is
 * reached by one index lookup a chat, whatever the planner believes of its size.
 */
const listItems = (mine: string) => `
  SELECT ${chatColumns}, ${lastMessageColumns}, c.role, c."readSeq", c.unread, c."unreadMentions",
    c."mutedUntil", c."archivedAt", c."pinnedAt",
    o.id AS "o.id", o."externalId" AS "o.externalId", o.name AS "o.name", o."avatarUrl" AS "o.avatarUrl",
    o.metadata AS "o.metadata", o."lastSeenAt" AS "o.lastSeenAt", o."createdAt" AS "o.createdAt",
    CASE c."user1Id" WHEN c."userId" THEN c."user2Blocks" ELSE c."user1Blocks" END AS "otherBlocks",
    o.invisible AS "o.invisible"
  FROM (
    SELECT m."userId", m.role, m."readSeq", m."seesAfter", m."mutedUntil", m."archivedAt", m."pinnedAt",
      ${unreadOf('c', 'm')} AS unread, ${unreadMentionsOf('m')} AS "unreadMentions",
      c."user1Blocks", c."user2Blocks", ${chatColumns}
    FROM chat_members m CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = m."chatId" LIMIT 1) c
    WHERE m."userId" = $1 AND ${mine}
  ) c
  ${newestMessage('$1', 'c."seesAfter"')}
  LEFT JOIN LATERAL (
    SELECT * FROM users u
    WHERE u.id = CASE c."user1Id" WHEN c."userId" THEN c."user2Id" ELSE c."user1Id" END LIMIT 1
  ) o ON true
  ORDER BY c."lastActivityAt" DESC, c.id DESC`;

/** `$1` person, `$2`, `$3` after the chat with this activity and id, `$4` at most so many. */
export const chatsOfUser: Statement = {
  name: 'chats.ofUser',
  text: listItems(`
    (c."lastActivityAt", c.id) < ($2::timestamptz, $3::bigint)
    ORDER BY c."lastActivityAt" DESC, c.id DESC LIMIT $4`),
};

/** `$1` person, `$2` chat ids: those of them that are the person's. */
export const chatsOfUserByIds: Statement = {
  name: 'chats.ofUserByIds',
  text: listItems(`m."chatId" = ANY($2::bigint[])`),
};

/** `$1` chat: gone, its members (`memberIds`) with it; its messages are left to `purgeMessages`. */
export const deleteChat: Statement = {
  name: 'chats.delete',
  text: `
    WITH gone AS (DELETE FROM chats WHERE id = $1 RETURNING id, version),
    purge AS (INSERT INTO chat_purges ("chatId") SELECT id FROM gone)
    SELECT id AS "chatId", version + 1 AS version,
      ARRAY(SELECT m."userId" FROM chat_members m WHERE m."chatId" = gone.id) AS "memberIds"
    FROM gone`,
};

/** `$1` a deleted chat, `$2` at most so many messages of it: how many were removed. */
export const purgeMessages: Statement = {
  name: 'chats.purgeMessages',
  text: `
    WITH gone AS (
      DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE "chatId" = $1 LIMIT $2) RETURNING 1
    )
    SELECT count(*) AS removed FROM gone`,
};

export const endPurge: Statement = {
  name: 'chats.endPurge',
  text: `DELETE FROM chat_purges WHERE "chatId" = $1`,
};

export const openPurges: Statement = {
  name: 'chats.openPurges',
  text: `SELECT "chatId" FROM chat_purges ORDER BY "createdAt"`,
};
