import { setTimeout as pause } from 'node:timers/promises';

/**
 * Milliseconds between the starts of two statements for people who come online. The first goes at once; when they
 * come by the hundred, each statement serves all who came meanwhile.
 */
export const ARRIVALS_EVERY_MS = 20;

/** Spaces the starts of something that one caller at a time does. */
export class Pace {
  private next = 0;

  constructor(private readonly everyMs: number) {}

  /** Resolves when it is time for the next start: in this turn, when the last is long enough ago. */
  async wait(): Promise<void> {
    const early = this.next - performance.now();
    if (early > 0) await pause(early);
    this.next = performance.now() + this.everyMs;
  }
}
