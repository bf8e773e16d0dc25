/** Between two points that are further apart nothing is known, and no line is drawn. */
const GAP_MS = 30_000;

export interface Point {
  at: number;
  value: number | null;
}

export interface Line {
  points: readonly Point[];
  /** Drawn thin and without an area. */
  second?: boolean;
}

/** The least round number that is not below: 1, 2 or 5 with zeros. */
export function ceiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * 0.999_999) ?? 10 * power;
}

/** The runs of points between which there is no gap. */
export function runsOf(points: readonly Point[]): { at: number; value: number }[][] {
  const runs: { at: number; value: number }[][] = [];
  let open: { at: number; value: number }[] | null = null;
  for (const { at, value } of points) {
    if (value === null) open = null;
    else if (open && at - open.at(-1)!.at <= GAP_MS) open.push({ at, value });
    else runs.push((open = [{ at, value }]));
  }
  return runs;
}
