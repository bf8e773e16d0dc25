import type { ErasedCounts, ErasureView } from '../contract/index.js';
import { statement } from '../database/statement.js';

/** The steps of an erasure, in their order. */
export const STEPS = ['messages', 'reactions', 'mentions', 'notes', 'chats', 'rows'] as const;
export type Step = (typeof STEPS)[number];

/** An erasure that this node works on. */
export interface Leased {
  id: number;
  userId: number;
  messages: 'erase' | 'keep';
  step: Step;
  cursor: string | null;
  /** Milliseconds since it was asked for. */
  ageMs: number;
}

const COLUMNS = `id, "userId", messages, step, counts, "requestedAt", "doneAt"`;

const erasureRow = ([id, userId, messages, step, counts, requestedAt, doneAt]: [
  number,
  number,
  'erase' | 'keep',
  Step,
  Partial<ErasedCounts>,
  string,
  string | null,
]): ErasureView => ({
  id,
  userId,
  messages,
  status: doneAt === null ? 'running' : 'done',
  step: doneAt === null ? step : null,
  counts: {
    messages: 0,
    kept: 0,
    reactions: 0,
    mentions: 0,
    notes: 0,
    groups: 0,
    directChats: 0,
    rows: 0,
    ...counts,
  },
  requestedAt,
  doneAt,
});

/** `$1` erasure. */
export const erasureById = statement.oneOrNone({
  name: 'erasure.byId',
  text: `SELECT ${COLUMNS} FROM erasures WHERE id = $1`,
  values: (id: number) => [id],
  row: erasureRow,
});

/**
 * `$1` user, `$2` what happens to their messages: the erasure that is under way, or a new one. One that keeps the messages
 * begins anew when they are to be erased; the other way round nothing changes.
 */
export const beginErasure = statement.one({
  name: 'erasure.begin',
  text: `
    INSERT INTO erasures AS e ("userId", messages, step, "subjectHash")
    SELECT u.id, $2, 'messages', sha256(convert_to(u."externalId", 'UTF8')) FROM users u WHERE u.id = $1
    ON CONFLICT ("userId") WHERE "doneAt" IS NULL DO UPDATE SET
      messages = CASE WHEN 'erase' IN (e.messages, EXCLUDED.messages) THEN 'erase' ELSE 'keep' END,
      step = CASE WHEN e.messages = EXCLUDED.messages OR e.messages = 'erase' THEN e.step ELSE 'messages' END,
      cursor = CASE WHEN e.messages = EXCLUDED.messages OR e.messages = 'erase' THEN e.cursor END,
      -- The node that works on it begins anew.
      "leasedBy" = CASE WHEN e.messages = EXCLUDED.messages OR e.messages = 'erase' THEN e."leasedBy" END,
      "subjectHash" = COALESCE(EXCLUDED."subjectHash", e."subjectHash")
    RETURNING ${COLUMNS}`,
  values: ({ userId, messages }: { userId: number; messages: 'erase' | 'keep' }) => [userId, messages],
  row: erasureRow,
});

/**
 * `$1` a user who is locked: what is theirs alone goes: what they show of themselves, how they log in, and what was noted of
 * their logins. All that is bounded for each user. Returns whether they are deactivated, which others go on to see.
 */
export const emptyProfile = statement.one({
  name: 'erasure.emptyProfile',
  text: `
    WITH credentials AS (DELETE FROM credentials WHERE "userId" = $1),
    sessions AS (DELETE FROM sessions WHERE "userId" = $1),
    ended AS (DELETE FROM ended_sessions WHERE "userId" = $1),
    logins AS (DELETE FROM logins WHERE "userId" = $1),
    places AS (DELETE FROM login_places WHERE "userId" = $1),
    words AS (DELETE FROM user_name_words WHERE "userId" = $1)
    UPDATE users SET "externalId" = NULL, name = NULL, "avatarUrl" = NULL, metadata = '{}', invisible = false,
      "lastSeenAt" = NULL, "wordsOf" = NULL, "groupAdds" = NULL, "creationKey" = NULL, "erasedAt" = clock_timestamp(),
      "createdAt" = clock_timestamp(), "updatedAt" = clock_timestamp()
    WHERE id = $1 RETURNING deactivated`,
  values: (userId: number) => [userId],
  row: ([deactivated]: [boolean]) => deactivated,
});

/** `$1` user: counts 1 when they exist, and locks them. */
export const lockUser = statement.count({
  name: 'erasure.lockUser',
  text: `SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE`,
  values: (userId: number) => [userId],
});

