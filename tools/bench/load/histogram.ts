/** Latencies of a run, in milliseconds. */
export interface Percentiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** 64 sub-buckets in each power of two: a value is known to within 1.6 %. */
const SUB_BITS = 6;
const SUB_COUNT = 1 << SUB_BITS;

/**
 * Counts latencies in logarithmic buckets, after HdrHistogram: recording a value costs one increment, and no sample is
 * dropped. Values are microseconds, up to 2^31 (35 minutes).
 */
export class Histogram {
  private readonly counts = new Uint32Array((32 - SUB_BITS) * SUB_COUNT);
  private total = 0;
  private highest = 0;

  /** @param milliseconds a duration; negative ones count as 0 */
  record(milliseconds: number): void {
    const micros = milliseconds > 0 ? (milliseconds * 1000) | 0 : 0;
    const slot = slotOf(micros);
    this.counts[slot] = (this.counts[slot] ?? 0) + 1;
    this.total++;
    if (micros > this.highest) this.highest = micros;
  }

  percentiles(): Percentiles {
    return {
      count: this.total,
      p50: this.quantile(0.5),
      p95: this.quantile(0.95),
      p99: this.quantile(0.99),
      max: this.highest / 1000,
    };
  }

  /** The upper edge of the bucket at which at least this share of the values is reached, in milliseconds. */
  private quantile(share: number): number {
    if (this.total === 0) return 0;
    const wanted = Math.ceil(this.total * share);
    let seen = 0;
    for (let slot = 0; slot < this.counts.length; slot++) {
      seen += this.counts[slot] ?? 0;
      if (seen >= wanted) return Math.min(upperEdge(slot), this.highest) / 1000;
    }
    return this.highest / 1000;
  }
}

function slotOf(micros: number): number {
  if (micros < SUB_COUNT) return micros;
  const shift = 31 - Math.clz32(micros) - SUB_BITS;
  return (shift + 1) * SUB_COUNT + ((micros >>> shift) - SUB_COUNT);
}

function upperEdge(slot: number): number {
  if (slot < SUB_COUNT) return slot;
  const shift = Math.floor(slot / SUB_COUNT) - 1;
  return ((slot % SUB_COUNT) + SUB_COUNT + 1) * 2 ** shift - 1;
}
