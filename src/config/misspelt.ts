import { environment } from './environment.js';

/** A variable that is not ours, and looks as if it was meant to be. `likely`: the name that it is near to, if any. */
export interface Misspelt {
  readonly name: string;
  readonly likely: string | null;
}

/** Beginnings of names that nobody else gives to variables. */
const OUR_PREFIXES = ['RATE_LIMIT', 'IDEMPOTENCY_', 'PRESENCE_', 'DRAIN_', 'JWT_'];

/** Names shorter than this are near to too many others. */
const LONG = 12;

/** What other programs are given beside ours. */
const OTHERS = new Set([
  'DATABASE_PORT',
  'DATABASE_HOST',
  'DATABASE_USER',
  'DATABASE_NAME',
  'REDIS_PORT',
  'REDIS_HOST',
]);

/**
 * The variables that look like misspelt ones of ours. The one that is meant must be unset: with `API_KEYS` set, `API_KEY`
 * is somebody else's.
 */
export function misspelt(variables: Record<string, string | undefined>): Misspelt[] {
  const names = Object.keys(environment);
  const isSet = (name: string) => (variables[name] ?? '').trim() !== '';
  const unset = names.filter((name) => !isSet(name));
  return Object.keys(variables).flatMap((name) => {
    if (name in environment || OTHERS.has(name) || !isSet(name)) return [];
    const likely = unset.find((ours) => isNear(name.toUpperCase(), ours)) ?? null;
    const isOurs = OUR_PREFIXES.some((prefix) => name.startsWith(prefix));
    return likely !== null || isOurs ? [{ name, likely }] : [];
  });
}

/** What the operator reads. */
export function misspeltNote({ name, likely }: Misspelt): string {
  return likely === null
    ? `There is no variable ${name}: it has no effect. docs/reference/configuration.md lists them all.`
    : `There is no variable ${name}: it has no effect. Did you mean ${likely}?`;
}

function isNear(name: string, ours: string): boolean {
  const most = ours.length >= LONG ? 2 : 1;
  if (ours.length < 4 || Math.abs(name.length - ours.length) > most) return false;
  return distance(name, ours) <= most;
}

/** How many letters were left out, added, changed or swapped with their neighbour. */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const changed = one[i - 1] === other[j - 1] ? 0 : 1;
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + changed);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[one.length]![other.length]!;
}
