import { en } from '../text/en';

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const shortWeekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const shortDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

const DAY_MS = 86_400_000;

/** A day of the person's zone. */
export const dayOf = (at: string | number): string => new Date(at).toDateString();

/** Whole days from one to the other, by the calendar. */
export function daysBetween(at: number, now: number): number {
  const start = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((start(now) - start(at)) / DAY_MS);
}

export const timeOf = (at: string): string => clock.format(new Date(at));
export const fullTimeOf = (at: string): string => full.format(new Date(at));

/** The heading above a day's messages. */
export function dayName(at: string, now: number): string {
  const time = Date.parse(at);
  const days = daysBetween(time, now);
  if (days <= 0) return en.chat.today;
  if (days === 1) return en.chat.yesterday;
  return days < 7 ? weekday.format(time) : date.format(time);
}

/** A time in the list: of today the clock, of this week the day, else the date. */
export function briefTime(at: string, now: number): string {
  const time = Date.parse(at);
  const days = daysBetween(time, now);
  if (days <= 0) return clock.format(time);
  if (days === 1) return en.chat.yesterday;
  return days < 7 ? shortWeekday.format(time) : shortDate.format(time);
}
