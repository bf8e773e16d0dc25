import { EventLoopWatch } from './event-loop-watch.js';

describe('The delay of the event loop', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const figures = { p50Ms: expect.any(Number), p99Ms: expect.any(Number) };

  it('is that of the last window, for as long as somebody asks', () => {
    const watch = new EventLoopWatch();
    expect(jest.getTimerCount()).toBe(0);
    expect(watch.read()).toBeNull();
    jest.advanceTimersByTime(5_000);
    expect(watch.read()).toEqual(figures);
    jest.advanceTimersByTime(60_000);
    expect(watch.read()).toEqual(figures);

    jest.advanceTimersByTime(70_000);
    expect(jest.getTimerCount()).toBe(0);
    expect(watch.read()).toBeNull();
    watch.onApplicationShutdown();
    expect(jest.getTimerCount()).toBe(0);
  });
});
