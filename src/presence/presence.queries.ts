import { blocks } from '../blocks/blocks.queries.js';
import type { Statement } from '../database/database.js';

/** A person as presence knows them. */
export interface PresenceRow {
  userId: number;
  lastSeenAt: string | null;
  /** Looks offline to all others. */
  invisible: boolean;
}

/**
 * What must hold between two people who share a chat for `viewer` to know whether `person` is online. All that
 * hides one person from another stands here. Both are SQL expressions of user ids.
 */
const mayKnow = (viewer: string, person: string) =>
  `${viewer} <> ${person} AND NOT ${blocks(person, viewer)}`;

/** Whether `viewer` may know whether `person` is online: they share a chat, and `mayKnow`. */
const maySee = (viewer: string, person: string) => `(${mayKnow(viewer, person)} AND EXISTS (
      SELECT 1 FROM chat_members theirs
      JOIN chat_members mine ON mine."chatId" = theirs."chatId" AND mine."userId" = ${viewer}
      WHERE theirs."userId" = ${person}
    ))`;

/**
 * Questions: `$1` their numbers, `$2` who asks (null: the application, which may see everybody), `$3` about whom.
 * The people whom the asker may see; everybody may see themselves.
 */
export const visibleTo: Statement = {
  name: 'presence.visibleTo',
  text: `
    SELECT q.nr, u.id AS "userId", u."lastSeenAt", u.invisible
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS q(nr, viewer, person)
    JOIN users u ON u.id = q.person
    WHERE q.viewer IS NULL OR q.viewer = q.person OR ${maySee('q.viewer', 'q.person')}`,
};

/** `$1` viewers, `$2` people: the pairs of which the first may not see the second. */
export const hiddenFrom: Statement = {
  name: 'presence.hiddenFrom',
  text: `
    SELECT v.id AS "viewerId", p.id AS "userId" FROM unnest($1::bigint[]) AS v(id), unnest($2::bigint[]) AS p(id)
    WHERE v.id <> p.id AND NOT ${maySee('v.id', 'p.id')}`,
};

/** `$1` viewers, `$2` people, pairwise: the pairs of which the first may not see the second. */
export const hiddenPairs: Statement = {
  name: 'presence.hiddenPairs',
  text: `
    SELECT i.viewer AS "viewerId", i.person AS "userId" FROM unnest($1::bigint[], $2::bigint[]) AS i(viewer, person)
    WHERE NOT ${maySee('i.viewer', 'i.person')}`,
};

/** `$1` people, `$2` at most so many of each: who has a direct chat with them and is told when they come and go. */
export const toldOf: Statement = {
  name: 'presence.toldOf',
  text: `
    SELECT u.id AS "userId", u."lastSeenAt", u.invisible, ARRAY(
      SELECT o.id FROM (
        SELECT CASE u.id WHEN c."user1Id" THEN c."user2Id" ELSE c."user1Id" END AS id
        FROM chat_members m JOIN chats c ON c.id = m."chatId" AND c.type = 'direct'
        WHERE m."userId" = u.id LIMIT $2
      ) o WHERE ${mayKnow('o.id', 'u.id')}
    ) AS peers
    FROM unnest($1::bigint[]) AS i(id) JOIN users u ON u.id = i.id`,
};

/** `$1` people, `$2` at most so many of each: whom they share a chat with and may see. */
export const companionsOf: Statement = {
  name: 'presence.companionsOf',
  text: `
    SELECT v.id AS "userId", ARRAY(
      SELECT DISTINCT o."userId" FROM chat_members m
      JOIN chat_members o ON o."chatId" = m."chatId" AND ${mayKnow('v.id', 'o."userId"')}
      WHERE m."userId" = v.id LIMIT $2
    ) AS companions
    FROM unnest($1::bigint[]) AS v(id)`,
};

/** `$1` chat: its members. */
export const membersOf: Statement = {
  name: 'presence.membersOf',
  text: `SELECT "userId" FROM chat_members WHERE "chatId" = $1`,
};

/**
 * `$1` people, `$2` when: never moves back, nor while they are invisible. Rows are locked in the order of their
 * keys: nodes can't deadlock.
 */
export const recordLastSeen: Statement = {
  name: 'presence.recordLastSeen',
  text: `
    WITH locked AS MATERIALIZED (
      SELECT u.id, s.at FROM (SELECT id, at::timestamptz FROM unnest($1::bigint[], $2::text[]) AS t(id, at)) s
      JOIN users u ON u.id = s.id
      WHERE NOT u.invisible AND (u."lastSeenAt" IS NULL OR u."lastSeenAt" < s.at)
      ORDER BY u.id FOR NO KEY UPDATE OF u
    )
    UPDATE users u SET "lastSeenAt" = l.at FROM locked l WHERE u.id = l.id AND NOT u.invisible`,
};

/** `$1` person, `$2` whether others see them, `$3` whether they are online now. A row when it changed. */
export const setVisible: Statement = {
  name: 'presence.setVisible',
  text: `
    UPDATE users SET invisible = NOT $2::boolean,
      "lastSeenAt" = CASE WHEN $3::boolean AND NOT $2::boolean THEN clock_timestamp() ELSE "lastSeenAt" END
    WHERE id = $1 AND invisible = $2::boolean
    RETURNING id`,
};

/** `$1` person. */
export const visibilityOf: Statement = {
  name: 'presence.visibilityOf',
  text: `SELECT NOT invisible AS visible FROM users WHERE id = $1`,
};
