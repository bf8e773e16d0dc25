import { bigints } from '../../database/binary-array.js';
import { statement } from '../../database/statement.js';

/** SQL: whether a user is deactivated at this moment. */
export const isDeactivated = (userId: string) => `EXISTS (
        SELECT 1 FROM deactivations d
        WHERE d."userId" = ${userId} AND NOT d.ended AND (d."until" IS NULL OR d."until" > clock_timestamp())
      )`;

/** Until when and why a user is deactivated. */
export interface Deactivated {
  /** ISO 8601; null: until the application ends it. */
  until: string | null;
  reason: string | null;
}

interface News extends Deactivated {
  /** null: the row that has the time of this look. */
  userId: number | null;
  ended: boolean;
  at: string;
}

/**
 * `$1` the time of the last look or null, `$2` limit: the deactivations that have changed since, the latest first; the
 * row without a user has the time of this look. It looks half a minute further back, to find what committed late; the
 * first look finds all.
 */
export const deactivatedSince = statement.many({
  name: 'identity.deactivatedSince',
  text: `
    SELECT NULL::bigint, NULL::timestamptz, NULL, false, statement_timestamp()
    UNION ALL (
      SELECT "userId", "until", reason, ended, "changedAt" FROM deactivations
      WHERE "changedAt" > COALESCE($1::timestamptz - interval '30 seconds', '-infinity')
      ORDER BY "changedAt" DESC LIMIT $2
    )`,
  values: ({ lookedAt, most }: { lookedAt: string | null; most: number }) => [lookedAt, most],
  row: ([userId, until, reason, ended, at]: [
    number | null,
    string | null,
    string | null,
    boolean,
    string,
  ]): News => ({ userId, until, reason, ended, at }),
});

/** `$1` users: the deactivations of those among them who are deactivated now. */
export const deactivationsOf = statement.many({
  name: 'identity.deactivationsOf',
  text: `
    SELECT "userId", "until", reason FROM deactivations
    WHERE "userId" = ANY($1::bigint[]) AND NOT ended AND ("until" IS NULL OR "until" > statement_timestamp())`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
  row: ([userId, until, reason]: [number, string | null, string | null]) => ({ userId, until, reason }),
});
