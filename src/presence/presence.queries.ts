import type { Watch } from '../delivery/rooms.js';
import { bigints, texts } from '../database/binary-array.js';
import { blocks } from '../blocks/blocks.queries.js';
import { statement } from '../database/statement.js';
import { shareChat, shows } from '../users/directory/finds.queries.js';

/** What presence needs of a user's row. */
export interface PresenceRow {
  userId: number;
  lastSeenAt: string | null;
  /** Looks offline to all others. */
  invisible: boolean;
}

/** Whether a direct chat shows a user only from their first word in it on: in jwt mode. */
interface Rule {
  afterFirstWord: boolean;
}

/** May `viewerId` see `userId`? `nr` matches the answer to its question. */
interface PresenceQuestion {
  nr: number;
  /** null: an actor without a user, who may see everybody. */
  viewerId: number | null;
  userId: number;
}

const watchRow = ([viewerId, userId]: [number, number]): Watch => ({ viewerId, userId });

/**
 * Whether `viewer` may know that `person` is online, given that they share a chat. Every rule that hides one user from
 * another belongs here. Both parameters are SQL expressions of user ids.
 */
const mayKnow = (viewer: string, person: string) =>
  `${viewer} <> ${person} AND NOT ${blocks(person, viewer)}`;

/** Whether `viewer` may know whether `person` is online: they share a chat, and `mayKnow`. */
const maySee = (viewer: string, person: string, strict: string) =>
  `(${mayKnow(viewer, person)} AND ${shareChat(viewer, person, strict)})`;

/**
 * Questions: `$1` their numbers, `$2` viewers (null: an actor without a user, who may see everybody), `$3` persons;
 * `$4` the rule.
 * Returns the persons whom the viewer may see; everybody may see themselves.
 */
export const visibleTo = statement.many({
  name: 'presence.visibleTo',
  text: `
    SELECT q.nr, u.id AS "userId", u."lastSeenAt", u.invisible
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS q(nr, viewer, person)
    JOIN users u ON u.id = q.person
    WHERE q.viewer IS NULL OR q.viewer = q.person OR ${maySee('q.viewer', 'q.person', '$4')}`,
  values: ({ questions, afterFirstWord }: { questions: readonly PresenceQuestion[] } & Rule) => [
    bigints(questions.map(({ nr }) => nr)),
    bigints(questions.map(({ viewerId }) => viewerId)),
    bigints(questions.map(({ userId }) => userId)),
    afterFirstWord,
  ],
  row: ([nr, userId, lastSeenAt, invisible]: [number, number, string | null, boolean]) => ({
    nr,
    userId,
    lastSeenAt,
    invisible,
  }),
});

/** `$1` viewers, `$2` persons, `$3` the rule: the pairs where the viewer may not see the person. */
export const hiddenFrom = statement.many({
  name: 'presence.hiddenFrom',
  text: `
    SELECT v.id AS "viewerId", p.id AS "userId" FROM unnest($1::bigint[]) AS v(id), unnest($2::bigint[]) AS p(id)
    WHERE v.id <> p.id AND NOT ${maySee('v.id', 'p.id', '$3')}`,
  values: ({
    viewerIds,
    userIds,
    afterFirstWord,
  }: { viewerIds: readonly number[]; userIds: readonly number[] } & Rule) => [
    bigints(viewerIds),
    bigints(userIds),
    afterFirstWord,
  ],
  row: watchRow,
});

/** `$1` viewers, `$2` persons, pairwise, `$3` the rule: the pairs where the viewer may not see the person. */
export const hiddenPairs = statement.many({
  name: 'presence.hiddenPairs',
  text: `
    SELECT i.viewer AS "viewerId", i.person AS "userId" FROM unnest($1::bigint[], $2::bigint[]) AS i(viewer, person)
    WHERE NOT ${maySee('i.viewer', 'i.person', '$3')}`,
  values: ({ pairs, afterFirstWord }: { pairs: readonly Watch[] } & Rule) => [
    bigints(pairs.map(({ viewerId }) => viewerId)),
    bigints(pairs.map(({ userId }) => userId)),
    afterFirstWord,
  ],
  row: watchRow,
});

/**
 * `$1` users, `$2` how many of the newest chats of each are looked at, `$3` the rule: direct-chat partners who receive
 * their presence changes. The row of a direct chat says who is blocked, so that no block is looked up.
 */
