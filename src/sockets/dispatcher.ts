import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Socket } from 'socket.io';
import type { Person } from '../commands/identity/principal.js';
import { Identity } from '../commands/identity/identity.js';
import {
  AppError,
  type CommandDefinition,
  type CommandInput,
  type CommandName,
  limitOf,
  parseInput,
} from '../contract/index.js';
import { toAppError, tooSlow } from '../common/errors/failure.js';
import { Idempotency } from '../commands/idempotency/idempotency.js';
import { Limits } from '../commands/limits/limits.js';
import { type Answer, Call } from './call.js';
import type { Counter } from '../common/metrics/histogram.js';
import { Metrics } from '../common/metrics/metrics.js';
import { Connection } from './connection.js';
import { Deadlines } from './deadlines.js';
import { type Handler, Handlers } from './handlers.js';
import { admittedAt } from './handshake.js';
import { TokenExpiry } from './token-expiry.js';
import { RefusedPayload } from './wire/parser.js';
import type { Ack, Wire } from './wire/wire.js';

/**
 * Takes every command of every socket to its handler: one listener a socket, whatever the number of commands.
 *
 * Everything up to the handler's first await happens in the call that brought the frame, so handlers start
 * in the order of the frames. Each call is answered once: result, error, unknown command, or UNAVAILABLE when
 * the bound of `Deadlines` has passed.
 */
@Injectable()
export class Dispatcher implements OnApplicationShutdown {
  private readonly logger = new Logger(Dispatcher.name);
  private readonly deadlines = new Deadlines();
  private readonly opened: Counter;

  constructor(
    private readonly handlers: Handlers,
    private readonly identity: Identity,
    private readonly idempotency: Idempotency,
    private readonly limits: Limits,
    private readonly expiry: TokenExpiry,
    metrics: Metrics,
  ) {
    this.opened = metrics.counter('chat_connections_total', 'Sockets that connected.');
  }

  onApplicationShutdown(): void {
    this.deadlines.stop();
  }

  /** From now on the socket's commands are handled. */
  attach(socket: Socket, wire: Wire): void {
    const connection = new Connection(socket, admittedAt(socket));
    connection.address = this.limits.addressOf(socket.request);
    this.opened.add();
    connection.line = wire.open(socket, (command, args, ack, size) =>
      this.dispatch(connection, command, args, ack, size),
    );
    if (connection.caller) this.begin(connection, connection.caller);
  }

  /** Connections with commands that are not answered yet. */
  busy(): Set<Connection> {
    return this.deadlines.waiting();
  }

  /** In jwt mode a socket is its person's from the start: as if `userOnline` were the first that it sent. */
  private begin(connection: Connection, { userId }: Person): void {
    this.expiry.watch(connection);
    const closeIfRefused = (answer: unknown) => {
      // By its transport: the client comes back by itself then.
      if ((answer as Answer).ok === false) connection.socket.conn.close();
    };
    this.dispatch(connection, 'userOnline', [userId], closeIfRefused, 0);
  }

  /** `size` is the frame's, in characters, which bytes are as a rule. */
  private dispatch(
    connection: Connection,
    command: unknown,
    args: unknown[],
    ack: Ack | null,
    size: number,
  ): void {
    const handler = this.handlers.of(command);
    const name = typeof command === 'string' ? command.slice(0, 100) : null;
    const call = new Call(connection, name, ack, this.handlers.meterOf(handler));
    try {
      if (this.limits.on) this.count(connection, handler?.definition, size);
      if (!handler) throw new AppError('UNKNOWN_COMMAND');
      if (connection.isLeaving) throw tooSlow();
      const input = parseInput(handler.name, payloadOf(args));
      this.deadlines.add(call);
      connection.lane.enter(handler.definition.order, () => this.start(call, handler, input));
    } catch (error) {
      this.refuse(call, error);
    }
  }

  /** @throws AppError RATE_LIMITED */
  private count(connection: Connection, definition: CommandDefinition | undefined, size: number): void {
    const { id, userId, caller, address } = connection;
    this.limits.arrival(address, size);
    this.limits.command(limitOf(definition), caller?.userId ?? userId ?? id, address, size);
  }

  /** In its turn: an earlier userOnline has said by now who this is. */
  private start(call: Call, handler: Handler, input: CommandInput<CommandName>): void {
    const { connection } = call;
    const { order, reply } = handler.definition;
    if (call.answered) {
      // It waited too long, and its sender has been told so: it is not done behind their back.
      connection.lane.leave(order);
      return;
    }
    const claim = { userId: connection.userId, origin: connection.id, caller: connection.caller };
    let outcome: Promise<unknown>;
    try {
      const actor = this.identity.actorOf(handler.name, input, claim);
      outcome =
        order === 'write'
          ? this.idempotency.run(handler.name, actor, input, () =>
              handler.handle({ actor, input }, connection),
            )
          : Promise.resolve(handler.handle({ actor, input }, connection));
    } catch (error) {
      outcome = Promise.reject(error);
    }
    outcome.then(
      (result) => {
        call.succeed(result, reply);
        connection.lane.leave(order);
      },
      (error: unknown) => {
        this.refuse(call, error);
        connection.lane.leave(order);
      },
    );
  }

  private refuse(call: Call, thrown: unknown): void {
    const error = toAppError(thrown);
    if (error.code === 'INTERNAL') this.logger.error(call.describe(thrown), 'A command failed');
    call.fail(error);
    if (error.code === 'RATE_LIMITED' && call.connection.isFlooding()) call.connection.cutOff(error);
  }
}

/** A command carries one argument; an emit's trailing nulls are nothing. */
function payloadOf(args: unknown[]): unknown {
  const payload = args[0];
  if (payload instanceof RefusedPayload) throw new AppError('PAYLOAD_REFUSED');
  for (let i = 1; i < args.length; i++) {
    if (args[i] !== null && args[i] !== undefined) {
      throw new AppError('VALIDATION_FAILED', {
        details: [{ path: '', message: 'expected one argument, and a callback only as the last' }],
      });
    }
  }
  return payload;
}
