/** How long to wait before each further try. */
export interface Waits {
  readonly ms: readonly number[];
  /** As it is written in the environment. */
  toString(): string;
}

const UNITS_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const FORM = /^(\d{1,6})(ms|s|m|h)$/;
const LONGEST_MS = 7 * 86_400_000;
const MOST = 20;

/**
 * `5s,1m,2h`: the wait before the second try, the third, the fourth.
 *
 * @throws Error whose message says what was expected.
 */
export function parseWaits(text: string): Waits {
  const ms = text.split(',').map((one) => {
    const [, count = '', unit = ''] = FORM.exec(one.trim()) ?? [];
    return Number(count || Number.NaN) * (UNITS_MS[unit] ?? Number.NaN);
  });
  if (ms.length <= MOST && ms.every((one) => one >= 1 && one <= LONGEST_MS))
    return Object.freeze({ ms: Object.freeze(ms), toString: () => text });
  throw new Error(`expected up to ${MOST} waits such as 5s,1m,2h, each of at most 7 days`);
}
