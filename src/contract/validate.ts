import type { z } from 'zod';
import { type AsIsTest, asIsTestOf } from './as-is.js';
import { type CommandInput, type CommandName, definitionOf } from './commands.js';
import { AppError, type FieldFault } from './errors.js';
import {
  type Externals,
  externalsOf,
  fieldsWithListsOfExternals,
  type Named,
  type SwapExternals,
} from './external.js';
import { isView, misleadingIn, misledBy } from './misleading.js';
import { type LeaveOut, leaveOutOf, leaveOutOfQuery } from './nulls.js';

/** At most this many faults are told at once. */
export const MAX_FAULTS = 10;

/** Names within fields that are ours too. */
const OURS = new Set(['externalId', 'mentions']);

/**
 * The first part is a field of ours. What follows may be a key that the sender made up: an id, an index or a name of ours
 * is shown.
 */
function shownPath(path: readonly PropertyKey[]): string {
  const [field = '', ...within] = path.map(String);
  const strange = within.findIndex((part) => !/^\d{1,16}$/.test(part) && !OURS.has(part));
  return [field, ...(strange === -1 ? within : within.slice(0, strange))].join('.').slice(0, 100);
}

function fieldFaults(error: z.ZodError): FieldFault[] {
  return error.issues.slice(0, MAX_FAULTS).map((issue) => ({
    path: shownPath(issue.path),
    message: issue.message,
  }));
}

const asIsTests = new Map<CommandName, AsIsTest | null>();

/** Whether the command's input is in the form that services take as it came. */
function isAsServicesTakeIt(name: CommandName, value: unknown): boolean {
  let test = asIsTests.get(name);
  if (test === undefined) asIsTests.set(name, (test = asIsTestOf(definitionOf(name).input)));
  return test !== null && test(value);
}

const misleading = new Map<CommandName, ReturnType<typeof misleadingIn>>();

/** @throws AppError VALIDATION_FAILED for fields that would do nothing although they look otherwise. */
function refuseMisleading(name: CommandName, input: unknown): void {
  let fields = misleading.get(name);
  if (fields === undefined) misleading.set(name, (fields = misleadingIn(definitionOf(name))));
  const details = misledBy(fields, input).slice(0, MAX_FAULTS);
  if (details.length > 0) throw new AppError('VALIDATION_FAILED', { details });
}

/**
 * Of a Message that is sent back to change it, the `clientId` is the key of the message and not of this command: with
 * it the second change would be refused as another one with the same key.
 */
function withoutKeyOfMessage(name: CommandName, input: unknown): unknown {
  if (name === 'sendMessage' || typeof input !== 'object' || input === null) return input;
  if (!('clientId' in input) || !('seq' in input) || !isView(input)) return input;
  const { clientId: _, ...others } = input;
  return others;
}

const leaveOuts = new Map<CommandName, LeaveOut | null>();
const queries = new Map<CommandName, ReturnType<typeof leaveOutOfQuery>>();

/** The value without nulls that mean nothing. */
function withoutNulls(name: CommandName, value: unknown): unknown {
  let leaveOut = leaveOuts.get(name);
  if (leaveOut === undefined) leaveOuts.set(name, (leaveOut = leaveOutOf(definitionOf(name).input)));
  return leaveOut === null ? value : leaveOut(value);
}

/**
 * The query of a command's route without parameters that say nothing: `?before=&after=null`.
 *
 * @throws AppError VALIDATION_FAILED for a parameter that is not known, of what only the application asks.
 */
export function givenInQuery(name: CommandName, query: Record<string, unknown>): Record<string, unknown> {
  let leaveOut = queries.get(name);
  if (leaveOut === undefined) queries.set(name, (leaveOut = leaveOutOfQuery(definitionOf(name).input)));
  const given = leaveOut(query);
  if (definitionOf(name).who === 'application') refuseUnknown(name, given);
  return given;
}

