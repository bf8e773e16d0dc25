import { statement } from '../database/statement.js';

interface OfUser {
  userId: number;
  most: number;
}

const ofUser = ({ userId, most }: OfUser) => [userId, most];

/** `$1` user, `$2` limit: messages with a reaction of theirs. */
export const reactedTo = statement.many({
  name: 'erasure.reactedTo',
  text: `
    SELECT DISTINCT "messageId" FROM message_reactions WHERE "userId" = $1 ORDER BY "messageId" LIMIT $2`,
  values: ofUser,
  row: ([messageId]: [number]) => messageId,
});

/** `$1` message, `$2` user: removes their reactions and returns the emoji. */
export const removeReactions = statement.many({
  name: 'erasure.removeReactions',
  text: `DELETE FROM message_reactions WHERE "messageId" = $1 AND "userId" = $2 RETURNING emoji`,
  values: ({ messageId, userId }: { messageId: number; userId: number }) => [messageId, userId],
  row: ([emoji]: [string]) => emoji,
});

/**
 * `$1` user, `$2` chat, `$3` how many chats: looks through the chats from that one on for mentions of the user. The last
 * row says where to go on, null at the end; the others are mentions, with the message if it is there.
 */
export const mentionsOfUser = statement.many({
  name: 'erasure.mentionsOf',
  text: `
    WITH page AS MATERIALIZED (SELECT id FROM chats WHERE id >= $2 ORDER BY id LIMIT $3)
    SELECT p.id, x.seq, m.id, NULL::bigint FROM page p
    CROSS JOIN LATERAL (
      SELECT seq FROM message_mentions WHERE "chatId" = p.id AND "userId" = $1 ORDER BY seq LIMIT 100
    ) x
    LEFT JOIN LATERAL (SELECT id FROM messages WHERE "chatId" = p.id AND seq = x.seq LIMIT 1) m ON true
    UNION ALL
    SELECT NULL, NULL, NULL, CASE WHEN count(*) = $3 THEN max(id) + 1 END FROM page`,
  values: ({ userId, from, most }: { userId: number; from: number; most: number }) => [userId, from, most],
  row: ([chatId, seq, messageId, next]: [number | null, number | null, number | null, number | null]) => ({
    chatId,
    seq,
    messageId,
    next,
  }),
});

/** `$1` chat, `$2` user, `$3` seq: the message does not mention them any more. */
export const removeMention = statement.count({
  name: 'erasure.removeMention',
  text: `DELETE FROM message_mentions WHERE "chatId" = $1 AND "userId" = $2 AND seq = $3`,
  values: ({ chatId, userId, seq }: { chatId: number; userId: number; seq: number }) => [chatId, userId, seq],
});

/** `$1` message, `$2` metadata or null. */
export const setMetadata = statement.count({
  name: 'erasure.setMetadata',
  text: `UPDATE messages SET metadata = $2::jsonb WHERE id = $1`,
  values: ({ messageId, metadata }: { messageId: number; metadata: Record<string, unknown> | null }) => [
    messageId,
    metadata === null ? null : JSON.stringify(metadata),
  ],
});

/**
 * `$1` user, `$2` message, `$3` how many: looks through the messages of the server after that one for those about the user.
 * The last row says after which to go on, null at the end.
 */
export const notesAbout = statement.many({
  name: 'erasure.notesAbout',
  text: `
    WITH page AS MATERIALIZED (
      SELECT id, "senderId", quiet, metadata FROM messages WHERE type = 'system' AND id > $2 ORDER BY id LIMIT $3
    )
    SELECT id, NULL::bigint FROM page
    WHERE quiet AND ("senderId" = $1
      OR jsonb_path_exists(metadata, '$.** ? (@ == $user)', jsonb_build_object('user', $1::bigint)))
    UNION ALL
    SELECT NULL, CASE WHEN count(*) = $3 THEN max(id) END FROM page`,
  values: ({ userId, after, most }: { userId: number; after: number; most: number }) => [userId, after, most],
  row: ([messageId, next]: [number | null, number | null]) => ({ messageId, next }),
});

/** `$1` message, `$2` content. */
export const setContent = statement.count({
  name: 'erasure.setContent',
  text: `UPDATE messages SET content = $2 WHERE id = $1`,
  values: ({ messageId, content }: { messageId: number; content: string }) => [messageId, content],
});

