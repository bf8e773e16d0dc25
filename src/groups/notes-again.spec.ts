import { changesOf } from './notes-again.js';

describe('What of a group was changed', () => {
  it.each([
    [0, 'turned slow mode off'],
    [1, 'set slow mode to 1 second'],
    [30, 'set slow mode to 30 seconds'],
    [60, 'set slow mode to 1 minute'],
    [90, 'set slow mode to 90 seconds'],
    [300, 'set slow mode to 5 minutes'],
    [21_600, 'set slow mode to 6 hours'],
  ])('says of a slow mode of %i seconds: %s', (slowModeSeconds, text) => {
    expect(changesOf({ slowModeSeconds })).toBe(text);
  });
});
