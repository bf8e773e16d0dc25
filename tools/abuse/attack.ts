import type { Stage } from './attacker/stage.js';
import type { Outcome } from './attacker/tally.js';
import type { Scene } from './subjects/scene.js';
import type { Settings } from '../chaos/subjects/app-node.js';

/**
 * What has to become of an attacker:
 *
 * - `cut`: no connection that goes on survives
 * - `refused`: it is refused or cut off at least once, unless it got no more than it is allowed
 * - `held`: it does nothing that is beyond a limit, or nothing in the time of an attack; others must not feel it
 */
export type Fate = 'cut' | 'refused' | 'held';

/** What the published limits let an attacker have: as much as that is no attack. */
export interface Allowance {
  /** Successes. */
  served?: number;
  /** Bytes of answers. */
  bytesIn?: number;
}

/** One way to hurt others. */
export interface Attack<Data = unknown> {
  /** One line: what the attacker does. */
  title: string;
  /** One line: what must hold, besides what must hold always. */
  expected: string;
  fate: Fate;
  /** The same behind nginx, which keeps the connections of plain HTTP itself; default: `fate`. */
  fateBehindProxy?: Fate;
  /** Left out: the attack is beyond the limits whatever comes of it. */
  allows?: (seconds: number) => Allowance;
  /** Default: jwt. */
  auth?: 'jwt' | 'open';
  /** Environment variables of nodes besides the first: an attack that compares brings its own. */
  others?: readonly Settings[];
  /** Runs before the attack, on a node without limits. Returns plain data for the attacker. */
  prepare?: (scene: Scene) => Promise<Data>;
  /** Runs in the attacker's process, for as long as the stage says. */
  run: (stage: Stage<Data>) => Promise<void>;
  /** Runs after the attack, on the attacked node. Returns broken promises, a sentence each. */
  afterwards?: (scene: Scene, data: Data, outcome: Outcome) => Promise<string[]>;
}

/** For an attack's file: keeps the type of its data, and forgets it outside. */
export function attackOf<Data>(attack: Attack<Data>): Attack {
  return attack as unknown as Attack;
}