/** A look for rows of the user: how many it removed, and where the next one begins; null: nothing is left. */
interface Removed {
  removed: number;
  next: number | null;
}

interface Look extends OfUser {
  after: number;
}

const look = ({ userId, after, most }: Look) => [userId, after, most];
const removedRow = ([removed, next]: [number, number | null]): Removed => ({ removed, next });

/** Up to `$3` rows of a table that are the user's (`mine`, by an index). What is left is found by the same look. */
const removing = (table: string, key: string, mine: string) =>
  statement.one({
    name: `erasure.remove.${table}.${mine.replace(/\W+/g, '')}`,
    text: `
    WITH gone AS (
      DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${mine} LIMIT $3) RETURNING 1
    )
    SELECT count(*), CASE WHEN count(*) >= $3 THEN $2::bigint END FROM gone`,
    values: look,
    row: removedRow,
  });

/** Looks through `$3` rows of a table after the id `$2`, and does something to those that are the user's. */
const walking = (table: string, work: string) =>
  statement.one({
    name: `erasure.walk.${table}`,
    text: `
    WITH page AS MATERIALIZED (SELECT * FROM ${table} WHERE id > $2 ORDER BY id LIMIT $3),
    gone AS (${work} RETURNING 1)
    SELECT (SELECT count(*) FROM gone), CASE WHEN count(*) >= $3 THEN max(id) END FROM page`,
    values: look,
    row: removedRow,
  });

const forgetCreator = (table: string) => `
  UPDATE ${table} SET "creationKey" = NULL
  WHERE id IN (SELECT id FROM page WHERE starts_with("creationKey", $1::bigint || ' '))`;

/** Bans of others stay, without who has done it, and why: these are words of who banned. */
const forgetBanner = statement.one({
  name: 'erasure.forgetBanner',
  text: `
    WITH gone AS (
      UPDATE chat_restrictions SET "bannedBy" = NULL, reason = NULL WHERE ("chatId", "userId") IN (
        SELECT "chatId", "userId" FROM chat_restrictions WHERE "bannedBy" = $1 LIMIT $3
      ) RETURNING 1
    )
    SELECT count(*), CASE WHEN count(*) >= $3 THEN $2::bigint END FROM gone`,
  values: look,
  row: removedRow,
});

/** The other rows of a user, table by table. */
export const traces = [
  removing('user_blocks', '"userId", "blockedId"', '"userId" = $1'),
  removing('user_blocks', '"userId", "blockedId"', '"blockedId" = $1'),
  removing('chat_invitations', '"chatId", "userId"', '"userId" = $1'),
  removing('chat_invitations', '"chatId", "userId"', '"invitedBy" = $1'),
  removing('chat_refusals', '"chatId", "userId"', '"userId" = $1'),
  removing('chat_restrictions', '"chatId", "userId"', '"userId" = $1'),
  forgetBanner,
  removing('chat_invites', 'id', '"createdBy" = $1'),
  removing('hidden_messages', '"userId", "messageId"', '"userId" = $1'),
  removing('notification_preferences', '"userId"', '"userId" = $1'),
  removing('notifications', 'id', '"userId" = $1'),
  removing('notifications', 'id', '"actorId" = $1'),
  removing('idempotency_keys', '"actorId", key', '"actorId" = $1'),
  walking(
    'message_reports',
    `DELETE FROM message_reports WHERE id IN (SELECT id FROM page WHERE $1 IN ("reporterId", "senderId", "reportedUserId"))`,
  ),
  removing('message_streams', '"userId", key', '"userId" = $1'),
  removing('push_targets', 'id', '"userId" = $1'),
  removing('push_states', '"userId", "chatId"', '"userId" = $1'),
  removing('push_quiet', '"userId"', '"userId" = $1'),
  removing('due_notifications', '"userId", "chatId"', '"userId" = $1'),
  removing('deactivations', '"userId"', '"userId" = $1'),
  walking(
    'audit_entries',
    `UPDATE audit_entries SET details = details - 'reason'
     WHERE id IN (SELECT id FROM page WHERE $1 IN ("userId", "actorId") AND details ? 'reason')`,
  ),
  walking('chats', forgetCreator('chats')),
  walking('users', forgetCreator('users')),
];
