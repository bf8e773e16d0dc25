/** NaN for an empty list. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** The median of the values that are known; null if none is. */
export function medianOfKnown(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? median(known) : null;
}

/**
 * The median of the ratios of the rounds, not the ratio of the medians: both sides of a ratio ran within seconds of
 * each other, so a machine that slows down affects both. Null if no round has both.
 */
export function ratioOfRounds<S extends { round: number }>(
  above: S[],
  below: S[],
  value: (sample: S) => number | null,
): number | null {
  const ratios: number[] = [];
  for (const sample of above) {
    const other = below.find(({ round }) => round === sample.round);
    const [a, b] = [value(sample), other ? value(other) : null];
    if (a !== null && b !== null && b > 0) ratios.push(a / b);
  }
  return ratios.length > 0 ? median(ratios) : null;
}
