import type { CommandRequest } from '../commands/request.js';
import type { CommandName, CommandResult, commands } from '../contract/index.js';
import type { Connection } from './connection.js';

/** The commands that a socket can send. */
export type SocketCommand = {
  [C in CommandName]: (typeof commands)[C]['socket'] extends true ? C : never;
}[CommandName];

/** What a gateway's handler takes: the request, and the connection where the command is about that. */
export type CommandHandler<C extends CommandName> = (
  request: CommandRequest<C>,
  connection: Connection,
) => CommandResult<C> | Promise<CommandResult<C>>;

/** Where the decorator leaves `{ command: method name }` on the gateway's prototype. */
export const COMMANDS = Symbol('commands');

/**
 * Makes a gateway's method the handler of a command. Input, answer and order come from the contract: the
 * method gets validated input and its result or error always answers the caller.
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
