/** Hours in which nothing is pushed, each day that they begin on, by the wall clock of a zone. */
export interface QuietHours {
  /** Minutes of the day, 0 to 1439. Up to `from`, `to` is a time of the next day; the same as `from`: a whole day. */
  from: number;
  to: number;
  /** The days on which they begin, a bit for each: 1 is Monday, 64 Sunday. */
  days: number;
  /** As `Europe/Berlin`; null, or one that this program does not know any more: UTC. */
  timeZone: string | null;
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Formatters by zone: one costs as much as a hundred uses of it. */
const formats = new Map<string, Intl.DateTimeFormat>();
const MOST_FORMATS = 1_000;

/**
 * When quiet hours that are under way end; null: there are none now.
 *
 * They begin when the clock first shows `from`, and end when it first shows `to` after that. Where a clock skips one of
 * them, because daylight saving begins, it is the moment of the jump; an hour that comes twice does not begin them twice.
 */
export function quietUntil(hours: QuietHours, now: Date): Date | null {
  const at = now.getTime();
  const today = Math.floor(wallClock(hours.timeZone, at) / DAY) * DAY;
  // Those that began yesterday and are not over come first; if both are under way, the later end counts.
  const ends = [today - DAY, today].map((day) => endOf(hours, day, at)).filter((end) => end !== null);
  return ends.length === 0 ? null : new Date(Math.max(...ends));
}

/** When those that begin on a day end, if they are under way. */
function endOf({ from, to, days, timeZone }: QuietHours, day: number, at: number): number | null {
  const weekday = (new Date(day).getUTCDay() + 6) % 7;
  if ((days & (1 << weekday)) === 0) return null;
  const begin = momentOf(timeZone, day + from * MINUTE);
  const end = momentOf(timeZone, day + (to <= from ? DAY : 0) + to * MINUTE);
  return begin <= at && at < end ? end : null;
}

/** The moment at which a clock first shows that time, or has just jumped over it. Times are as `wallClock` has them. */
function momentOf(timeZone: string | null, shown: number): number {
  const before = offsetAt(timeZone, shown - DAY);
  const after = offsetAt(timeZone, shown + DAY);
  const candidates = [shown - before, shown - after].sort((one, other) => one - other);
  const found = candidates.find((moment) => wallClock(timeZone, moment) === shown);
  return found ?? jumpBetween(timeZone, candidates[0]!, candidates[1]!);
}

/** The moment at which the offset of the zone changes, of which it is known that it is between two. */
function jumpBetween(timeZone: string | null, from: number, to: number): number {
  const before = offsetAt(timeZone, from);
  let [low, high] = [from, to];
  while (high - low > 1_000) {
    const middle = Math.floor((low + high) / 2_000) * 1_000;
    if (offsetAt(timeZone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

function offsetAt(timeZone: string | null, at: number): number {
  const second = Math.floor(at / 1_000) * 1_000;
  return wallClock(timeZone, second) - second;
}

/** What a clock in the zone shows at a moment, to the second, as the milliseconds at which a clock in UTC shows the same. */
function wallClock(timeZone: string | null, at: number): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function formatOf(timeZone: string | null): Intl.DateTimeFormat {
  const name = timeZone ?? 'UTC';
  const known = formats.get(name);
  if (known) return known;
  if (formats.size >= MOST_FORMATS) formats.clear();
  const format = formatFor(name) ?? formatFor('UTC')!;
  formats.set(name, format);
  return format;
}

function formatFor(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
}
