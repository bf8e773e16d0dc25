import { Logger } from '@nestjs/common';
import { RepeatedChunks } from './repeated-chunks.js';

describe('RepeatedChunks', () => {
  let chunks: RepeatedChunks;
  let answers: (number | Error)[];
  let looks: number;
  beforeEach(() => {
    jest.useFakeTimers();
    [answers, looks] = [[], 0];
    chunks = new RepeatedChunks({
      what: 'old things',
      everyMs: 600_000,
      firstAfterMs: 1_000,
      chunk: 2,
      remove: () => {
        looks++;
        const answer = answers.shift() ?? 0;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    });
    chunks.start();
  });
  afterEach(async () => {
    await chunks.stop();
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('removes until a chunk is not full, and looks again after its time', async () => {
    answers = [2, 2, 1];
    await jest.advanceTimersByTimeAsync(1_000);
    expect(looks).toBe(3);
    await jest.advanceTimersByTimeAsync(599_999);
    expect(looks).toBe(3);
    await jest.advanceTimersByTimeAsync(1);
    expect(looks).toBe(4);
  });

  it('looks again soon after a failure, and says it once', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    answers = [2, new Error('away'), new Error('still away'), 0];
    await jest.advanceTimersByTimeAsync(1_000);
    await jest.advanceTimersByTimeAsync(5_000);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(looks).toBe(4);
    expect(warn).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(599_999);
    expect(looks).toBe(4);
  });

  it('looks soon when it is told that something is left', async () => {
    await jest.advanceTimersByTimeAsync(1_000);
    chunks.soon();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(looks).toBe(2);
  });

  it('does not look any more once it is stopped', async () => {
    await chunks.stop();
    chunks.soon();
    await jest.advanceTimersByTimeAsync(1_200_000);
    expect(looks).toBe(0);
  });
});
