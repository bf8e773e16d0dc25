import type { ErrorAnswer } from '../src/errors.js';
import type { Link, LinkListener, Transport } from '../src/transport/transport.js';

type Answer = { ok: true; data: unknown } | { ok: false; error: ErrorAnswer };

/** A command that was sent, and how to answer it. */
export interface Asked {
  command: string;
  input: Record<string, unknown>;
  answer(data: unknown): void;
  refuse(error: ErrorAnswer): void;
}

/** One connection that a test plays the server of. */
export class ScriptedLink implements Link {
  readonly asked: Asked[] = [];
  closed = false;

  constructor(
    readonly auth: Record<string, unknown>,
    readonly listener: LinkListener,
    private readonly react: (asked: Asked) => void,
  ) {}

  ask(command: string, input: unknown): Promise<Answer> {
    return new Promise((resolve) => {
      const asked: Asked = {
        command,
        input: input as Record<string, unknown>,
        answer: (data) => resolve({ ok: true, data }),
        refuse: (error) => resolve({ ok: false, error }),
      };
      this.asked.push(asked);
      this.react(asked);
    });
  }

  close(): void {
    this.closed = true;
  }

  /** The commands of a name that were sent. */
  of(command: string): Asked[] {
    return this.asked.filter((asked) => asked.command === command);
  }
}

/** A transport that a test plays the server of, without network and time. */
export class ScriptedTransport implements Transport {
  readonly links: ScriptedLink[] = [];
  /** Answers what a test does not want to answer itself. */
  react: (asked: Asked) => void = () => undefined;

  open(auth: Record<string, unknown>, listener: LinkListener): Link {
    const link = new ScriptedLink(auth, listener, (asked) => this.react(asked));
    this.links.push(link);
    return link;
  }

  /** The connection that was opened last. */
  get link(): ScriptedLink {
    const link = this.links.at(-1);
    if (!link) throw new Error('No connection was opened.');
    return link;
  }
}
