import { blockBetween } from '../blocks/blocks.queries.js';
import type { Directory } from '../config/environment.js';
import type { InvitationView } from '../contract/index.js';
import { bigints } from '../database/binary-array.js';
import { statement } from '../database/statement.js';
import { finds } from '../users/directory/finds.queries.js';

/**
 * Most invitations of a user, and most of a group. Beyond that the oldest are deleted; withheld ones are counted
 * separately.
 */
const MOST_OF_USER = 200;
const MOST_OF_GROUP = 1_000;

interface Invited {
  chatId: number;
  userId: number;
}

/** A user to invite. */
export interface Guest {
  userId: number;
  /** The user does not learn of it. */
  withheld: boolean;
}

/**
 * `$1` group, `$2` who invites, arrays of `$3` users and `$4` whether the invitation is withheld: the users who are to be
 * told, and since when they are invited. Who has an invitation already is not told again.
 */
export const invite = statement.many({
  name: 'groups.invite',
  text: `
    WITH given AS (
      INSERT INTO chat_invitations AS i ("chatId", "userId", "invitedBy", withheld, "createdAt")
      SELECT $1, g.id, $2, g.withheld, statement_timestamp() FROM unnest($3::bigint[], $4::boolean[]) AS g(id, withheld) ORDER BY g.id
      ON CONFLICT ("chatId", "userId") DO UPDATE
        SET withheld = false, "invitedBy" = EXCLUDED."invitedBy", "createdAt" = EXCLUDED."createdAt"
        WHERE i.withheld AND NOT EXCLUDED.withheld
      RETURNING i."userId", i.withheld, i."createdAt" AS "invitedAt"
    )
    SELECT "userId", "invitedAt" FROM given WHERE NOT withheld`,
  values: ({ chatId, by, guests }: { chatId: number; by: number; guests: readonly Guest[] }) => [
    chatId,
    by,
    bigints(guests.map(({ userId }) => userId)),
    guests.map(({ withheld }) => withheld),
  ],
  row: ([userId, invitedAt]: [number, string]) => ({ userId, invitedAt }),
});

/** `$1` group, `$2` users who were just invited: drops the oldest invitations beyond the bounds, and returns them. */
export const dropOldInvitations = statement.many({
  name: 'groups.dropOldInvitations',
  text: `
    WITH old AS (
      SELECT o."chatId", o."userId"
      FROM unnest($2::bigint[]) AS g(id) CROSS JOIN (VALUES (true), (false)) AS w(withheld) CROSS JOIN LATERAL (
        SELECT i."chatId", i."userId" FROM chat_invitations i WHERE i."userId" = g.id AND i.withheld = w.withheld
        ORDER BY i."createdAt" DESC OFFSET ${MOST_OF_USER}
      ) o
      UNION
      (
        SELECT i."chatId", i."userId" FROM chat_invitations i WHERE i."chatId" = $1
        ORDER BY i."createdAt" DESC OFFSET ${MOST_OF_GROUP}
      )
    ), dropped AS (
      DELETE FROM chat_invitations i USING old WHERE i."chatId" = old."chatId" AND i."userId" = old."userId"
      RETURNING i."chatId", i."userId", i.withheld
    )
    SELECT "chatId", "userId" FROM dropped WHERE NOT withheld`,
  values: ({ chatId, userIds }: { chatId: number; userIds: readonly number[] }) => [chatId, bigints(userIds)],
  row: ([chatId, userId]: [number, number]) => ({ chatId, userId }),
});

/** `$1` group, `$2` users: those with an invitation, known to them or not. */
export const invitedAmong = statement.many({
  name: 'groups.invitedAmong',
  text: `SELECT "userId" FROM chat_invitations WHERE "chatId" = $1 AND "userId" = ANY($2::bigint[]) ORDER BY "userId"`,
  values: ({ chatId, userIds }: { chatId: number; userIds: readonly number[] }) => [chatId, bigints(userIds)],
  row: ([userId]: [number]) => userId,
});