/** `$1` node, `$2` milliseconds: the oldest erasure that no node works on; this node does, for that long. */
export const leaseErasure = statement.oneOrNone({
  name: 'erasure.lease',
  text: `
    UPDATE erasures e SET "leasedBy" = $1::uuid, "leasedUntil" = clock_timestamp() + $2 * interval '1 millisecond'
    WHERE e.id = (
      SELECT id FROM erasures
      WHERE "doneAt" IS NULL AND ("leasedBy" IS NULL OR "leasedUntil" < clock_timestamp())
      ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING e.id, e."userId", e.messages, e.step, e.cursor,
      (extract(epoch FROM clock_timestamp() - e."requestedAt") * 1000)::bigint`,
  values: ({ node, ms }: { node: string; ms: number }) => [node, ms],
  row: ([id, userId, messages, step, cursor, ageMs]: [
    number,
    number,
    'erase' | 'keep',
    Step,
    string | null,
    number,
  ]): Leased => ({
    id,
    userId,
    messages,
    step,
    cursor,
    ageMs,
  }),
});

/**
 * `$1` erasure, `$2` node, `$3` milliseconds, `$4` step, `$5` cursor or null, `$6` whether all is done: how far it is.
 * Counts no row when the lease is lost: then somebody else goes on.
 */
export const saveProgress = statement.count({
  name: 'erasure.saveProgress',
  text: `
    UPDATE erasures SET step = $4, cursor = $5, "leasedUntil" = clock_timestamp() + $3 * interval '1 millisecond',
      "doneAt" = CASE WHEN $6::boolean THEN clock_timestamp() END,
      "leasedBy" = CASE WHEN $6::boolean THEN NULL ELSE "leasedBy" END
    WHERE id = $1 AND "leasedBy" = $2::uuid AND "doneAt" IS NULL`,
  values: (progress: {
    id: number;
    node: string;
    ms: number;
    step: Step;
    cursor: string | null;
    done: boolean;
  }) => [progress.id, progress.node, progress.ms, progress.step, progress.cursor, progress.done],
});

/** `$1` erasure, `$2` node: lets others work on it, a second later. */
export const releaseErasure = statement.count({
  name: 'erasure.release',
  text: `
    UPDATE erasures SET "leasedUntil" = clock_timestamp() + interval '1 second'
    WHERE id = $1 AND "leasedBy" = $2::uuid`,
  values: ({ id, node }: { id: number; node: string }) => [id, node],
});

/** `$1` erasure, `$2` what was counted, `$3` how many more. In the transaction of what was done, so that it is exact. */
export const addCount = statement.count({
  name: 'erasure.addCount',
  text: `
    UPDATE erasures SET counts = jsonb_set(counts, ARRAY[$2], to_jsonb(COALESCE((counts ->> $2)::bigint, 0) + $3::bigint))
    WHERE id = $1`,
  values: ({ id, of, more }: { id: number; of: keyof ErasedCounts; more: number }) => [id, of, more],
});

/**
 * `$1` erasure, `$2` the cursor of a page of messages that are kept, or null, `$3` the key of its last one, `$4` how many they
 * are: counts them, and goes on after them. A page that was counted before, by whoever did it at the same time or was ended
 * right after, is not counted again.
 */
export const countKept = statement.count({
  name: 'erasure.countKept',
  text: `
    UPDATE erasures SET cursor = $3,
      counts = jsonb_set(counts, '{kept}', to_jsonb(COALESCE((counts ->> 'kept')::bigint, 0) + $4::bigint))
    WHERE id = $1 AND step = 'messages' AND messages = 'keep' AND cursor IS NOT DISTINCT FROM $2::text`,
  values: ({ id, cursor, last, more }: { id: number; cursor: string | null; last: string; more: number }) => [
    id,
    cursor,
    last,
    more,
  ],
});

/**
 * `$1` days, `$2` limit: forgets the subjects of erasures, and in which chats erased users were, that long after. No token
 * from before is accepted by then, and no client has gone that long without asking.
 */
export const forgetOldErasures = statement.count({
  name: 'erasure.forgetOld',
  text: `
    WITH subjects AS (
      UPDATE erasures SET "subjectHash" = NULL WHERE id IN (
        SELECT id FROM erasures
        WHERE "subjectHash" IS NOT NULL AND "doneAt" < clock_timestamp() - make_interval(days => $1) LIMIT $2
      )
    )
    DELETE FROM erased_members WHERE ("chatId", "userId") IN (
      SELECT "chatId", "userId" FROM erased_members WHERE at < clock_timestamp() - make_interval(days => $1)
      ORDER BY at LIMIT $2
    )`,
  values: ({ days, most }: { days: number; most: number }) => [days, most],
});
