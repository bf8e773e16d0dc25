import type { CommandRequest } from '../commands/request.js';
import type { CommandName, CommandResult, commands } from '../contract/index.js';
import type { Connection } from './connection.js';

/** The commands that a socket can send. */
export type SocketCommand = {
  [C in CommandName]: (typeof commands)[C]['socket'] extends true ? C : never;
}[CommandName];

/** A gateway's handler of a command. It gets the connection too, for commands that concern the connection itself. */
export type CommandHandler<C extends CommandName> = (
  request: CommandRequest<C>,
  connection: Connection,
) => CommandResult<C> | Promise<CommandResult<C>>;

/** The decorator stores `{ command: method name }` under this key on the gateway's prototype. */
export const COMMANDS = Symbol('commands');

/**
 * Makes a gateway's method the handler of a command. Input, answer and order come from the contract: the
 * method gets validated input, and the caller always gets its result or error.
 *
 * @example
 * ```ts
 * @Command('getChat')
 * getChat({ actor, input }: CommandRequest<'getChat'>) {
 *   return this.chats.get(actor, input);
 * }
 * ```
 */
export function Command<C extends SocketCommand>(command: C) {
  return <H extends CommandHandler<C>>(
    prototype: object,
    method: string | symbol,
    _descriptor: TypedPropertyDescriptor<H>,
  ): void => {
    const own = prototype as { [COMMANDS]?: Map<SocketCommand, string | symbol> };
    own[COMMANDS] ??= new Map();
    own[COMMANDS].set(command, method);
  };
}
