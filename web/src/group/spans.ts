/** Milliseconds. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

const units = [
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `30 seconds`, `5 minutes`, `1 hour 30 minutes` */
export function spanOf(seconds: number): string {
  let left = seconds;
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const n = Math.floor(left / size);
    left -= n * size;
    if (n > 0)
      parts.push(new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(n));
  }
  return parts.join(' ');
}