/** `$1` user, `$2` DIRECTORY: their invitations, latest first, without those by users between whom and them a block stands. */
export const invitationsOf = statement.many({
  name: 'groups.invitationsOf',
  text: `
    SELECT i."chatId", c.title, c."avatarUrl", c."memberCount", i."invitedBy", i."createdAt" AS "invitedAt",
      CASE WHEN ${finds('$1', 'i."invitedBy"', '$2')} THEN (
        SELECT json_build_object('userId', u.id, 'name', u.name, 'avatarUrl', u."avatarUrl")
        FROM users u WHERE u.id = i."invitedBy"
      ) END AS inviter
    FROM chat_invitations i CROSS JOIN LATERAL (SELECT * FROM chats c WHERE c.id = i."chatId" LIMIT 1) c
    WHERE i."userId" = $1 AND NOT i.withheld AND NOT ${blockBetween('i."userId"', 'i."invitedBy"')}
    ORDER BY i."createdAt" DESC, i."chatId" DESC LIMIT ${MOST_OF_USER}`,
  values: ({ userId, directory }: { userId: number; directory: Directory }) => [userId, directory],
  row: ([chatId, title, avatarUrl, memberCount, invitedBy, invitedAt, inviter]: [
    number,
    string | null,
    string | null,
    number,
    number,
    string,
    InvitationView['inviter'],
  ]): InvitationView => ({ chatId, title, avatarUrl, memberCount, invitedBy, inviter, invitedAt }),
});

/**
 * `$1` group, `$2` user: counts 1 when the user is a member, or is invited and knows of it. It comes before the lock, so
 * that a stranger to the group neither locks it nor waits.
 */
export const mayEnter = statement.count({
  name: 'groups.mayEnter',
  text: `
    SELECT "chatId" FROM chat_invitations WHERE "chatId" = $1 AND "userId" = $2 AND NOT withheld
    UNION
    SELECT "chatId" FROM chat_members WHERE "chatId" = $1 AND "userId" = $2`,
  values: ({ chatId, userId }: Invited) => [chatId, userId],
});

/**
 * `$1` group, `$2` user: deletes the invitation, because the user accepts it. Counts 1 when the user was invited and
 * knows of it: if they accept and decline at the same time, the second finds none.
 */
export const useInvitation = statement.count({
  name: 'groups.useInvitation',
  text: `DELETE FROM chat_invitations WHERE "chatId" = $1 AND "userId" = $2 AND NOT withheld`,
  values: ({ chatId, userId }: Invited) => [chatId, userId],
});

/**
 * `$1` group, `$2` user: declines the invitation, which is withheld from now on, so that nothing changes for those who
 * invite. Counts 1 when there was one.
 */
export const decline = statement.count({
  name: 'groups.decline',
  text: `
    WITH declined AS (
      UPDATE chat_invitations SET withheld = true WHERE "chatId" = $1 AND "userId" = $2 AND NOT withheld
      RETURNING "chatId", "userId"
    )
    INSERT INTO chat_refusals ("chatId", "userId", "declinedAt")
    SELECT "chatId", "userId", clock_timestamp() FROM declined
    ON CONFLICT ("chatId", "userId") DO UPDATE SET "declinedAt" = EXCLUDED."declinedAt"`,
  values: ({ chatId, userId }: Invited) => [chatId, userId],
});

/** `$1` group, `$2` user: takes the invitation back. Returns whether the user knew of it; no row: there was none. */
export const revoke = statement.oneOrNone({
  name: 'groups.revokeInvitation',
  text: `DELETE FROM chat_invitations WHERE "chatId" = $1 AND "userId" = $2 RETURNING NOT withheld AS known`,
  values: ({ chatId, userId }: Invited) => [chatId, userId],
  row: ([known]: [boolean]) => ({ known }),
});