export const audiencesOf = statement.many({
  name: 'presence.audiencesOf',
  text: `
    SELECT u.id AS "userId", u."lastSeenAt", u.invisible, ARRAY(
      SELECT CASE u.id WHEN c."user1Id" THEN c."user2Id" ELSE c."user1Id" END
      FROM (SELECT "chatId" FROM chat_members WHERE "userId" = u.id ORDER BY "chatId" DESC LIMIT $2) m
      CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = m."chatId" LIMIT 1) c
      WHERE c.type = 'direct' AND c."user1Id" <> c."user2Id" AND NOT CASE u.id WHEN c."user1Id" THEN c."user1Blocks" ELSE c."user2Blocks" END
        AND ${shows('c', 'u.id', '$3')}
    ) AS peers
    FROM unnest($1::bigint[]) AS i(id) JOIN users u ON u.id = i.id`,
  values: ({ userIds, most, afterFirstWord }: { userIds: readonly number[]; most: number } & Rule) => [
    bigints(userIds),
    most,
    afterFirstWord,
  ],
  row: ([userId, lastSeenAt, invisible, peers]: [number, string | null, boolean, number[]]) => ({
    userId,
    lastSeenAt,
    invisible,
    peers,
  }),
});

/**
 * `$1` users, `$2` the limit for each, `$3` the rule: users who share a chat with them and whom they may see. Looks at
 * so many of their newest chats, and at twice as many memberships in these: the members of direct chats and small groups
 * before those of large groups.
 */
export const companionsOf = statement.many({
  name: 'presence.companionsOf',
  text: `
    SELECT v.id AS "userId", ARRAY(
      SELECT o."userId" FROM (
        SELECT DISTINCT o."userId" FROM (
          SELECT o."userId" FROM (
            SELECT c.* FROM (
              SELECT "chatId" FROM chat_members WHERE "userId" = v.id ORDER BY "chatId" DESC LIMIT $2
            ) m
            CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = m."chatId" LIMIT 1) c
            ORDER BY c."memberCount", c.id DESC
          ) c
          CROSS JOIN LATERAL (SELECT "userId" FROM chat_members WHERE "chatId" = c.id OFFSET 0) o
          WHERE ${shows('c', 'o."userId"', '$3')}
          LIMIT 2 * $2::bigint
        ) o
      ) o WHERE ${mayKnow('v.id', 'o."userId"')}
    ) AS companions
    FROM unnest($1::bigint[]) AS v(id)`,
  values: ({ userIds, most, afterFirstWord }: { userIds: readonly number[]; most: number } & Rule) => [
    bigints(userIds),
    most,
    afterFirstWord,
  ],
  row: ([userId, companions]: [number, number[]]) => ({ userId, companions }),
});

/** `$1` chat: its members. */
export const membersOf = statement.many({
  name: 'presence.membersOf',
  text: `SELECT "userId" FROM chat_members WHERE "chatId" = $1`,
  values: (chatId: number) => [chatId],
  row: ([userId]: [number]) => userId,
});

/**
 * `$1` users, `$2` when. The time never moves back, and does not change while a user is invisible. Rows are locked in
 * key order, so nodes can't deadlock.
 */
export const recordLastSeen = statement.count({
  name: 'presence.recordLastSeen',
  text: `
    WITH locked AS MATERIALIZED (
      SELECT u.id, s.at FROM (SELECT id, at::timestamptz FROM unnest($1::bigint[], $2::text[]) AS t(id, at)) s
      JOIN users u ON u.id = s.id
      WHERE NOT u.invisible AND u."erasedAt" IS NULL AND (u."lastSeenAt" IS NULL OR u."lastSeenAt" < s.at)
      ORDER BY u.id FOR NO KEY UPDATE OF u
    )
    UPDATE users u SET "lastSeenAt" = l.at FROM locked l WHERE u.id = l.id AND NOT u.invisible`,
  values: (people: readonly (readonly [userId: number, at: Date])[]) => [
    bigints(people.map(([userId]) => userId)),
    texts(people.map(([, at]) => at.toISOString())),
  ],
});

/** `$1` user, `$2` whether others see them, `$3` whether they are online now. Counts 1 when the visibility changed. */
export const setVisible = statement.count({
  name: 'presence.setVisible',
  text: `
    UPDATE users SET invisible = NOT $2::boolean,
      "lastSeenAt" = CASE WHEN $3::boolean AND NOT $2::boolean AND "erasedAt" IS NULL THEN clock_timestamp() ELSE "lastSeenAt" END
    WHERE id = $1 AND invisible = $2::boolean`,
  values: ({ userId, visible, online }: { userId: number; visible: boolean; online: boolean }) => [
    userId,
    visible,
    online,
  ],
});
