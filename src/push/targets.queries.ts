import type { PushKind, PushTargetView } from '../contract/index.js';
import { statement } from '../database/statement.js';

/** A device, as pushes are sent to it. */
export interface Target {
  id: number;
  kind: PushKind;
  token: string;
  keys: { p256dh: string; auth: string } | null;
}

export type TargetCells = [id: number, kind: PushKind, token: string, keys: Target['keys']];

/** The columns of a {@link Target} of the table alias `t`. */
export const TARGET = `t.id, t.kind, t.token, t.keys`;

export const targetRow = ([id, kind, token, keys]: TargetCells): Target => ({ id, kind, token, keys });

interface NewTarget {
  userId: number;
  kind: PushKind;
  token: string;
  keys: Target['keys'];
  deviceId: string | null;
  sessionId: string | null;
  most: number;
}

/** `$1` user: until the transaction ends, no other one adds a target of theirs. */
export const lockTargets = statement.count({
  name: 'push.lockTargets',
  text: `SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE`,
  values: (userId: number) => [userId],
});

/**
 * `$1` user, `$2` kind, `$3` token, `$4` keys, `$5` device or null, `$6` session or null, `$7` most targets of a user: the
 * device is this user's from now on. Their older token of the same device, and what is over the limit, is removed. No row when
 * the session has ended; one that ends at this moment ends the target as well. After `lockTargets`, as a statement of its own:
 * two at once would not see each other's.
 */
export const addTarget = statement.oneOrNone({
  name: 'push.addTarget',
  text: `
    WITH session AS MATERIALIZED (
      SELECT id FROM sessions WHERE id = $6::uuid AND "userId" = $1 FOR KEY SHARE
    ), added AS (
      INSERT INTO push_targets AS t ("userId", kind, token, keys, "deviceId", "sessionId")
      SELECT $1, $2, $3, $4::jsonb, $5::text, (SELECT id FROM session)
      WHERE $6::uuid IS NULL OR EXISTS (SELECT 1 FROM session)
      ON CONFLICT (kind, md5(token)) DO UPDATE SET "userId" = EXCLUDED."userId", keys = EXCLUDED.keys,
        "deviceId" = EXCLUDED."deviceId", "sessionId" = EXCLUDED."sessionId", "createdAt" = clock_timestamp()
      RETURNING id, "userId", kind, "deviceId", "createdAt"
    ), gone AS (
      DELETE FROM push_targets WHERE id IN (
        SELECT o.id FROM push_targets o, added a
        WHERE o."userId" = $1 AND o.id <> a.id AND o.kind = $2 AND o."deviceId" = $5::text
        UNION ALL (
          SELECT o.id FROM push_targets o, added a WHERE o."userId" = $1 AND o.id <> a.id
          ORDER BY o."createdAt" DESC, o.id DESC OFFSET $7::int - 1
        )
      )
    )
    SELECT "userId", kind, "deviceId", "createdAt" FROM added`,
  values: ({ userId, kind, token, keys, deviceId, sessionId, most }: NewTarget) => [
    userId,
    kind,
    token,
    keys && JSON.stringify(keys),
    deviceId,
    sessionId,
    most,
  ],
  row: ([userId, kind, deviceId, createdAt]: [number, PushKind, string | null, string]): PushTargetView => ({
    userId,
    kind,
    deviceId,
    createdAt,
  }),
});

/** `$1` user, `$2` token. */
export const removeTarget = statement.count({
  name: 'push.removeTarget',
  text: `DELETE FROM push_targets WHERE "userId" = $1 AND md5(token) = md5($2) AND token = $2`,
  values: ({ userId, token }: { userId: number; token: string }) => [userId, token],
});

/** `$1` target, `$2` token: its push service says that it is gone. It may have a new token by now. */
export const dropTarget = statement.count({
  name: 'push.dropTarget',
  text: `DELETE FROM push_targets WHERE id = $1 AND token = $2`,
  values: ({ id, token }: Target) => [id, token],
});
