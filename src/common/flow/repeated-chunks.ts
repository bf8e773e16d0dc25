import { Logger } from '@nestjs/common';

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
 * what is left is removed by the next one.
 */
export class RepeatedChunks {
  private readonly logger = new Logger(RepeatedChunks.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;

  constructor(private readonly options: Options) {}

  start(): void {
    this.lookAfter(this.options.firstAfterMs ?? this.options.everyMs);
  }

  private lookAfter(ms: number): void {
    if (this.isStopping) return;
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
    const { what, chunk, remove } = this.options;
    try {
      while (!this.isStopping && (await remove()) >= chunk);
    } catch (error) {
      this.logger.warn(`Could not remove ${what}, trying again later: ${String(error)}`);
    }
    this.lookAfter(this.options.everyMs);
  }
}
