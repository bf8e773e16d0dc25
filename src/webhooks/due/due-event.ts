import type { NotificationDueView } from '../../contract/index.js';
import type { Runner } from '../../database/statement.js';
import { DEFAULTS, preferencesOf } from '../../notifications/preferences.queries.js';
import { quietHoursOf } from '../../notifications/preferences.view.js';
import { quietUntil } from '../../notifications/quiet-hours.js';
import { stillDue } from './due.queries.js';

/**
 * Those whom `notification.due` is about, as they are now: without who has read the message meanwhile, or is not to hear of it
 * any more.
 */
export async function dueUsers(
  runner: Runner,
  messageId: number,
  userIds: readonly number[],
): Promise<NotificationDueView['users']> {
  const people = await stillDue(runner, { messageId, userIds });
  if (people.length === 0) return [];
  const rows = await preferencesOf(
    runner,
    people.map(({ userId }) => userId),
  );
  const known = new Map(rows.map((row) => [row.userId, row]));
  const now = new Date();
  return people.map((person) => {
    const quiet = quietHoursOf(known.get(person.userId) ?? DEFAULTS);
    const until = quiet && quietUntil(quiet, now);
    return { ...person, quietUntil: until?.toISOString() ?? null };
  });
}
