import type { BannedUserView } from '../contract/index.js';
import { bigints } from '../database/binary-array.js';
import { statement } from '../database/statement.js';

interface Ban {
  chatId: number;
  userId: number;
  /** null: the application. */
  by: number | null;
  reason: string | null;
}

/**
 * `$1` group that is locked, `$2` user, `$3` who bans or null, `$4` reason or null: bans the user. Counts 0 when there is no
 * such user. A ban that stands keeps its time, and unless another reason is given, its reason and who gave it.
 */
export const ban = statement.count({
  name: 'groups.ban',
  text: `
    INSERT INTO chat_restrictions AS r ("chatId", "userId", "bannedAt", "bannedBy", reason)
    SELECT $1, u.id, clock_timestamp(), $3::bigint, $4 FROM users u WHERE u.id = $2
    ON CONFLICT ("chatId", "userId") DO UPDATE SET
      "bannedBy" = CASE
        WHEN r."bannedAt" IS NULL OR EXCLUDED.reason IS NOT NULL THEN EXCLUDED."bannedBy" ELSE r."bannedBy"
      END,
      "bannedAt" = COALESCE(r."bannedAt", EXCLUDED."bannedAt"), reason = COALESCE(EXCLUDED.reason, r.reason)`,
  values: ({ chatId, userId, by, reason }: Ban) => [chatId, userId, by, reason],
});

/** `$1` group, `$2` user: lifts the ban. Counts 0 when there was none. */
export const unban = statement.count({
  name: 'groups.unban',
  text: `
    UPDATE chat_restrictions SET "bannedAt" = NULL, "bannedBy" = NULL, reason = NULL
    WHERE "chatId" = $1 AND "userId" = $2 AND "bannedAt" IS NOT NULL`,
  values: ({ chatId, userId }: { chatId: number; userId: number }) => [chatId, userId],
});

/** `$1` group, `$2` users: those who are banned. The answer stays right while the group is locked. */
export const bannedAmong = statement.many({
  name: 'groups.bannedAmong',
  text: `
    SELECT "userId" FROM chat_restrictions
    WHERE "chatId" = $1 AND "userId" = ANY($2::bigint[]) AND "bannedAt" IS NOT NULL ORDER BY "userId"`,
  values: ({ chatId, userIds }: { chatId: number; userIds: readonly number[] }) => [chatId, bigints(userIds)],
  row: ([userId]: [number]) => userId,
});

/** `$1` group, `$2` user id after which the page begins, `$3` limit: who is banned, by id. */
export const bannedAfter = statement.many({
  name: 'groups.bannedAfter',
  text: `
    SELECT r."userId", u."externalId", u.name, u."avatarUrl", r."bannedAt", r."bannedBy", r.reason
    FROM (
      SELECT * FROM chat_restrictions WHERE "chatId" = $1 AND "userId" > $2 AND "bannedAt" IS NOT NULL
      ORDER BY "userId" LIMIT $3
    ) r CROSS JOIN LATERAL (SELECT * FROM users WHERE id = r."userId" LIMIT 1) u
    ORDER BY r."userId"`,
  values: ({ chatId, after, most }: { chatId: number; after: number; most: number }) => [chatId, after, most],
  row: ([userId, externalId, name, avatarUrl, bannedAt, bannedBy, reason]: [
    number,
    string | null,
    string | null,
    string | null,
    string,
    number | null,
    string | null,
  ]): BannedUserView => ({ userId, externalId, name, avatarUrl, bannedAt, bannedBy, reason }),
});
