import { setImmediate, setTimeout } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import type { Call } from '../commands/call.js';
import { Limits } from '../commands/limits/limits.js';
import { CommandPipeline } from '../commands/pipeline.js';
import type { Counter } from '../common/metrics/histogram.js';
import { Metrics } from '../common/metrics/metrics.js';
import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import type { Answer } from '../contract/index.js';
import { Connection } from './connection.js';
import { cutOff } from './cut-off.js';
import { Handlers } from './handlers.js';
import { admittedAt } from './handshake.js';
import { SocketCall, type Surroundings } from './socket-call.js';
import { TokenExpiry } from './token-expiry.js';
import { WaitingOutput } from './waiting-output.js';
import { engineOf } from './wire/internals.js';
import type { Ack, Wire } from './wire/wire.js';

/** Milliseconds between two checks whether the commands of a connection that is being closed are answered. */
const LOOK_EVERY_MS = 20;

const isOf = (connection: Connection, call: Call) =>
  call instanceof SocketCall && call.connection === connection;

/** Hands every command of every socket to the pipeline, with one listener per socket for all commands. */
@Injectable()
export class Dispatcher {
  private readonly around: Surroundings;
  private readonly opened: Counter;

  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly handlers: Handlers,
    private readonly limits: Limits,
    private readonly expiry: TokenExpiry,
    private readonly waiting: WaitingOutput,
    metrics: Metrics,
  ) {
    this.around = { limits, logger: new Logger(Dispatcher.name) };
    this.opened = metrics.counter('chat_connections_total', 'Sockets that connected.');
  }

  /** Starts to handle the commands of a socket. */
  attach(socket: Socket, wire: Wire): void {
    const { userId, principal } = admittedAt(socket);
    const connection = new Connection(socket, principal);
    connection.address = this.limits.addressOf(socket.request);
    this.limits.inputBelongs(socket.request, () => principal?.userId ?? connection.userId);
    this.waiting.belongs(engineOf(socket), () => connection.userId ?? connection.address);
    this.opened.add();
    connection.line = wire.open(
      socket,
      (command, args, ack, size) => this.dispatch(connection, command, args, ack, size),
      (close) => void this.end(connection, close),
    );
    this.expiry.watch(connection);
    if (userId !== null) this.begin(connection, userId);
  }

  /** Connections with commands that are not answered yet. */
  busy(): Set<Connection> {
    const calls = this.pipeline.unanswered();
    return new Set(calls.flatMap((call) => (call instanceof SocketCall ? [call.connection] : [])));
  }

  /**
   * Closes a connection whose client has sent what ends it, when the commands that came before are answered: they have a
   * deadline, so it is kept no longer than that.
   */
  private async end(connection: Connection, close: (() => void) | null): Promise<void> {
    const engine = engineOf(connection.socket);
    // What was read before in this turn may still be on its way through Socket.IO.
    await setImmediate();
    const end = performance.now() + ANSWER_WITHIN_MS + 500;
    const running = this.pipeline.unanswered().filter((call) => isOf(connection, call));
    const isWaited = () => running.some(({ answered }) => !answered) && performance.now() < end;
    while (engine.readyState === 'open' && isWaited()) await setTimeout(LOOK_EVERY_MS);
    if (engine.readyState !== 'open') return;
    if (close === null) cutOff(engine);
    else close();
  }

  /** A socket whose handshake said whose it is belongs to its user as if its first command were `userOnline`. */
  private begin(connection: Connection, userId: number): void {
    const closeIfRefused = (answer: unknown) => {
      // Close the transport, because the client then reconnects by itself.
      if ((answer as Answer).ok === false) connection.socket.conn.close();
    };
    this.dispatch(connection, 'userOnline', [userId], closeIfRefused, 0);
  }

  private dispatch(
    connection: Connection,
    command: unknown,
    args: unknown[],
    ack: Ack | null,
    size: number,
  ): void {
    const handler = this.handlers.of(command) ?? null;
    const name = typeof command === 'string' ? command.slice(0, 100) : null;
    const metric = this.handlers.metricOf(handler);
    this.pipeline.handle(new SocketCall(connection, name, args, ack, size, handler, metric, this.around));
  }
}
