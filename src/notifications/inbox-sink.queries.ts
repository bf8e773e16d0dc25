import { blocks } from '../blocks/blocks.queries.js';
import type { NotedKind } from '../changes/note-change.js';
import type { Position } from '../changes/position.js';
import { isThere, visibleAfter } from '../chats/membership.queries.js';
import { levelOf, passes } from '../chats/notify-levels.js';
import { bigints, texts } from '../database/binary-array.js';
import { statement } from '../database/statement.js';
import { mentionsIn } from '../messages/send/send.queries.js';

/** A change of a chat, other than a sent message, as the log has it. Of some kinds nothing comes into inboxes. */
export interface InboxChange {
  kind: NotedKind;
  chatId: number;
  version: number;
  messageId: number | null;
  /** Of `membersAdded`: who was added. */
  userIds: readonly number[];
  /** Who has done it; null: the application, or it is not noted. */
  by: number | null;
  /** Of `reactionsChanged`: whether a reaction was added. */
  added: boolean;
  at: string;
  position: Position;
}

type ChangeCells = [
  kind: InboxChange['kind'],
  chatId: number,
  version: number,
  messageId: number | null,
  details: { userIds?: number[]; by?: number | null; added?: boolean } | null,
  at: string,
  afterMessageId: number,
  outboxId: number,
];

/**
 * `$1`, `$2` the place after which it begins, `$3`, `$4` that up to which all is settled, `$5` limit: changes other than
 * sent messages, in order. All kinds count for the limit, so that the last one is a place in the log.
 */
export const notedForInbox = statement.many({
  name: 'notifications.noted',
  text: `
    SELECT kind, "chatId", version, "messageId", CASE WHEN kind IN ('membersAdded', 'reactionsChanged') THEN details END, at,
      "afterMessageId", id
    FROM outbox
    WHERE ("afterMessageId", id) > ($1, $2) AND ("afterMessageId", id) <= ($3, $4)
    ORDER BY "afterMessageId", id LIMIT $5`,
  values: ({ after, upTo, most }: { after: Position; upTo: Position; most: number }) => [
    after.messageId,
    after.outboxId,
    upTo.messageId,
    upTo.outboxId,
    most,
  ],
  row: ([
    kind,
    chatId,
    version,
    messageId,
    details,
    at,
    afterMessageId,
    outboxId,
  ]: ChangeCells): InboxChange => ({
    kind,
    chatId,
    version,
    messageId,
    userIds: details?.userIds ?? [],
    by: details?.by ?? null,
    added: details?.added ?? false,
    at,
    position: { messageId: afterMessageId, outboxId },
  }),
});

/** SQL: whether somebody was erased: nothing about them is written any more. Of nobody (null) it is false. */
const isErased = (user: string) =>
  `(SELECT 1 FROM users e WHERE e.id = ${user} AND e."erasedAt" IS NOT NULL) IS NOT NULL`;

/**
 * SQL: the end of a statement with a CTE `for_whom` ("userId", "chatId", "messageId", "actorId", kind, about, at, seq), the
 * entries that there may be; `seq` is null where it is about no message. Writes those whose users are members, see the
 * message, do not block who has done it, and have a level that lets it pass; neither they nor who has done it may be
 * erased. An entry that is there is left as it is. Returns the ids of the new ones.
 */
const writing = `
    INSERT INTO notifications ("userId", "chatId", "messageId", "actorId", kind, about, at)
    SELECT f."userId", f."chatId", f."messageId", f."actorId", f.kind, f.about, f.at
    FROM for_whom f
    CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = f."chatId" LIMIT 1) c
    CROSS JOIN LATERAL (
      SELECT * FROM chat_members WHERE "chatId" = f."chatId" AND "userId" = f."userId" LIMIT 1
    ) m
    WHERE f."userId" IS DISTINCT FROM f."actorId" AND ${isThere('c', 'm')}
      AND (f.seq IS NULL OR f.seq > ${visibleAfter('m')})
      AND NOT (${isErased('f."userId"')}) AND NOT (${isErased('f."actorId"')})
      AND NOT (${blocks('f."userId"', 'f."actorId"')})
      AND ${passes(levelOf('c', 'm'), `f.kind IN ('mention', 'added')`)}
    ORDER BY f."userId", f.about
    ON CONFLICT DO NOTHING
    RETURNING id`;

