import type { Logger } from '@nestjs/common';
import { tooSlow } from '../common/errors/failure.js';
import { Call } from '../commands/call.js';
import type { Principal } from '../commands/identity/principal.js';
import type { Limits } from '../commands/limits/limits.js';
import type { CommandRequest } from '../commands/request.js';
import type { CommandMetric } from '../common/metrics/command-metrics.js';
import { AppError, type CommandName, type CommandOrder, replyTo } from '../contract/index.js';
import { Encoded } from '../delivery/encoding/encoded.js';
import { encodeOk, measureOk } from '../delivery/encoding/published.js';
import type { Connection } from './connection.js';
import type { Handler } from './handlers.js';
import { RefusedPayload } from './wire/parser.js';
import type { Ack } from './wire/wire.js';

/** What all calls of sockets share. */
export interface Surroundings {
  limits: Limits;
  logger: Logger;
}

function refusalOf({ reason }: RefusedPayload): AppError {
  if (reason === 'too_deep' || reason === 'too_large') return new AppError('PAYLOAD_REFUSED');
  const message = {
    binary: 'expected JSON without binary data',
    malformed: 'expected JSON: the name of a command and one argument. NaN and Infinity are none',
    not_joined: 'expected a command of the namespace "/": this connection has joined no other',
  }[reason];
  return new AppError('VALIDATION_FAILED', { details: [{ path: '', message }] });
}

/** One command from a socket. Its ack callback gets the answer; without a callback an event carries it. */
export class SocketCall extends Call {
  /** Nothing to verify: the handshake has proved the principal. */
  readonly credentials = null;
  /** As the lane of its socket has it. */
  private order: CommandOrder = 'write';

  constructor(
    readonly connection: Connection,
    /** The name as sent; null when it is not a string. */
    private readonly name: string | null,
    private readonly args: unknown[],
    private readonly ack: Ack | null,
    /** Size of the frame in characters, usually equal to its bytes. */
    readonly bytes: number,
    private readonly handler: Handler | null,
    metric: CommandMetric,
    private readonly around: Surroundings,
  ) {
    super(handler, metric);
  }

  override get principal(): Principal | null {
    return this.connection.principal;
  }

  override get namedUserId(): number | null {
    return this.connection.userId;
  }

  override get origin(): string {
    return this.connection.id;
  }

  override arrive(): void {
    if (this.connection.isLeaving) throw tooSlow();
    this.around.limits.arrival(this.connection.address, this.bytes);
  }

  override authenticated(): void {}

  override get address(): string {
    return this.connection.address;
  }

  override countedAs(): string | number {
    const { id, userId, principal } = this.connection;
    return principal?.userId ?? userId ?? id;
  }

  override get unreadable(): AppError | null {
    const [payload] = this.args;
    if (!(payload instanceof RefusedPayload)) return null;
    return this.name === null || payload === RefusedPayload.notJoined ? refusalOf(payload) : null;
  }

  /** A command has one argument; trailing nulls of an emit are ignored. */
  override rawInput(): unknown {
    const { args } = this;
    const payload = args[0];
    if (payload instanceof RefusedPayload) throw refusalOf(payload);
    for (let i = 1; i < args.length; i++) {
      if (args[i] !== null && args[i] !== undefined) {
        throw new AppError('VALIDATION_FAILED', {
          details: [{ path: '', message: 'expected one argument, and after it at most a callback' }],
        });
      }
    }
    return payload;
  }

  override enter(start: () => void, delays: boolean): void {
    this.order = delays ? 'write' : this.handler!.definition.order;
    this.connection.lane.enter(this.order, start);
  }

  override leave(): void {
    this.connection.lane.leave(this.order);
  }

  override run(request: CommandRequest<CommandName>): unknown {
    return this.handler!.handle(request, this.connection);
  }

  protected override sendResult(result: unknown): void {
    const { ack, connection } = this;
    const { definition } = this.handler!;
    const reply = replyTo(definition, result);
    // A send is answered with the message that was counted when it came.
    if (definition.order === 'send' && ack) ack(encodeOk(result));
    else if (ack) {
      const answer = measureOk(result);
      this.charge(answer.bytes);
      ack(answer);
    } else if (reply) {
      const answer = Encoded.of(result);
      this.charge(answer.bytes);
      connection.socket.emit(reply, answer);
    }
  }

  private charge(bytes: number): void {
    this.around.limits.answered(this.countedAs(), this.connection.address, bytes);
  }

  protected override sendError(error: AppError, thrown: unknown): void {
    const { connection, name, ack, around } = this;
    if (error.code === 'INTERNAL') around.logger.error(this.describe(thrown), 'A command failed');
    const view = error.toView();
    if (ack) ack({ ok: false, error: view });
    else connection.socket.emit('exception', { command: name, ...view });
    if (error.code !== 'RATE_LIMITED') return;
    const isFlooding = connection.isFlooding();
    if (around.limits.isFlooding(this.countedAs()) || isFlooding) connection.cutOff(error);
  }

  /** The fields of a log line about this call: ids and the command name, nothing of its input. */
  private describe(err: unknown): object {
    const { id, userId } = this.connection;
    return { err, socketId: id, userId, command: this.name };
  }
}
