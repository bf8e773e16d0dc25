import { parseInput } from '../contract/index.js';
import { type QuietHours, quietUntil } from './quiet-hours.js';

const minutes = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
const hours = (from: string, to: string, timeZone: string | null, days = 127): QuietHours => ({
  from: minutes(from),
  to: minutes(to),
  days,
  timeZone,
});
const until = (quiet: QuietHours, now: string) => quietUntil(quiet, new Date(now))?.toISOString() ?? null;

const [MONDAY, FRIDAY, SATURDAY, SUNDAY] = [1, 16, 32, 64];

describe('Quiet hours', () => {
  it('are by the clock of the zone, from their first minute and without their last', () => {
    const quiet = hours('22:00', '23:30', 'Europe/Berlin');
    expect(until(quiet, '2026-07-01T19:59:59.999Z')).toBeNull();
    expect(until(quiet, '2026-07-01T20:00:00Z')).toBe('2026-07-01T21:30:00.000Z');
    expect(until(quiet, '2026-07-01T21:29:59.999Z')).toBe('2026-07-01T21:30:00.000Z');
    expect(until(quiet, '2026-07-01T21:30:00Z')).toBeNull();
    expect(until(quiet, '2026-01-01T20:30:00Z')).toBeNull();
    expect(until(quiet, '2026-01-01T21:00:00Z')).toBe('2026-01-01T22:30:00.000Z');
  });

  it('go on past midnight', () => {
    const quiet = hours('22:00', '07:00', 'Europe/Berlin');
    expect(until(quiet, '2026-07-01T21:00:00Z')).toBe('2026-07-02T05:00:00.000Z');
    expect(until(quiet, '2026-07-01T22:30:00Z')).toBe('2026-07-02T05:00:00.000Z');
    expect(until(quiet, '2026-07-02T05:00:00Z')).toBeNull();
  });

  it('belong to the day on which they begin, in the zone', () => {
    const fridays = hours('22:00', '07:00', 'America/Los_Angeles', FRIDAY);
    // Friday evening there is Saturday in UTC; Saturday morning is the end of Friday's.
    expect(until(fridays, '2026-07-04T06:00:00Z')).toBe('2026-07-04T14:00:00.000Z');
    expect(until(fridays, '2026-07-04T13:59:00Z')).toBe('2026-07-04T14:00:00.000Z');
    expect(until(fridays, '2026-07-05T06:00:00Z')).toBeNull();
    expect(until(fridays, '2026-07-03T06:00:00Z')).toBeNull();
  });

  it('last a whole day from a time to the same', () => {
    const weekend = hours('00:00', '00:00', 'Europe/Berlin', SATURDAY + SUNDAY);
    expect(until(weekend, '2026-07-03T21:59:59Z')).toBeNull();
    expect(until(weekend, '2026-07-03T22:00:00Z')).toBe('2026-07-04T22:00:00.000Z');
    expect(until(weekend, '2026-07-05T12:00:00Z')).toBe('2026-07-05T22:00:00.000Z');
    expect(until(weekend, '2026-07-05T22:00:00Z')).toBeNull();
    const all = hours('08:00', '08:00', null);
    expect(until(all, '2026-07-05T07:59:00Z')).toBe('2026-07-05T08:00:00.000Z');
    expect(until(all, '2026-07-05T08:00:00Z')).toBe('2026-07-06T08:00:00.000Z');
  });

  it.each([
    ['Pacific/Kiritimati', '2026-07-01T08:00:00Z', '2026-07-01T17:00:00.000Z'],
    ['Asia/Kathmandu', '2026-07-01T16:15:00Z', '2026-07-02T01:15:00.000Z'],
    ['Pacific/Pago_Pago', '2026-07-02T09:00:00Z', '2026-07-02T18:00:00.000Z'],
    ['America/St_Johns', '2026-07-02T00:30:00Z', '2026-07-02T09:30:00.000Z'],
    [null, '2026-07-01T22:00:00Z', '2026-07-02T07:00:00.000Z'],
  ])('begin at ten in the evening in %s', (timeZone, begin, end) => {
    const quiet = hours('22:00', '07:00', timeZone);
    expect(until(quiet, new Date(Date.parse(begin) - 1).toISOString())).toBeNull();
    expect(until(quiet, begin)).toBe(end);
  });

  it('are an hour shorter in the night in which daylight saving begins', () => {
    const quiet = hours('22:00', '07:00', 'Europe/Berlin');
    expect(until(quiet, '2026-03-28T21:00:00Z')).toBe('2026-03-29T05:00:00.000Z');
    expect(until(quiet, '2026-03-29T04:59:00Z')).toBe('2026-03-29T05:00:00.000Z');
  });

  it('end at the jump of the clock when it skips their end, and begin there when it skips their beginning', () => {
    // At 02:00 it becomes 03:00, which is 01:00 in UTC.
    expect(until(hours('22:00', '02:30', 'Europe/Berlin'), '2026-03-29T00:59:59Z')).toBe(
      '2026-03-29T01:00:00.000Z',
    );
    expect(until(hours('22:00', '02:30', 'Europe/Berlin'), '2026-03-29T01:00:00Z')).toBeNull();
    expect(until(hours('02:30', '04:00', 'Europe/Berlin'), '2026-03-29T00:59:59Z')).toBeNull();
    expect(until(hours('02:30', '04:00', 'Europe/Berlin'), '2026-03-29T01:00:00Z')).toBe(
      '2026-03-29T02:00:00.000Z',
    );
    // And nothing is left of those that are skipped whole.
    expect(until(hours('02:10', '02:50', 'Europe/Berlin'), '2026-03-29T01:00:00Z')).toBeNull();
  });

  it('are an hour longer in the night in which daylight saving ends', () => {
    const quiet = hours('22:00', '07:00', 'America/New_York');
    // Saturday evening is at -4, Sunday morning at -5.
    expect(until(quiet, '2026-11-01T02:00:00Z')).toBe('2026-11-01T12:00:00.000Z');
    expect(until(quiet, '2026-11-01T11:59:00Z')).toBe('2026-11-01T12:00:00.000Z');
  });

  it.each([
    // To the east and to the west of UTC, on both halves of the globe, and where the clock moves by half an hour only.
    ['America/New_York', '2026-03-08T03:00:00Z', '2026-03-08T11:00:00.000Z'],
    ['America/St_Johns', '2026-11-01T00:30:00Z', '2026-11-01T10:30:00.000Z'],
    ['Australia/Sydney', '2026-04-04T11:00:00Z', '2026-04-04T21:00:00.000Z'],
    ['Australia/Sydney', '2026-10-03T12:00:00Z', '2026-10-03T20:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-04-04T11:00:00Z', '2026-04-04T20:30:00.000Z'],
    ['Pacific/Auckland', '2026-09-26T10:00:00Z', '2026-09-26T18:00:00.000Z'],
  ])('begin and end by the clock of %s in a night in which it is changed', (timeZone, begin, end) => {
    const quiet = hours('22:00', '07:00', timeZone);
    expect(until(quiet, new Date(Date.parse(begin) - 1).toISOString())).toBeNull();
    expect(until(quiet, begin)).toBe(end);
    expect(until(quiet, new Date(Date.parse(end) - 1).toISOString())).toBe(end);
    expect(until(quiet, end)).toBeNull();
  });

  it('end the first time that an hour which comes twice shows their end, and begin once', () => {
    // At 03:00 it becomes 02:00: 02:30 is at 00:30 and at 01:30 in UTC.
    const ending = hours('22:00', '02:30', 'Europe/Berlin');
    expect(until(ending, '2026-10-25T00:29:59Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(until(ending, '2026-10-25T01:15:00Z')).toBeNull();
    const beginning = hours('02:30', '04:00', 'Europe/Berlin');
    expect(until(beginning, '2026-10-25T00:29:00Z')).toBeNull();
    expect(until(beginning, '2026-10-25T00:30:00Z')).toBe('2026-10-25T03:00:00.000Z');
    expect(until(beginning, '2026-10-25T01:10:00Z')).toBe('2026-10-25T03:00:00.000Z');
  });

  it('are in UTC for a zone that this program does not know', () => {
    expect(until(hours('22:00', '07:00', 'Mars/Olympus', MONDAY), '2026-06-29T22:00:00Z')).toBe(
      '2026-06-30T07:00:00.000Z',
    );
  });

  it('are refused with an unknown zone, a time that is none, and no day', () => {
    const refused = (input: object) => {
      expect(() => parseInput('updatePreferences', input)).toThrow();
    };
    refused({ timeZone: 'Mars/Olympus' });
    refused({ timeZone: '' });
    refused({ quiet: { from: '24:00', to: '07:00' } });
    refused({ quiet: { from: '22:00', to: '7:00' } });
    refused({ quiet: { from: '22:00' } });
    refused({ quiet: { from: '22:00', to: '07:00', days: [] } });
    refused({ quiet: { from: '22:00', to: '07:00', days: ['mon', 'mon'] } });
    expect(parseInput('updatePreferences', { quiet: null, timeZone: 'Asia/Kolkata' })).toEqual({
      quiet: null,
      timeZone: 'Asia/Kolkata',
    });
    expect(parseInput('updatePreferences', { quiet: { from: '22:00', to: '07:00' } })).toMatchObject({
      quiet: { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] },
    });
  });
});
