/** The promised time for every answer, in milliseconds. */
const ANSWERED_WITHIN_MS = 5_000;

/** Awaits an answer. Fails when it took longer than the protocol promises. */
export async function inTime<T>(asking: PromiseLike<T>): Promise<T> {
  const asked = performance.now();
  const answer = await asking;
  expect(performance.now() - asked).toBeLessThan(ANSWERED_WITHIN_MS);
  return answer;
}

/** To show that nothing comes: waits as long as it could take. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Counts from now on for how long this machine stood still, in milliseconds; `end` says it. */
export function standstills(): { end(): number } {
  const EVERY_MS = 50;
  let stood = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    stood += Math.max(0, now - last - 4 * EVERY_MS);
    last = now;
  }, EVERY_MS);
  return {
    end() {
      clearInterval(timer);
      return stood;
    },
  };
}
