import { type PreferencesView, quietDay } from '../contract/index.js';
import type { PreferenceRow } from '../database/models/notification-preference.model.js';
import type { QuietHours } from './quiet-hours.js';

const DAYS = quietDay.options;

const clockOf = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const minutesOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** Quiet hours as they are stored. */
export const toStored = ({ from, to, days }: NonNullable<PreferencesView['quiet']>) => ({
  from: minutesOf(from),
  to: minutesOf(to),
  days: days.reduce((bits, day) => bits | (1 << DAYS.indexOf(day)), 0),
});

/** The quiet hours of somebody; null: they have none. */
export function quietHoursOf({ quietFrom, quietTo, quietDays, timeZone }: PreferenceRow): QuietHours | null {
  if (quietFrom === null || quietTo === null) return null;
  return { from: quietFrom, to: quietTo, days: quietDays, timeZone };
}

export function toPreferencesView(userId: number, row: PreferenceRow): PreferencesView {
  const { direct, groups, preview, whenActive, timeZone } = row;
  const hours = quietHoursOf(row);
  const quiet = hours && {
    from: clockOf(hours.from),
    to: clockOf(hours.to),
    days: DAYS.filter((_, nr) => (hours.days & (1 << nr)) !== 0),
  };
  return { userId, direct, groups, preview, whenActive, quiet, timeZone };
}
