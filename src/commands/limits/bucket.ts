import type { Rate } from '../../config/rate.js';

/** One rate of one connection or address: all points may be taken at once, and are then refilled evenly (GCRA). */
export class Bucket {
  /** When all points are free again, in milliseconds of `performance.now()`. */
  private freeAt = 0;
  private readonly msPerPoint: number;

  constructor(private readonly rate: Pick<Rate, 'points' | 'durationMs'>) {
    this.msPerPoint = rate.durationMs / rate.points;
  }

  /** Takes points. False when they were not free; then they are taken all the same. */
  take(points: number, now: number): boolean {
    this.freeAt = Math.max(this.freeAt, now) + points * this.msPerPoint;
    return this.freeAt - now <= this.rate.durationMs;
  }
}
