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
