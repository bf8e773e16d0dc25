const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const toTheSecond = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const momentOf = (at: string): string => moment.format(new Date(at));
export const secondOf = (at: string): string => toTheSecond.format(new Date(at));
export const exactOf = (at: string): string => exact.format(new Date(at));
export const clockOf = (at: number): string => clock.format(at);

/** "3 minutes ago", "in 2 days"; what is a month away by its date. */
export function agoOf(at: string, now = Date.now()): string {
  const ms = Date.parse(at) - now;
  const away = Math.abs(ms);
  if (away < MINUTE_MS) return ms > 0 ? 'in a moment' : 'just now';
  if (away < HOUR_MS) return relative.format(Math.trunc(ms / MINUTE_MS), 'minute');
  if (away < DAY_MS) return relative.format(Math.trunc(ms / HOUR_MS), 'hour');
  if (away < 30 * DAY_MS) return relative.format(Math.trunc(ms / DAY_MS), 'day');
  return momentOf(at);
}

/** "2 days 4 h", "3 h 12 min", "45 s". */
export function lengthOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return `${days} ${days === 1 ? 'day' : 'days'} ${hours % 24} h`;
}
