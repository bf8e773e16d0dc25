import { type Latencies, latenciesOf } from '../statistics.js';

/** What the bystander's users saw in one phase, as plain data. Latencies of what was answered. */
export interface Figures {
  /** Commands and requests that were sent. */
  asked: number;
  /** Those without any answer, by what they were. */
  unanswered: Record<string, number>;
  /** Those that failed, by what they were and the code. */
  failed: Record<string, number>;
  /** From a command to its answer: messages and reads over sockets. */
  commands: Latencies;
  /** From the sending of a message to its arrival at the other user. */
  pushes: Latencies;
  /** REST reads and health checks. */
  requests: Latencies;
  /** How late this process itself was at most, in milliseconds: a busy machine shows here. */
  ownDelay: number;
}

type Kind = 'commands' | 'pushes' | 'requests';

/** Collects the figures of a phase. */
export class Phase {
  private asked = 0;
  private readonly unanswered = new Map<string, number>();
  private readonly failed = new Map<string, number>();
  private readonly times: Record<Kind, number[]> = { commands: [], pushes: [], requests: [] };
  private readonly open = new Set<Promise<void>>();
  ownDelay = 0;

  /** Follows something that was asked. The result is null when there was no answer, else an error's code or ''. */
  follow(kind: Kind, what: string, work: Promise<string | null>): void {
    this.asked++;
    const began = performance.now();
    const following = work.then((code) => {
      if (code === null) count(this.unanswered, what);
      else if (code === '') this.times[kind].push(performance.now() - began);
      else count(this.failed, `${what} ${code}`);
      this.open.delete(following);
    });
    this.open.add(following);
  }

  /** Resolves when everything has its answer, or was given up. */
  async settled(): Promise<void> {
    await Promise.all(this.open);
  }

  figures(): Figures {
    return {
      asked: this.asked,
      unanswered: Object.fromEntries(this.unanswered),
      failed: Object.fromEntries(this.failed),
      commands: latenciesOf(this.times.commands),
      pushes: latenciesOf(this.times.pushes),
      requests: latenciesOf(this.times.requests),
      ownDelay: this.ownDelay,
    };
  }
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
