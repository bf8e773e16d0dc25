import { Injectable } from '@nestjs/common';
import { Metrics } from './metrics/metrics.js';

interface Part {
  name: string;
  essential: boolean;
  isUp(): boolean | Promise<boolean>;
}

/** What a look at all parts has shown. */
interface Check {
  ready: boolean;
  parts: string[];
  down: string[];
}

/**
 * The parts that this node needs to do its work well: `/health/ready` and the gauge `chat_part_up` tell of
 * them. A part adds itself in a line: `health.watch('redis', () => this.link.isUp)`.
 */
@Injectable()
export class Health {
  private readonly parts: Part[] = [];
  private looking: Promise<Check> | null = null;

  constructor(private readonly metrics: Metrics) {}

  /** Without an `essential` part the node can't do its work at all; without any other it does it less well. */
  watch(name: string, isUp: () => boolean | Promise<boolean>, { essential = false } = {}): void {
    const part: Part = { name, essential, isUp };
    this.parts.push(part);
    this.metrics.gauge(
      'chat_part_up',
      'Whether a part that this node works with is well: 1, or 0.',
      async () => {
        // A look may take a connection: the other gauges are read first, without it.
        await Promise.resolve();
        return (await look(part)) ? 1 : 0;
      },
      { part: name },
    );
  }

  /**
   * Looks at all of them now. Whoever asks while a look goes on shares it: anybody may ask as often as they like, and a
   * look takes a connection to the database.
   */
  check(): Promise<Check> {
    this.looking ??= this.lookAtAll().finally(() => (this.looking = null));
    return this.looking;
  }

  private async lookAtAll(): Promise<Check> {
    const up = await Promise.all(this.parts.map(look));
    const down = this.parts.filter((_, index) => !up[index]);
    return {
      ready: !down.some(({ essential }) => essential),
      parts: this.parts.map(({ name }) => name),
      down: down.map(({ name }) => name),
    };
  }
}

/** A look that fails has seen nothing good. */
async function look(part: Part): Promise<boolean> {
  try {
    return await part.isUp();
  } catch {
    return false;
  }
}
