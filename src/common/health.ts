import { Injectable } from '@nestjs/common';
import { Metrics } from './metrics/metrics.js';

/** True: it is well. A word says what is wrong; false: it is `down`. */
export type PartState = boolean | string;

interface Part {
  name: string;
  essential: boolean;
  isUp(): PartState | Promise<PartState>;
}

/** The result of a check of all parts. */
export interface Check {
  ready: boolean;
  parts: string[];
  down: string[];
  /** By part: `up`, `down`, or the word that says what is wrong. */
  words: Record<string, string>;
}

/**
 * The parts that this node needs to work well: `/health/ready` and the gauge `chat_part_up` report them. A part
 * registers itself in one line: `health.watch('redis', () => this.link.isUp)`.
 */
@Injectable()
export class Health {
  private readonly parts: Part[] = [];
  private checking: Promise<Check> | null = null;

  constructor(private readonly metrics: Metrics) {}

  /** Without an `essential` part the node can't do its work at all; without any other it does it less well. */
  watch(name: string, isUp: () => PartState | Promise<PartState>, { essential = false } = {}): void {
    const part: Part = { name, essential, isUp };
    this.parts.push(part);
    this.metrics.gauge(
      'chat_part_up',
      'Whether a part that this node works with is well: 1, or 0.',
      async () => {
        // A check may take a connection, so the other gauges are read first.
        await Promise.resolve();
        return (await checkPart(part)) === 'up' ? 1 : 0;
      },
      { part: name },
    );
  }

  /**
   * Checks all parts now. Callers during a check share it: anybody may call as often as they like, and a check takes a
   * connection to the database.
   */
  check(): Promise<Check> {
    this.checking ??= this.checkAll().finally(() => (this.checking = null));
    return this.checking;
  }

  private async checkAll(): Promise<Check> {
    const states = await Promise.all(this.parts.map(checkPart));
    const down = this.parts.filter((_, index) => states[index] !== 'up');
    return {
      ready: !down.some(({ essential }) => essential),
      parts: this.parts.map(({ name }) => name),
      down: down.map(({ name }) => name),
      words: Object.fromEntries(this.parts.map(({ name }, index) => [name, states[index]!])),
    };
  }
}

/** A check that fails counts as down. */
async function checkPart(part: Part): Promise<string> {
  try {
    const state = await part.isUp();
    return typeof state === 'string' ? state : state ? 'up' : 'down';
  } catch {
    return 'down';
  }
}
