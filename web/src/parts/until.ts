import { daysBetween, timeOf } from './times';

const dateTime = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
});
const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** So many days ahead the hour matters. */
const WITH_HOUR_DAYS = 180;

/** A time to come, or one that is past: of today the clock, near it day and clock, else the date. */
export function momentOf(at: string): string {
  const time = Date.parse(at);
  const days = Math.abs(daysBetween(Date.now(), time));
  if (days === 0) return timeOf(at);
  return (days < WITH_HOUR_DAYS ? dateTime : date).format(time);
}

/** To the second. */
export const exactOf = (at: string): string => exact.format(new Date(at));
