import { draw } from './dice.js';

/** Commands that are not executed, but answered with an error. */
export interface Refusal {
  /** The code of the error, such as `RATE_LIMITED`. */
  code: string;
  /** How many of the commands: from 0 to 1. */
  rate: number;
  /** Only these commands; left out: all but those with which a client says who it is. */
  commands?: string[];
  /** Milliseconds, in the error. Left out: 100 for RATE_LIMITED, OVERLOADED and UNAVAILABLE, none for other codes. */
  retryAfterMs?: number;
}

/**
 * What goes wrong on the wire. Rates are from 0 to 1; what is left out does not go wrong.
 *
 * Events are what the server sends by itself or instead of an ack. `ready` and `tokenExpiring`, which are about the
 * connection, are never touched.
 */
export interface Faults {
  /** The same seed gives the same faults: see the README. A whole number; left out: 1. */
  seed?: number;
  /** How many events never arrive. */
  drop?: number;
  /** How many events arrive twice. */
  double?: number;
  /** How many events arrive late, so that later ones overtake them. Left out: all, if there is `delayMs`. */
  delay?: number;
  /** How late: milliseconds, from the first to the second number. */
  delayMs?: [number, number];
  /** How many answers to executed commands never arrive. */
  loseAcks?: number;
  /** Which commands are refused. Of several refusals the first that applies counts. */
  refuse?: Refusal | Refusal[];
  /** Only these events are dropped, doubled and delayed. */
  events?: string[];
  /** Only answers to these commands are lost. */
  commands?: string[];
}

/** Faults with everything filled in, and checked. */
export interface Plan extends Required<Omit<Faults, 'events' | 'commands' | 'refuse'>> {
  refuse: Refusal[];
  events: ReadonlySet<string> | null;
  commands: ReadonlySet<string> | null;
}

/** Which connection a draw is for, so that the same one has the same faults in every run. */
export interface Drawer {
  /** The person's name, or user id. */
  person: string;
  /** How many connections of this person there were before it. */
  connection: number;
}

const ABOUT_THE_CONNECTION = new Set(['ready', 'tokenExpiring']);
const WHO_IT_IS = new Set(['userOnline', 'userOffline', 'authenticate']);
const PASSING = new Set(['RATE_LIMITED', 'OVERLOADED', 'UNAVAILABLE']);
const RETRY_AFTER_MS = 100;

const KNOWN = new Set('seed drop double delay delayMs loseAcks refuse events commands'.split(' '));

/** @throws TypeError that says which field is wrong. */
export function planOf(faults: Faults): Plan {
  for (const name of Object.keys(faults)) {
    if (!KNOWN.has(name)) throw new TypeError(`faults.${name}: unknown; there are ${[...KNOWN].join(', ')}`);
  }
  const rate = (name: string, value: number) => {
    if (typeof value === 'number' && value >= 0 && value <= 1) return value;
    throw new TypeError(`faults.${name}: expected a number from 0 to 1, got ${String(value)}`);
  };
  const { seed = 1, delayMs, events, commands } = faults;
  if (!Number.isSafeInteger(seed)) throw new TypeError(`faults.seed: expected a whole number, got ${seed}`);
  if (
    delayMs !== undefined &&
    !(delayMs[0] >= 0 && delayMs[1] >= delayMs[0] && Number.isFinite(delayMs[1]))
  ) {
    throw new TypeError('faults.delayMs: expected two numbers of milliseconds, the smaller one first');
  }
  if (faults.delay !== undefined && !delayMs) {
    throw new TypeError('faults.delay: say how late as well, with delayMs');
  }
  return {
    seed,
    drop: rate('drop', faults.drop ?? 0),
    double: rate('double', faults.double ?? 0),
    delay: rate('delay', faults.delay ?? (delayMs ? 1 : 0)),
    delayMs: delayMs ?? [0, 0],
    loseAcks: rate('loseAcks', faults.loseAcks ?? 0),
    refuse: [faults.refuse ?? []].flat().map((refusal) => {
      rate('refuse.rate', refusal.rate);
      if (typeof refusal.code !== 'string') throw new TypeError('faults.refuse.code: expected an error code');
      return refusal;
    }),
    events: events ? new Set(events) : null,
    commands: commands ? new Set(commands) : null,
  };
}

/** How many milliseconds late each copy of the nth event arrives; none: it is dropped. */
export function copiesOf(plan: Plan, drawer: Drawer, nr: number, event: string): number[] {
  if (ABOUT_THE_CONNECTION.has(event) || (plan.events && !plan.events.has(event))) return [0];
  const chance = (of: string) => draw(plan.seed, drawer.person, drawer.connection, of, nr);
  if (chance('drop') < plan.drop) return [];
  const [least, most] = plan.delayMs;
  const lateness = (copy: string) =>
    chance(`delay ${copy}`) < plan.delay ? least + chance(`by ${copy}`) * (most - least) : 0;
  return chance('double') < plan.double ? [lateness('first'), lateness('second')] : [lateness('first')];
}

/** Whether the nth answer is lost. */
export function losesAck(plan: Plan, drawer: Drawer, nr: number, command: string): boolean {
  if (plan.commands && !plan.commands.has(command)) return false;
  return draw(plan.seed, drawer.person, drawer.connection, 'ack', nr) < plan.loseAcks;
}

/** The error with which the nth command is refused; null: it is not. */
export function refusalOf(plan: Plan, drawer: Drawer, nr: number, command: string) {
  const refusal = plan.refuse.find(({ rate, commands }, place) => {
    if (commands ? !commands.includes(command) : WHO_IT_IS.has(command)) return false;
    return draw(plan.seed, drawer.person, drawer.connection, `refuse ${place}`, nr) < rate;
  });
  if (!refusal) return null;
  const { code, retryAfterMs = PASSING.has(code) ? RETRY_AFTER_MS : undefined } = refusal;
  const error = { code, message: 'Refused on purpose, by the faults of the test kit.' };
  return retryAfterMs === undefined ? error : { ...error, retryAfterMs };
}
