import { bigints } from '../database/binary-array.js';
import {
  preferenceColumns,
  preferenceRow,
  type PreferenceRow,
} from '../database/models/notification-preference.model.js';
import { statement } from '../database/statement.js';

/** What somebody without a row wants. */
export const DEFAULTS: PreferenceRow = Object.freeze({
  direct: 'all',
  groups: 'all',
  preview: true,
  whenActive: 'unread',
  quietFrom: null,
  quietTo: null,
  quietDays: 127,
  timeZone: null,
});

/** `$1` users: the preferences of those who have set any. */
export const preferencesOf = statement.many({
  name: 'notifications.preferencesOf',
  text: `
    SELECT i.id, ${preferenceColumns.of('p')} FROM unnest($1::bigint[]) AS i(id)
    CROSS JOIN LATERAL (SELECT * FROM notification_preferences WHERE "userId" = i.id LIMIT 1) p`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
  row: ([userId, ...cells]: [number, ...Parameters<typeof preferenceRow>[0]]) => ({
    userId,
    ...preferenceRow(cells),
  }),
});

/** What of somebody's preferences is to change; `quiet` and `timeZone` also to null. */
interface Change {
  userId: number;
  direct?: PreferenceRow['direct'] | undefined;
  groups?: PreferenceRow['groups'] | undefined;
  preview?: boolean | undefined;
  whenActive?: PreferenceRow['whenActive'] | undefined;
  quiet?: { from: number; to: number; days: number } | null | undefined;
  timeZone?: string | null | undefined;
}

/**
 * `$1` user, `$2` direct, `$3` groups, `$4` preview, `$5` whenActive, each null to stay, `$6` whether to set quiet hours, `$7`
 * from, `$8` to, `$9` days or null, `$10` whether to set the zone, `$11` zone: the preferences after the change.
 */
export const setPreferences = statement.one({
  name: 'notifications.setPreferences',
  text: `
    INSERT INTO notification_preferences AS p ("userId", direct, groups, preview, "whenActive", "quietFrom", "quietTo",
      "quietDays", "timeZone")
    VALUES ($1, COALESCE($2::text, 'all'), COALESCE($3::text, 'all'), COALESCE($4::boolean, true),
      COALESCE($5::text, 'unread'), $7::smallint, $8::smallint, COALESCE($9::smallint, 127), $11::text)
    ON CONFLICT ("userId") DO UPDATE SET
      direct = COALESCE($2::text, p.direct), groups = COALESCE($3::text, p.groups),
      preview = COALESCE($4::boolean, p.preview), "whenActive" = COALESCE($5::text, p."whenActive"),
      "quietFrom" = CASE WHEN $6::boolean THEN $7::smallint ELSE p."quietFrom" END,
      "quietTo" = CASE WHEN $6::boolean THEN $8::smallint ELSE p."quietTo" END,
      "quietDays" = CASE WHEN $6::boolean THEN COALESCE($9::smallint, 127) ELSE p."quietDays" END,
      "timeZone" = CASE WHEN $10::boolean THEN $11::text ELSE p."timeZone" END
    RETURNING ${preferenceColumns.of('p')}`,
  values: ({ userId, direct, groups, preview, whenActive, quiet, timeZone }: Change) => [
    userId,
    direct ?? null,
    groups ?? null,
    preview ?? null,
    whenActive ?? null,
    quiet !== undefined,
    quiet?.from ?? null,
    quiet?.to ?? null,
    quiet?.days ?? null,
    timeZone !== undefined,
    timeZone ?? null,
  ],
  row: preferenceRow,
});
