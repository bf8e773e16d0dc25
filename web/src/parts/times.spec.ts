import { briefTime, dayName } from './times';

describe('Times', () => {
  const now = new Date(2026, 10, 20, 0, 1).getTime();
  const at = (...[year, month, day, hour = 12]: number[]) => new Date(year!, month!, day, hour).toISOString();

  it.each([
    ['Today', at(2026, 10, 20, 0)],
    // A clock that is ahead.
    ['Today', at(2026, 10, 21)],
    ['Yesterday', new Date(2026, 10, 19, 23, 59).toISOString()],
    [
      new Intl.DateTimeFormat(undefined, { weekday: 'long' }).format(new Date(2026, 10, 14)),
      at(2026, 10, 14),
    ],
  ])('names days by the calendar of the person: %s', (name, time) => {
    expect(dayName(time, now)).toBe(name);
  });

  it('says the date, with its year, of what is a week old', () => {
    expect(dayName(at(2026, 10, 13), now)).toMatch(/2026/);
    expect(dayName(at(2025, 10, 20), now)).toMatch(/2025/);
  });

  it('says of today the time in the list, then the day, then the date', () => {
    expect(briefTime(new Date(2026, 10, 20, 0, 0).toISOString(), now)).toMatch(/\d:?\d/);
    expect(briefTime(at(2026, 10, 19, 23), now)).toBe('Yesterday');
    expect(briefTime(at(2026, 10, 15), now)).toMatch(/^\p{L}+\.?$/u);
    expect(briefTime(at(2026, 8, 1), now)).toMatch(/1/);
  });
});
