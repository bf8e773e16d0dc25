import type { Runner } from '../database/statement.js';
import { DEFAULTS, preferencesOf } from '../notifications/preferences.queries.js';
import { quietHoursOf } from '../notifications/preferences.view.js';
import { quietUntil } from '../notifications/quiet-hours.js';

/** What somebody wants of pushes. */
export type Wants = Pick<typeof DEFAULTS, 'preview' | 'whenActive'>;

interface Asked {
  /** Those who want any now. */
  wants: Map<number, Wants>;
  /** Those who have quiet hours now, until when. */
  quiet: Map<number, Date>;
}

/** What these people want at this moment. */
export async function wantsOf(database: Runner, userIds: Iterable<number>): Promise<Asked> {
  const asked: Asked = { wants: new Map(), quiet: new Map() };
  const people = [...new Set(userIds)];
  if (people.length === 0) return asked;
  const known = new Map((await preferencesOf(database, people)).map((row) => [row.userId, row]));
  const now = new Date();
  for (const userId of people) {
    const wants = known.get(userId) ?? DEFAULTS;
    const hours = quietHoursOf(wants);
    const until = hours && quietUntil(hours, now);
    if (until) asked.quiet.set(userId, until);
    else asked.wants.set(userId, wants);
  }
  return asked;
}
