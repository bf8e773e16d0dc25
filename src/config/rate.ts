/** How much is allowed in which time: all of it may be used at once, and is then refilled evenly. */
export interface Rate {
  readonly points: number;
  readonly durationMs: number;
  /** As it is written in the environment. */
  toString(): string;
}

const UNITS_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 };
const SIZES: Record<string, number> = { '': 1, kb: 1_000, mb: 1_000_000 };

const FORM = /^(\d{1,9})(kb|mb)?\/(\d{1,4})?(s|m|h)$/;

/** Maximum duration in milliseconds: longer ones would have to be remembered for longer. */
const LONGEST_MS = 3_600_000;

/**
 * `200/10s`: 200 in ten seconds; `16mb/1m`: sixteen million bytes a minute; `5/m` as `5/1m`. Units are kb and mb
 * (thousands and millions), s, m and h.
 *
 * @throws Error whose message says what was expected.
 */
export function parseRate(text: string): Rate {
  const [, count = '', size = '', times = '1', unit = ''] = FORM.exec(text) ?? [];
  const points = Number(count) * (SIZES[size] ?? Number.NaN);
  const durationMs = Number(times) * (UNITS_MS[unit] ?? Number.NaN);
  if (points >= 1 && durationMs >= 1_000 && durationMs <= LONGEST_MS) {
    return Object.freeze({ points, durationMs, toString: () => text });
  }
  throw new Error('expected a limit such as 200/10s or 16mb/1m, over at most an hour');
}
