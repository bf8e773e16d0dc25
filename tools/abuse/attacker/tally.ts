/** Most different problems that are kept. */
const MOST_PROBLEMS = 20;

/** What became of an attacker, as plain data. */
export interface Outcome {
  /** TCP connections that were opened. */
  opened: number;
  /** Connections that the server closed. */
  cuts: number;
  /** Milliseconds that a connection which the server closed had lasted, in the median; null: none was closed. */
  cutAfterMs: number | null;
  /** Connections that did what they must not, all the time, and were still open at the end. */
  survivors: number;
  /** Refusals by code: of the error catalogue, or `HTTP 429`. */
  refusals: Record<string, number>;
  /** Commands and requests that were answered with a success. */
  served: number;
  bytesIn: number;
  bytesOut: number;
  /** Promises that the attacker saw broken, a sentence each. */
  problems: string[];
  /** For the report, a sentence each. */
  notes: string[];
}

/** Counts what becomes of an attacker. */
export class Tally {
  opened = 0;
  survivors = 0;
  served = 0;
  bytesIn = 0;
  bytesOut = 0;
  readonly notes: string[] = [];
  private readonly lives: number[] = [];
  private readonly refusals = new Map<string, number>();
  private readonly problems = new Set<string>();

  cut(afterMs: number): void {
    this.lives.push(afterMs);
  }

  refuse(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  expect(kept: boolean, promise: string): void {
    if (!kept && this.problems.size < MOST_PROBLEMS) this.problems.add(promise);
  }

  get cuts(): number {
    return this.lives.length;
  }

  outcome(): Outcome {
    const lives = [...this.lives].sort((a, b) => a - b);
    return {
      opened: this.opened,
      cuts: lives.length,
      cutAfterMs: lives[Math.floor(lives.length / 2)] ?? null,
      survivors: this.survivors,
      refusals: Object.fromEntries(this.refusals),
      served: this.served,
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      problems: [...this.problems],
      notes: this.notes,
    };
  }
}
