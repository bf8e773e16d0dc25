import { BoundedMap } from '../common/flow/bounded-map.js';

/** How long what was told is kept, in milliseconds. */
const KEPT_MS = 60_000;

/** People who are kept; past it those of the oldest news go. */
const MOST = 10_000;

/** What was last told of each person, for a while: other nodes may not have heard it. */
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

  /** Told at that moment of `performance.now()` or later, oldest first. */
  since(moment: number): { userId: number; online: boolean }[] {
    return [...this.news]
      .filter(([, { toldAt }]) => toldAt >= moment)
      .map(([userId, { online }]) => ({ userId, online }));
  }
}
