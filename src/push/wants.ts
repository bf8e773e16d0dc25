import type { Runner } from '../database/statement.js';
import { DEFAULTS, preferencesOf } from '../notifications/preferences.queries.js';
import { quietHoursOf } from '../notifications/preferences.view.js';
import { quietUntil } from '../notifications/quiet-hours.js';

/** What somebody wants of pushes. */
export type Wants = Pick<typeof DEFAULTS, 'preview' | 'whenActive'>;

/** What these people want; without those who have quiet hours now. */
export async function wantsOf(database: Runner, userIds: Iterable<number>): Promise<Map<number, Wants>> {
  const people = [...new Set(userIds)];
  if (people.length === 0) return new Map();
  const known = new Map((await preferencesOf(database, people)).map((row) => [row.userId, row]));
  const now = new Date();
  return new Map(
    people.flatMap((userId) => {
      const wants = known.get(userId) ?? DEFAULTS;
      const quiet = quietHoursOf(wants);
      return quiet && quietUntil(quiet, now) ? [] : [[userId, wants] as const];
    }),
  );
}