/**
 * SQL: rows of `for_whom` for the mentions in the messages `given`, a CTE of messages with `at`: a row for each person who is
 * mentioned, and for a mention of everybody one for each who was a member then. `which` is a condition for a mention `v` of
 * a message `g`.
 */
const mentioned = (which: string) => `
      SELECT CASE v."userId" WHEN 0 THEN w."userId" ELSE v."userId" END AS "userId", g."chatId", g.id AS "messageId",
        g."senderId" AS "actorId", 'mention' AS kind, g.id AS about, g.at, g.seq
      FROM given g CROSS JOIN LATERAL (SELECT ${mentionsIn('g.metadata')} AS id) i
      CROSS JOIN LATERAL (
        SELECT * FROM message_mentions v
        WHERE v."chatId" = g."chatId" AND v."userId" = i.id AND v.seq = g.seq AND ${which} LIMIT 1
      ) v
      LEFT JOIN LATERAL (
        SELECT w."userId" FROM chat_members w
        -- OFFSET: of a mention of one person no other members are read. A message that comes right after somebody cleared
        -- the chat has the same version as their membership.
        WHERE v."userId" = 0 AND w."chatId" = g."chatId" AND w.version <= v.version OFFSET 0
      ) w ON true`;

/**
 * `$1` message after which it begins, `$2` the last one: writes an entry for each person whom a sent message mentions or
 * replies to. A message that does both is a mention for them.
 */
export const addFromSent = statement.many({
  name: 'notifications.addFromSent',
  text: `
    WITH given AS MATERIALIZED (
      SELECT g.*, g."createdAt" AS at FROM messages g
      WHERE g.id > $1 AND g.id <= $2 AND (g."replyToId" IS NOT NULL OR g.metadata ? 'mentions')
        AND g.type = 'text' AND g."deletedAt" IS NULL
    ), for_whom AS (
      SELECT DISTINCT ON ("userId", about) * FROM (
        ${mentioned('true')}
        UNION ALL
        SELECT r."senderId", g."chatId", g.id, g."senderId", 'reply', g.id, g.at, g.seq
        FROM given g CROSS JOIN LATERAL (SELECT * FROM messages WHERE id = g."replyToId" LIMIT 1) r
        WHERE r."senderId" IS NOT NULL AND r."deletedAt" IS NULL
      ) f ORDER BY "userId", about, kind
    )${writing}`,
  values: ({ after, upTo }: { after: number; upTo: number }) => [after, upTo],
  row: ([id]: [number]) => id,
});

/** An edit of a message, after which the chat had this version. */
export interface Edit {
  messageId: number;
  version: number;
  at: string;
}

/**
 * `$1` messages, `$2` versions, `$3` times of edits: writes an entry for each person whom an edit mentions and who was not
 * mentioned before. A message whose sender has left the chat is left out: only the application can have edited it since,
 * and that must not look as if the sender mentioned somebody.
 */
export const addFromEdits = statement.many({
  name: 'notifications.addFromEdits',
  text: `
    WITH given AS MATERIALIZED (
      SELECT g.*, i.at, i.edit FROM unnest($1::bigint[], $2::bigint[], $3::text[]::timestamptz[]) AS i(id, edit, at)
      CROSS JOIN LATERAL (SELECT * FROM messages WHERE id = i.id LIMIT 1) g
      CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = g."chatId" LIMIT 1) c
      CROSS JOIN LATERAL (
        SELECT * FROM chat_members WHERE "chatId" = g."chatId" AND "userId" = g."senderId" LIMIT 1
      ) s
      WHERE g.metadata ? 'mentions' AND g."deletedAt" IS NULL AND ${isThere('c', 's')}
    ), for_whom AS (${mentioned('v.version = g.edit')}
    )${writing}`,
  values: (edits: readonly Edit[]) => [
    bigints(edits.map(({ messageId }) => messageId)),
    bigints(edits.map(({ version }) => version)),
    texts(edits.map(({ at }) => at)),
  ],
  row: ([id]: [number]) => id,
});

/** A reaction that somebody added. */
export interface Reacted {
  messageId: number;
  by: number;
  at: string;
}