/**
 * In what only the application asks, a parameter that is not known is refused: a filter that is misspelt would find
 * everything. Elsewhere it is left out, as an unknown field of a body is: clients may be newer than the server. What is in
 * the path is no parameter of the query, where it would do nothing.
 *
 * @throws AppError VALIDATION_FAILED
 */
function refuseUnknown(name: CommandName, query: Record<string, unknown>): void {
  const { input, rest } = definitionOf(name);
  const inPath = rest?.path.split('/').filter((part) => part.startsWith(':')) ?? [];
  const fields = Object.keys((input as z.ZodObject).shape);
  const known = fields.filter((field) => !inPath.includes(`:${field}`));
  if (Object.keys(query).every((field) => known.includes(field))) return;
  refuseMisleading(name, query);
  // Its name is not repeated: it may be anything.
  const message =
    known.length === 0 ? 'expected no parameters' : `expected no other parameter than ${known.join(', ')}`;
  throw new AppError('VALIDATION_FAILED', { details: [{ path: '', message }] });
}

/**
 * The input of a command in the form that services take: defaults filled in, numeric strings turned to numbers, unknown
 * keys dropped, and null left out where it has no meaning (`leaveOutOf`). A bare number or string stands for the command's main id; nothing at all
 * stands for an empty object.
 *
 * Keys that are not known are dropped, but for those that look as if they did something (`misleading`).
 *
 * @throws AppError VALIDATION_FAILED with `details: FieldFault[]`, which never repeat what was sent.
 */
export function parseInput<C extends CommandName>(name: C, raw: unknown): CommandInput<C> {
  const { bare, input } = definitionOf(name);
  const scalar = typeof raw === 'number' || typeof raw === 'string';
  const given = scalar && bare ? { [bare]: raw } : (raw ?? {});
  if (isAsServicesTakeIt(name, given)) return given as CommandInput<C>;
  refuseMisleading(name, given);
  const value = withoutNulls(name, withoutKeyOfMessage(name, given));
  if (value !== given && isAsServicesTakeIt(name, value)) return value as CommandInput<C>;
  const result = input.safeParse(value);
  if (result.success) return result.data as CommandInput<C>;
  throw new AppError('VALIDATION_FAILED', { details: fieldFaults(result.error) });
}

const swaps = new Map<CommandName, SwapExternals | null>();

function swapsOf(name: CommandName): SwapExternals | null {
  let swap = swaps.get(name);
  if (swap === undefined) swaps.set(name, (swap = externalsOf(definitionOf(name).input)));
  return swap;
}

/**
 * Whom and what a command's parsed input names as `external:<externalId>`, where ids are taken; null: nobody and nothing.
 * Input that `parseInput` handed on as it came names nobody in that way.
 */
export function externalsIn(name: CommandName, input: unknown): Externals | null {
  const swap = swapsOf(name);
  if (swap === null) return null;
  const named = { user: new Set<string>(), chat: new Set<string>() };
  swap(input, (externalId, of) => named[of].add(externalId));
  return named.user.size + named.chat.size === 0 ? null : named;
}

const lists = new Map<CommandName, readonly string[]>();

/** The fields of a command's input that are lists of ids of users or chats. */
export function listsOfExternals(name: CommandName): readonly string[] {
  let fields = lists.get(name);
  if (fields === undefined) {
    lists.set(name, (fields = fieldsWithListsOfExternals(definitionOf(name).input)));
  }
  return fields;
}

/**
 * The input with the ids in place of the externalIds, in the form that services take.
 *
 * @throws AppError VALIDATION_FAILED when it breaks a rule with these ids: a receiver who is the sender, for example.
 */
export function withIds<C extends CommandName>(
  name: C,
  input: CommandInput<C>,
  idOf: (externalId: string, of: Named) => number,
): CommandInput<C> {
  const swap = swapsOf(name);
  return swap === null ? input : parseInput(name, swap(input, idOf));
}
