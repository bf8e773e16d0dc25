import type { AppError, ErrorView } from '../contract/index.js';
import type { CommandMeter } from '../common/metrics/command-meters.js';
import type { Connection } from './connection.js';
import { encodeOk } from '../delivery/encoding/published.js';
import type { Ack } from './wire/wire.js';

export type Answer = { ok: true; data: unknown } | { ok: false; error: ErrorView };

/** One command from a socket, answered exactly once: by its callback, else by an event. */
export class Call {
  answered = false;
  readonly since = performance.now();

  constructor(
    readonly connection: Connection,
    /** The name as it came; null when it was no text. */
    readonly command: string | null,
    private readonly ack: Ack | null,
    /** Counts what becomes of it. */
    private readonly meter: CommandMeter,
  ) {}

  /** `reply` is the event for a caller without a callback; null: it hears nothing. */
  succeed(data: unknown, reply: string | null): void {
    if (this.answered) return;
    this.answered = true;
    this.meter.succeeded(this.since);
    if (this.ack) this.ack(encodeOk(data));
    else if (reply) this.connection.socket.emit(reply, data);
  }

  /** What a log line about it holds: who and what, nothing of what was sent. */
  describe(err: unknown): object {
    const { id, userId } = this.connection;
    return { err, socketId: id, userId, command: this.command };
  }

  fail(error: AppError): void {
    if (this.answered) return;
    this.answered = true;
    this.meter.failed(error.code, this.since);
    const view = error.toView();
    if (this.ack) this.ack({ ok: false, error: view });
    else this.connection.socket.emit('exception', { command: this.command, ...view });
  }
}
