/** A number that only grows. Adding costs nothing that could be measured. */
export class Counter {
  value = 0;

  add(count = 1): void {
    this.value += count;
  }
}

/** Counts of values by size. `observe` is a few comparisons and additions: no labels, no hashing, no garbage. */
export class Histogram {
  /** Values in each bucket alone; the last holds what is above every bound. */
  private readonly counts: number[];
  private sum = 0;

  /** `bounds` are the greatest values of the buckets, ascending. */
  constructor(readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    this.counts[bucket]!++;
    this.sum += value;
  }

  /** In the form of Prometheus: each bucket includes all lower ones. */
  read(): { buckets: { le: string; count: number }[]; sum: number; count: number } {
    let count = 0;
    const buckets = this.counts.map((own, index) => {
      count += own;
      return { le: String(this.bounds[index] ?? '+Inf'), count };
    });
    return { buckets, sum: this.sum, count };
  }
}
