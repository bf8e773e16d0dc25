import { isLockTimeout } from '../common/errors/failure.js';
import { Lines } from '../common/flow/lines.js';
import { Semaphore } from '../common/flow/semaphore.js';

/** Milliseconds after which a statement or transaction is no longer tried again for a lock. */
const WAIT_MS = 2_200;

/** Connections that may wait for locks that are held for long. The others stay free for who waits for nothing. */
const AT_ONCE = 3;

/** Milliseconds after a lock that was not free in time in which nobody waits long for one at their first try. */
const CAREFUL_MS = 1_000;

/** The wait for each lock of a first try in that time: longer than it takes our own transactions when all is well. */
const CAREFUL_WAIT_MS = 50;

/**
 * Runs the work once. It asks `waitMs` when it has its connection: for so many milliseconds it may wait for each lock;
 * null: as long as the session's setting says.
 */
export type Try<T> = (waitMs: () => number | null) => Promise<T>;

/**
 * Waits for locks that somebody holds for long, such as an operator, without keeping the pool waiting. What has not got
 * its lock in time gives its connection back and goes to the end of a line, in which few at once try again: one about
 * each chat, so that a chat that stays locked delays no other. For a second after a full wait that was in vain, every first
 * try ends soon, whatever it is about, so that the many who want the same lock hold no connection that others need.
 */
export class LockWaits {
  private readonly lines = new Lines<string>();
  private readonly turns = new Semaphore({ atOnce: AT_ONCE });
  private carefulUntil = 0;

  /**
   * `work` runs again from the start, so it must have changed nothing when it fails for a lock. What is about the same
   * waits in one line. `since`: when somebody began to wait for it.
   */
  async patiently<T>(about: string, work: Try<T>, since = performance.now()): Promise<T> {
    const giveUpAt = since + WAIT_MS;
    let waitMs: number | null = null;
    try {
      return await work(() => (waitMs = performance.now() < this.carefulUntil ? CAREFUL_WAIT_MS : null));
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (waitMs === null) this.beCareful();
      return this.again(about, work, giveUpAt, error);
    }
  }

  private async again<T>(about: string, work: Try<T>, giveUpAt: number, failure: unknown): Promise<T> {
    for (let last = failure; ;) {
      const place = this.lines.enter(about);
      try {
        await place.turn;
        return await this.turns.run(() => {
          if (performance.now() > giveUpAt) throw last;
          return work(() => null);
        });
      } catch (error) {
        if (!isLockTimeout(error) || error === last) throw error;
        this.beCareful();
        last = error;
      } finally {
        place.leave();
      }
    }
  }

  /** Only after a full wait: short ones also fail when a chat is merely busy. */
  private beCareful(): void {
    this.carefulUntil = performance.now() + CAREFUL_MS;
  }
}
