import { isLockTimeout } from '../common/errors/failure.js';
import { Semaphore } from '../common/flow/semaphore.js';

/** Milliseconds after which a statement or transaction is no longer tried again for a lock. */
const WAIT_MS = 2_200;

/** Connections that may wait for locks that are held for long. The others stay free for the other chats. */
const AT_ONCE = 2;

/**
 * Waits for locks that somebody holds for long without keeping the pool waiting: what has not got its lock within
 * `lock_timeout` gives its connection back, and tries again when it is its turn.
 */
export class LockWaits {
  private readonly turns = new Semaphore({ atOnce: AT_ONCE });

  /** `work` runs again from the start, so it must have changed nothing when it fails for a lock. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + WAIT_MS;
    try {
      return await work();
    } catch (error) {
      return this.again(work, giveUpAt, error);
    }
  }

  private async again<T>(work: () => Promise<T>, giveUpAt: number, failure: unknown): Promise<T> {
    for (let error = failure; ;) {
      if (!isLockTimeout(error) || performance.now() > giveUpAt) throw error;
      const last = error;
      try {
        return await this.turns.run(async () => {
          if (performance.now() > giveUpAt) throw last;
          return work();
        });
      } catch (failed) {
        error = failed;
      }
    }
  }
}
