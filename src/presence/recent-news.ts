import { BoundedMap } from '../common/flow/bounded-map.js';

/** Milliseconds for which news is kept. */
const KEPT_MS = 60_000;

/** Most users that are kept; beyond it, the oldest news is dropped. */
const MOST = 10_000;

/** The last announced state of each user, kept for a while: other nodes may have missed it. */
export class RecentNews {
  private readonly news = new BoundedMap<number, { online: boolean; toldAt: number }>(MOST);

  add(userId: number, online: boolean): void {
    const now = performance.now();
    this.news.delete(userId);
    this.news.set(userId, { online, toldAt: now });
    for (const [oldest, { toldAt }] of this.news) {
      if (now - toldAt <= KEPT_MS) break;
      this.news.delete(oldest);
    }
  }

  /** News from this `performance.now()` time or later, oldest first. */
  since(moment: number): { userId: number; online: boolean }[] {
    return [...this.news]
      .filter(([, { toldAt }]) => toldAt >= moment)
      .map(([userId, { online }]) => ({ userId, online }));
  }
}
