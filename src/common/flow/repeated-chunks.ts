import { Logger } from '@nestjs/common';

/** Milliseconds from a look that failed to the next one: the database may be back. */
const AGAIN_AFTER_MS = 5_000;

interface Options {
  /** What is removed, for the log: `expired idempotency keys`. */
  what: string;
  /** Milliseconds between two looks. */
  everyMs: number;
  /** Milliseconds until the first look, `everyMs` if not given: less for work that a stop leaves in the middle. */
  firstAfterMs?: number;
  /** Most rows that one call removes. */
  chunk: number;
  /** Removes at most a chunk, and returns how many it were. */
  remove: () => Promise<number>;
}

/**
 * Removes what is due, a chunk at a time, again and again until it is stopped. Every node does it; the statement has to
 * skip what another node is removing. What came due while no node ran is removed by the first look. A look never fails:
 * what is left is removed by the next one, which then comes soon.
 */
export class RepeatedChunks {
  private readonly logger = new Logger(RepeatedChunks.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isLooking = false;
  private isFailing = false;
  private isAgain = false;
  private isStopping = false;

  constructor(private readonly options: Options) {}

  start(): void {
    this.lookAfter(this.options.firstAfterMs ?? this.options.everyMs);
  }

  /** Something is left that was to be removed: the next look comes soon. */
  soon(): void {
    // The look that is under way may have been there already.
    if (this.isLooking) this.isAgain = true;
    else this.lookAfter(this.soonMs);
  }

  private get soonMs(): number {
    return Math.min(this.options.everyMs, AGAIN_AFTER_MS);
  }

  private lookAfter(ms: number): void {
    if (this.isStopping) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.running = this.look();
    }, ms).unref();
  }

  /** Resolves when the look that is under way has ended. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async look(): Promise<void> {
    const { what, everyMs, chunk, remove } = this.options;
    this.isLooking = true;
    this.isAgain = false;
    try {
      while (!this.isStopping && (await remove()) >= chunk);
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.logger.warn(`Could not remove ${what}, trying again: ${String(error)}`);
      this.isFailing = true;
      this.isAgain = true;
    }
    this.isLooking = false;
    this.lookAfter(this.isAgain ? this.soonMs : everyMs);
  }
}
