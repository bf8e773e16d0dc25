import type { AppError, ErrorView } from '../contract/index.js';
import type { Connection } from './connection.js';
import { encodeOk } from './encoding.js';

/** The callback of an emit: takes one `Answer`. */
export type Ack = (answer: unknown) => void;

export type Answer = { ok: true; data: unknown } | { ok: false; error: ErrorView };

/** One command from a socket, answered exactly once: by its callback, else by an event. */
export class Call {
  answered = false;

  constructor(
    readonly connection: Connection,
    /** The name as it came; null when it was no text. */
    readonly command: string | null,
    private readonly ack: Ack | null,
  ) {}

  /** `reply` is the event for a caller without a callback; null: it hears nothing. */
  succeed(data: unknown, reply: string | null): void {
    if (this.answered) return;
    this.answered = true;
    if (this.ack) this.ack(encodeOk(data));
    else if (reply) this.connection.socket.emit(reply, data);
  }

  fail(error: AppError): void {
    if (this.answered) return;
    this.answered = true;
    const view = error.toView();
    if (this.ack) this.ack({ ok: false, error: view });
    else this.connection.socket.emit('exception', { command: this.command, ...view });
  }
}
