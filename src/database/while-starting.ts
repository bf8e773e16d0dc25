import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../common/errors/failure.js';

/** Milliseconds for which a node that starts waits for a busy database; between two tries. */
const WITHIN_MS = 10_000;
const AGAIN_AFTER_MS = 250;

/**
 * Does what a node does in the database when it starts. While the database is too busy to answer it tries again, for ten
 * seconds: a node that ends because of it would only be started again, which keeps the database busier.
 */
export async function whileStarting<Result>(work: () => Promise<Result>): Promise<Result> {
  const end = performance.now() + WITHIN_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > end) throw error;
    }
    await sleep(AGAIN_AFTER_MS);
  }
}
