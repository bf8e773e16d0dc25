import { failureCode, isLockTimeout } from '../common/errors/failure.js';
import { type Runner, statement } from './statement.js';

/** Milliseconds after a full disk was met in which it counts as full. After that it is tried. */
const FULL_FOR_MS = 3_000;

const DISK_FULL = '53100';

/** What the SQLSTATEs of a failed look say. */
const WORDS: Readonly<Record<string, string>> = { '25006': 'read-only', '53300': 'no slots' };

/**
 * Asks for a lock of no row: whether writing is allowed is checked before any row is looked for. Where it is not, the
 * error ends the session, so that the next look has a new one, with the setting of then.
 */
const askToWrite = statement.count({
  name: 'database.askToWrite',
  text: 'SELECT FROM chat_purges WHERE false FOR UPDATE',
  values: (_: void) => [],
});

/** Takes some hundred kilobytes of the disk, and gives them back. */
const takeSpace = statement.count({
  name: 'database.takeSpace',
  text: `
    CREATE TEMP TABLE space_probe ON COMMIT DROP AS
    SELECT repeat(md5(i::text), 100) AS filler FROM generate_series(1, 100) AS i`,
  values: (_: void) => [],
});

/**
 * Whether the database can be written to, by what a look costs: one short statement. A full disk is noticed by the
 * statements that fail on it, and looked for only after that.
 */
export class Writability {
  private fullAt: number | null = null;

  /** A statement has failed. */
  failed(error: unknown): void {
    if (failureCode(error) === DISK_FULL) this.fullAt = performance.now();
  }

  /** `up`, or a word for the operator: `down`, `read-only`, `disk full`, `no slots`. */
  async state(runner: Runner): Promise<string> {
    try {
      await askToWrite(runner);
      return (await this.isFull(runner)) ? 'disk full' : 'up';
    } catch (error) {
      // Somebody has locked that table.
      if (isLockTimeout(error)) return 'up';
      return WORDS[failureCode(error) ?? ''] ?? 'down';
    }
  }

  private async isFull(runner: Runner): Promise<boolean> {
    if (this.fullAt === null) return false;
    if (performance.now() - this.fullAt < FULL_FOR_MS) return true;
    try {
      await takeSpace(runner);
      this.fullAt = null;
    } catch (error) {
      // Without the right to make temporary tables only the next write can tell.
      if (failureCode(error) !== DISK_FULL) this.fullAt = null;
    }
    return this.fullAt !== null;
  }
}
