import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Socket } from 'socket.io';
import { Identity } from '../auth/identity.js';
import {
  AppError,
  type CommandDefinition,
  type CommandInput,
  type CommandName,
  commandNames,
  definitionOf,
  parseInput,
} from '../contract/index.js';
import { toAppError, tooSlow } from '../database/failure.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { type Ack, Call } from './call.js';
import { type CommandHandler, COMMANDS, type SocketCommand } from './command.decorator.js';
import { Connection } from './connection.js';
import { Deadlines } from './deadlines.js';
import { RefusedPayload } from './wire/parser.js';

interface Bound {
  name: CommandName;
  definition: CommandDefinition;
  handle: CommandHandler<CommandName>;
}

/**
 * Takes every command of every socket to its handler: one listener a socket, whatever the number of commands.
 *
 * Everything up to the handler's first await happens in the call that brought the frame, so handlers start
 * in the order of the frames. Each call is answered once: result, error, unknown command, or UNAVAILABLE when
 * the bound of `Deadlines` has passed.
 */
@Injectable()
export class Dispatcher implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Dispatcher.name);
  private readonly bound = new Map<unknown, Bound>();
  private readonly deadlines = new Deadlines();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly identity: Identity,
    private readonly idempotency: Idempotency,
  ) {}

  /** @throws Error when a socket command of the contract has no handler, or two. */
  onApplicationBootstrap(): void {
    for (const { instance } of this.discovery.getProviders()) {
      const gateway = instance as (Record<string | symbol, unknown> & object) | null | undefined;
      const methods = gateway?.[COMMANDS] as Map<SocketCommand, string | symbol> | undefined;
      if (!gateway || !methods) continue;
      for (const [name, method] of methods) {
        if (this.bound.has(name)) throw new Error(`Two handlers for the command ${name}`);
        const handle = (gateway[method] as CommandHandler<CommandName>).bind(gateway);
        this.bound.set(name, { name, definition: definitionOf(name), handle });
      }
    }
    const missing = commandNames.filter((name) => definitionOf(name).socket && !this.bound.has(name));
    if (missing.length > 0) throw new Error(`No handler for the commands ${missing.join(', ')}`);
  }

  onApplicationShutdown(): void {
    this.deadlines.stop();
  }

  /** From now on the socket's commands are handled. */
  attach(socket: Socket): void {
    const connection = new Connection(socket);
    socket.onAny((command: unknown, ...args: unknown[]) => this.dispatch(connection, command, args));
  }

  /** Connections with commands that are not answered yet. */
  busy(): Set<Connection> {
    return this.deadlines.waiting();
  }

  private dispatch(connection: Connection, command: unknown, args: unknown[]): void {
    const last = args.at(-1);
    const ack = typeof last === 'function' ? (args.pop(), last as Ack) : null;
    const call = new Call(connection, typeof command === 'string' ? command.slice(0, 100) : null, ack);
    try {
      const bound = this.bound.get(command);
      if (!bound) throw new AppError('UNKNOWN_COMMAND');
      if (connection.isLeaving) throw tooSlow();
      const input = parseInput(bound.name, payloadOf(args));
      this.deadlines.add(call);
      connection.lane.enter(bound.definition.order, () => this.start(call, bound, input));
    } catch (error) {
      this.refuse(call, error);
    }
  }

  /** In its turn: an earlier userOnline has said by now who this is. */
  private start(call: Call, bound: Bound, input: CommandInput<CommandName>): void {
    const { connection } = call;
    const { order, reply } = bound.definition;
    if (call.answered) {
      // It waited too long, and its sender has been told so: it is not done behind their back.
      connection.lane.leave(order);
      return;
    }
    const claim = { userId: connection.userId, origin: connection.id };
    let outcome: Promise<unknown>;
    try {
      const actor = this.identity.actorOf(bound.name, input, claim);
      const handle = () => bound.handle({ actor, input }, connection);
      outcome =
        order === 'write'
          ? this.idempotency.run(bound.name, actor, input, handle)
          : Promise.resolve(handle());
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
    if (error.code === 'INTERNAL') this.logger.error(thrown, `Command ${call.command} failed`);
    call.fail(error);
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
