import { z } from 'zod';
import type { EventName } from './events.js';
import { clientId, id } from './scalars.js';

/**
 * How a command stands to the others of its socket.
 *
 * - `send`: sends run side by side; the message writer keeps their order.
 * - `write`: waits for every earlier write of the socket, and later ones wait for it.
 * - `read`: sees every earlier write of the socket; nothing waits for it.
 */
export type CommandOrder = 'send' | 'write' | 'read';

export interface CommandDefinition<I extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  summary: string;
  input: I;
  result: R;
  order: CommandOrder;
  /** The field that a bare number or numeric string stands for: `getChats` with `1` is `{ userId: 1 }`. */
  bare?: string;
  /** Fields of the input that say who is asking, in open mode; in jwt mode they must name the caller. */
  actor: readonly string[];
  /** The event that a caller without a callback hears; null: nothing. */
  reply: EventName | null;
  /** Whether it can be sent by a socket. */
  socket: boolean;
  /**
   * The REST twin. Path parameters, query (of GET and DELETE) and JSON body together are the input; `without`
   * are fields that the path leaves no use for.
   */
  rest: {
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
    path: string;
    status: 200 | 201;
    without?: readonly string[];
    /** Where commands share a route: it is this one when the body has one of these fields. */
    when?: readonly string[];
  } | null;
}

/** Keeps the literal types of a definition, so that inputs and results can be derived from it. */
export function define<I extends z.ZodType, R extends z.ZodType, const D extends CommandDefinition<I, R>>(
  definition: D & CommandDefinition<I, R>,
): D {
  return definition;
}

/** Input that names a chat, and in open mode may name who asks. */
export const inChat = z.object({ chatId: id, userId: id.optional() });

/** Input that names a message, and in open mode may name who asks. */
export const onMessage = z.object({ messageId: id, userId: id.optional() });

/** Input of commands that change something: with a key the same command again gives the same answer. */
export const repeatable = { clientId: clientId.optional() };
