import { bigints, texts } from '../../database/binary-array.js';
import { statement } from '../../database/statement.js';

/** What was revoked: tokens of a user that were issued too early, or the tokens of a session. */
export interface Revocation {
  userId: number;
  /** null: it is about all tokens of the user. */
  sessionId: string | null;
  generation: number;
  notBefore: number | null;
  /** When, in milliseconds since 1970 by the database's clock. */
  at: number;
}

const moment = (text: string | null): number | null => (text === null ? null : Date.parse(text));

/**
 * `$1` the time of the last look or null, `$2` maximum number of each kind: what was revoked since, of the latest kind
 * first; the row without a user has the time of this look. It looks half a minute further back, to find what committed
 * late; the first look goes back a day.
 */
export const revokedSince = statement.many({
  name: 'identity.revokedSince',
  text: `
    SELECT NULL::bigint, NULL::uuid, 0, NULL::timestamptz, statement_timestamp()
    UNION ALL (
      SELECT "userId", NULL, generation, "notBefore", "changedAt" FROM token_bounds
      WHERE "changedAt" > COALESCE($1::timestamptz - interval '30 seconds', statement_timestamp() - interval '1 day')
      ORDER BY "changedAt" DESC LIMIT $2
    )
    UNION ALL (
      SELECT "userId", id, 0, NULL, "endedAt" FROM ended_sessions
      WHERE "endedAt" > COALESCE($1::timestamptz - interval '30 seconds', statement_timestamp() - interval '1 day')
      ORDER BY "endedAt" DESC LIMIT $2
    )`,
  values: ({ lookedAt, most }: { lookedAt: string | null; most: number }) => [lookedAt, most],
  row: ([userId, sessionId, generation, notBefore, at]: [
    number | null,
    string | null,
    number,
    string | null,
    string,
  ]) => ({ userId, sessionId, generation, notBefore: moment(notBefore), at }),
});

/**
 * Arrays of equal length: `$1` user, `$2` session or null. For each, in that order: what its user's tokens must not be
 * older than, and whether the session has ended.
 */
export const boundsOfTokens = statement.many({
  name: 'identity.boundsOfTokens',
  text: `
    SELECT COALESCE(b.generation, 0), b."notBefore",
      i.session IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM sessions s WHERE s.id = i.session::uuid AND s."userId" = i."userId"
      )
    FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS i("userId", session, nr)
      LEFT JOIN token_bounds b ON b."userId" = i."userId"
    ORDER BY i.nr`,
  values: (tokens: readonly { userId: number; sessionId: string | null }[]) => [
    bigints(tokens.map(({ userId }) => userId)),
    texts(tokens.map(({ sessionId }) => sessionId)),
  ],
  row: ([generation, notBefore, ended]: [number, string | null, boolean]) => ({
    generation,
    notBefore: moment(notBefore),
    ended,
  }),
});

/** Forgets sessions whose access tokens have expired by now, some at a time. */
export const forgetEndedSessions = statement.count({
  name: 'identity.forgetEndedSessions',
  text: `
    DELETE FROM ended_sessions WHERE id IN (
      SELECT id FROM ended_sessions WHERE "endedAt" < statement_timestamp() - interval '25 hours'
      ORDER BY "endedAt" LIMIT $1
    )`,
  values: (most: number) => [most],
});
