import { Logger } from '@nestjs/common';

interface Options {
  /** What it looks for, for the log: `revoked tokens`. */
  what: string;
  /** Milliseconds between two looks. */
  everyMs: number;
  look: () => Promise<void>;
  /** What is done after looks that have succeeded. */
  after?: () => Promise<void>;
}

/**
 * Looks again and again, and at once when somebody says that there is news. One look at a time: what is said during one
 * makes it look once more. A look never fails: what it missed is found by the next.
 */
export class RepeatedLook {
  private readonly logger = new Logger(RepeatedLook.name);
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private again = false;
  private failing = false;
  private stopped = false;

  constructor(private readonly options: Options) {}

  start(): void {
    this.timer = setInterval(() => void this.now(), this.options.everyMs).unref();
    void this.now();
  }

  /** No look begins any more; ends when the one under way does. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    await this.running;
  }

  /** Never rejects. */
  async now(): Promise<void> {
    if (this.running) this.again = true;
    else if (!this.stopped) await (this.running = this.run());
  }

  private async run(): Promise<void> {
    const { what, look, after } = this.options;
    try {
      do {
        this.again = false;
        await look();
      } while (this.again && !this.stopped);
      this.failing = false;
      await after?.();
    } catch (error) {
      if (!this.failing) this.logger.warn(`Could not look for ${what}, trying again: ${String(error)}`);
      this.failing = true;
    } finally {
      this.running = null;
    }
  }
}
