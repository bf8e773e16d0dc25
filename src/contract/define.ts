import { z } from 'zod';
import type { EventName } from './events.js';
import type { Permission } from './permissions.js';
import { chatId, clientId, id, userId } from './scalars.js';

/**
 * The order of a command and the others of its socket.
 *
 * - `send`: sends run side by side; the message writer keeps their order.
 * - `write`: waits for every earlier write of the socket, and later ones wait for it.
 * - `read`: sees every earlier write of the socket; nothing waits for it.
 */
export type CommandOrder = 'send' | 'write' | 'read';

/**
 * Which limit a command counts against (RATE_LIMIT_… of the environment): `login` by address, the others by person.
 */
export type CommandLimit = 'login' | 'message' | 'typing' | 'createChat' | 'other';

/**
 * How much of its limit a command uses: `base` (default: 1), and 1 more for each further `per` of the field `of`: of
 * its value if it is a number, else of its elements or keys. `{ of: 'limit', per: 50 }` is 1 up to a limit of 50, and 2
 * up to 100. Of several fields the first that is given counts.
 */
export interface CommandCost {
  base?: number;
  of?: string | readonly string[];
  per?: number;
}

/**
 * Who may use a command. `Identity` checks it for both edges.
 *
 * - `anyone`: without a token. The service must not use the actor.
 * - `known`: a person, or the application.
 * - `person`: a person, or the application in the name of one.
 * - `oneself`: the person whom it is about, or the application.
 * - `application`: the application, not in the name of a person.
 */
export type WhoMayUse = 'anyone' | 'known' | 'person' | 'oneself' | 'application';

export interface CommandDefinition<I extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  summary: string;
  input: I;
  result: R;
  /** Over REST the answer is a stream of JSON Lines, and `result` is one of them. */
  lines?: true;
  order: CommandOrder;
  /** Left out: `message` for what is sent, `other` for the rest. */
  limit?: CommandLimit;
  /** How much it uses of that limit. Left out: 1. */
  cost?: CommandCost;
  /**
   * Requests without a user are counted by this field of the input, by its first `characters`. Left out: by the
   * address.
   */
  countedBy?: { field: string; characters: number };
  /** The field of the input that the cookie of a login stands for, over REST, where the request leaves it out. */
  cookie?: string;
  /** The field that gets a plain number or numeric string: `getChats` with `1` is `{ userId: 1 }`. */
  bare?: string;
  /** Left out: `known`. */
  who?: WhoMayUse;
  /** What differs in open mode: who may use it there, or that it is not available (`off`: NOT_CONFIGURED). */
  inOpenMode?: WhoMayUse | 'off';
  /** The permission that a person needs in the chat; the service checks it. The application may do everything. */
  needs?: Permission;
  /** Fields of the input that say who is asking, in open mode; in jwt mode they must name the caller. */
  actor: readonly string[];
  /** The event that a caller without a callback receives; null: none. */
  reply: EventName | null;
  /** The event instead of `reply` when that field of the result has that value. */
  otherReply?: { event: EventName; field: string; is: string };
  /**
   * Fields that the command does not take although they look as if they did something, each with what to do instead.
   * They are refused, unless the input is one of our views that is sent back, or the field says what is the case anyway.
   */
  misleading?: Readonly<Record<string, string | { unless: unknown; error: string }>>;
  /** Whether it can be sent by a socket. */
  socket: boolean;
  /**
   * The REST counterpart. Path parameters, query (of GET and DELETE) and JSON body together are the input; `without`
   * are fields that the path leaves no use for.
   */
  rest: {
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
    path: string;
    status: 200 | 201;
    without?: readonly string[];
    /** If commands share a route: it is this command when the body has one of these fields. */
    when?: readonly string[];
  } | null;
}

/** Keeps the literal types of a definition, so that inputs and results can be derived from it. */
export function define<I extends z.ZodType, R extends z.ZodType, const D extends CommandDefinition<I, R>>(
  definition: D & CommandDefinition<I, R>,
): D {
  return definition;
}

/** Who may use a command in a mode; `off`: it is not there. */
export function whoMayUse(
  { who = 'known', inOpenMode }: CommandDefinition,
  open: boolean,
): WhoMayUse | 'off' {
  return open && inOpenMode !== undefined ? inOpenMode : who;
}

/** The limit that a command counts against; what is no command counts as `other`. */
export function limitOf(definition: CommandDefinition | undefined): CommandLimit {
  return definition?.limit ?? (definition?.order === 'send' ? 'message' : 'other');
}

/** How much of its limit a command with this validated input uses. */
export function costOf({ base = 1, of, per = 1 }: CommandCost, input: object): number {
  if (of === undefined) return base;
  const given = input as Record<string, unknown>;
  const field = typeof of === 'string' ? of : of.find((one) => given[one] !== undefined);
  const value = field === undefined ? 0 : given[field];
  const amount = typeof value === 'object' && value !== null ? Object.keys(value).length : Number(value ?? 0);
  return base + Math.max(0, Math.ceil(amount / per) - 1);
}

/** The largest `limit` of a command that answers in pages; null for other commands. */
export function largestPage({ input }: CommandDefinition): number | null {
  const { properties } = z.toJSONSchema(input, { unrepresentable: 'any' });
  const limit = properties?.limit;
  return typeof limit === 'object' ? (limit.maximum ?? null) : null;
}

/** The part of the input that an anonymous request is counted by, validated or not; null: its address. */
export function countedBy({ countedBy }: CommandDefinition, input: object): string | null {
  if (countedBy === undefined) return null;
  const value = (input as Record<string, unknown>)[countedBy.field];
  return typeof value === 'string' ? value.slice(0, countedBy.characters) : null;
}

/** The events that a caller without a callback may hear as the answer. */
export function repliesOf({ reply, otherReply }: CommandDefinition): EventName[] {
  return [reply, otherReply?.event].filter((event) => event != null);
}

/** The event that a caller without a callback hears with this result; null: none. */
export function replyTo({ reply, otherReply }: CommandDefinition, result: unknown): EventName | null {
  if (otherReply === undefined || typeof result !== 'object' || result === null) return reply;
  return (result as Record<string, unknown>)[otherReply.field] === otherReply.is ? otherReply.event : reply;
}

/** Input that names a chat, and in open mode may name who asks. */
export const inChat = z.object({ chatId, userId: userId.optional() });

/** Input that names a message, and in open mode may name who asks. */
export const onMessage = z.object({ messageId: id, userId: userId.optional() });

/** Input of commands that change something: with a key, the same command again has no second effect. */
export const repeatable = { clientId: clientId.optional() };