/**
 * `$1` messages, `$2` who reacted to them, `$3` when: writes an entry for the sender of each, unless that person has taken
 * back all reactions to it since.
 */
export const addFromReactions = statement.many({
  name: 'notifications.addFromReactions',
  text: `
    WITH for_whom AS (
      SELECT g."senderId" AS "userId", g."chatId", g.id AS "messageId", i."actorId", 'reaction' AS kind, g.id AS about,
        i.at, g.seq
      FROM unnest($1::bigint[], $2::bigint[], $3::text[]::timestamptz[]) AS i(id, "actorId", at)
      CROSS JOIN LATERAL (SELECT * FROM messages WHERE id = i.id LIMIT 1) g
      WHERE g."deletedAt" IS NULL AND g."senderId" IS NOT NULL
        AND EXISTS (SELECT 1 FROM message_reactions r WHERE r."messageId" = g.id AND r."userId" = i."actorId")
    )${writing}`,
  values: (reactions: readonly Reacted[]) => [
    bigints(reactions.map(({ messageId }) => messageId)),
    bigints(reactions.map(({ by }) => by)),
    texts(reactions.map(({ at }) => at)),
  ],
  row: ([id]: [number]) => id,
});

/** Somebody who was added to a group. */
export interface Added {
  chatId: number;
  version: number;
  userId: number;
  by: number | null;
  at: string;
}

/**
 * `$1` groups, `$2` their versions with the new member, `$3` users, `$4` who added each or null, `$5` when: writes an entry for
 * each user that they were added.
 */
export const addFromJoining = statement.many({
  name: 'notifications.addFromJoining',
  text: `
    WITH for_whom AS (
      SELECT i."userId", i."chatId", NULL::bigint AS "messageId", i."actorId", 'added' AS kind, i.about, i.at,
        NULL::bigint AS seq
      FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[]::timestamptz[])
        AS i("chatId", about, "userId", "actorId", at)
    )${writing}`,
  values: (added: readonly Added[]) => [
    bigints(added.map(({ chatId }) => chatId)),
    bigints(added.map(({ version }) => version)),
    bigints(added.map(({ userId }) => userId)),
    bigints(added.map(({ by }) => by)),
    texts(added.map(({ at }) => at)),
  ],
  row: ([id]: [number]) => id,
});

/**
 * `$1` new chats, `$2` their first versions, `$3` when: writes an entry for everybody who was in a group from the start, but
 * its owner. Direct chats are left out.
 */
export const addFromCreation = statement.many({
  name: 'notifications.addFromCreation',
  text: `
    WITH for_whom AS (
      SELECT w."userId", c.id AS "chatId", NULL::bigint AS "messageId", o."userId" AS "actorId", 'added' AS kind,
        i.version AS about, i.at, NULL::bigint AS seq
      FROM unnest($1::bigint[], $2::bigint[], $3::text[]::timestamptz[]) AS i(id, version, at)
      CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = i.id LIMIT 1) c
      LEFT JOIN LATERAL (
        SELECT o."userId" FROM chat_members o WHERE o."chatId" = c.id AND o.role = 'owner' LIMIT 1
      ) o ON true
      JOIN chat_members w ON w."chatId" = c.id AND w.version <= i.version
      WHERE c.type = 'group'
    )${writing}`,
  values: (groups: readonly { chatId: number; version: number; at: string }[]) => [
    bigints(groups.map(({ chatId }) => chatId)),
    bigints(groups.map(({ version }) => version)),
    texts(groups.map(({ at }) => at)),
  ],
  row: ([id]: [number]) => id,
});

/**
 * `$1` entries that were just written: removes those about people who were erased, or in chats that were deleted, while they
 * were written. Run it after the statement that wrote them: who is erased later finds them.
 */
export const removeOfGone = statement.count({
  name: 'notifications.removeOfGone',
  text: `
    DELETE FROM notifications n
    WHERE n.id = ANY($1::bigint[]) AND (
      ${isErased('n."userId"')} OR ${isErased('n."actorId"')}
      OR (SELECT 1 FROM chats c WHERE c.id = n."chatId") IS NULL
    )`,
  values: (ids: readonly number[]) => [bigints(ids)],
});
