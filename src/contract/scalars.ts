import { z } from 'zod';
import { takesAsIs } from './as-is.js';
import { externalIn, externalsOf, holdsExternals, idOf, MAX_EXTERNAL_ID, type Named } from './external.js';

/** The largest id, seq or version: integers beyond it lose precision in JSON. 2^53 - 1. */
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/** Longest text of a message, in UTF-16 code units. */
export const MAX_CONTENT_LENGTH = 10_000;

const NUMERIC = /^\d{1,16}$/;

const isInteger = (min: number, max: number) => (value: unknown) =>
  Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;

const isId = isInteger(1, MAX_INTEGER);

/**
 * An integer given as a JSON number or as a plain decimal string (`1`, `"1"`), handed on as the number.
 * `"1e3"`, `"0x1"`, `" 1"`, `1.5`, negatives and anything past 2^53 - 1 are refused.
 */
function integer(min: number, what: string, max = MAX_INTEGER) {
  const isOne = isInteger(min, max);
  const schema = z
    .union([z.number(), z.string()], { error: `expected ${what}` })
    .transform((value, context) => {
      const number = typeof value === 'number' ? value : NUMERIC.test(value) ? Number(value) : Number.NaN;
      if (isOne(number)) return number;
      context.issues.push({ code: 'custom', message: `expected ${what}`, input: value });
      return z.NEVER;
    })
    .pipe(z.number().int().min(min).max(max));
  return takesAsIs(schema, isOne);
}

const AN_ID = 'an id: an integer from 1 to 9007199254740991';

/** Id of a message or of something else that has no externalId: an integer from 1 to 2^53 - 1. */
export const id = integer(1, AN_ID);

/** Id of a user, or `external:<externalId>`, which stands for it until the pipeline has looked it up. */
export const userId = named('user');

/** The user after whom a page begins; 0: the first page. */
export const afterUser = named('user', 0);

/** Id of a chat, or `external:<externalId>`, as with users. */
export const chatId = named('chat');

/** What is expected where an id of a user or chat is taken. */
export function expectedId(of: Named): string {
  return `expected ${AN_ID}, or external: and the externalId of a ${of}`;
}

function named(of: Named, min: 0 | 1 = 1) {
  const error = expectedId(of);
  const isOne = isInteger(min, MAX_INTEGER);
  const schema = z
    .union([z.number(), z.string()], { error })
    .transform((value, context) => {
      const externalId = externalIn(value);
      // A text only until it is looked up: services get the number.
      if (externalId !== null && isExternalId(externalId)) return value as number;
      const number = typeof value === 'string' ? (NUMERIC.test(value) ? Number(value) : Number.NaN) : value;
      if (isOne(number)) return number;
      context.issues.push({ code: 'custom', message: error, input: value });
      return z.NEVER;
    })
    .pipe(idOf(of, min));
  return takesAsIs(schema, isOne);
}

/** Yes or no. */
export const flag = takesAsIs(z.boolean(), (value) => typeof value === 'boolean');

type AnyId = z.ZodType<number, number | string>;

/** Up to `max` ids. */
export function ids(max: number, one: AnyId = id) {
  const schema = z
    .array(one, { error: 'expected a list of ids' })
    .max(max, { error: `expected at most ${max} ids` });
  return takesAsIs(schema, (value) => Array.isArray(value) && value.length <= max && value.every(isId));
}

/** As `ids` and at least one, in a query string: `1,2,3`, or the parameter several times, each then one id. */
export function idsInQuery(max: number, one: AnyId = id) {
  return z
    .union([z.string(), z.array(z.union([z.string(), z.number()]))], {
      error: 'expected ids, comma-separated',
    })
    .transform((value): (string | number)[] => (typeof value === 'string' ? value.split(',') : value))
    .pipe(ids(max, one).min(1, { error: 'expected ids, comma-separated' }))
    .describe(`1 to ${max} ids, separated by commas.`);
}

/** As `idsInQuery`, or a list of ids as JSON has it. */
export function idsInQueryOrList(max: number, one: AnyId = id) {
  return z
    .union([z.string(), z.array(z.union([z.string(), z.number()]))], { error: 'expected a list of ids' })
    .transform((value): (string | number)[] => (typeof value === 'string' ? value.split(',') : value))
    .pipe(ids(max, one).min(1, { error: 'expected at least one id' }))
    .describe(`1 to ${max} ids; in a query separated by commas.`);
}

/** A position in a chat (`seq`) or a count of its changes (`version`): an integer from 0. */
export const position = integer(0, 'an integer from 0 to 9007199254740991');

/** A whole number within bounds. */
export function wholeNumber(min: number, max: number) {
  return integer(min, `a whole number from ${min} to ${max}`, max);
}

/** How many items a page holds. */
export function pageSize(max: number, otherwise: number) {
  return wholeNumber(1, max).default(otherwise);
}

/** How many items come with something else; 0: none. */
export function itemCount(max: number, otherwise: number) {
  return integer(0, `a whole number from 0 to ${max}`, max).default(otherwise);
}

/** Yes or no, also in a query string. */
export const queryFlag = z
  .union([z.boolean(), z.enum(['true', 'false'])], { error: 'expected true or false' })
  .transform((value) => value === true || value === 'true')
  .pipe(z.boolean());

/**
 * What PostgreSQL can't store in text as it stands: NUL is refused by the server, a lone surrogate has no
 * UTF-8 form and would come back as U+FFFD.
 */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

const STORABLE = 'expected text without NUL characters and unpaired surrogates';

/**
 * Text that is stored exactly as it came: nothing trimmed, nothing replaced. Length in UTF-16 code units, though
 * zod's own `max` counts code points, as JSON Schema does.
 */
export function text(max: number) {
  const error = `expected at most ${max} characters`;
  const schema = z
    .string()
    .max(max, { error, abort: true })
    .refine((value) => value.length <= max, { error })
    .refine(isStorable, { error: STORABLE });
  return takesAsIs(schema, (value) => isText(value, max));
}

const isText = (value: unknown, max: number) =>
  typeof value === 'string' && value.length <= max && isStorable(value);

/** Something that shows: no space, control, format or filler character. Some signs show although they count as format. */
const VISIBLE =
  /[^\p{Z}\p{Cc}\p{Cf}\p{DI}\p{NChar}\u2800]|[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]/u;

/** Whether a text shows nothing: white space and invisible characters only. */
export const isBlank = (value: string): boolean => !/[!-~]/.test(value) && !VISIBLE.test(value);

/** As `text`, and empty if it is left out. */
export function textOrNone(max: number, about: string) {
  return takesAsIs(text(max).default('').describe(about), (value) => isText(value, max));
}

/** As `text`, and with at least one character that shows. */
export function filledText(max: number) {
  const schema = text(max).refine((value) => !isBlank(value), { error: 'expected text that is not blank' });
  return takesAsIs(schema, (value) => isText(value, max) && !isBlank(value as string));
}

const isExternalId = (value: unknown): value is string =>
  isText(value, MAX_EXTERNAL_ID) && !isBlank(value as string);

/** The id that a user or chat has in the application: 1 to 256 UTF-16 code units, of which one shows. */
export const externalId = filledText(MAX_EXTERNAL_ID);

/**
 * What somebody logs in by; an e-mail address will do. ASCII only, so that no name looks like another one and
 * upper and lower case are the same everywhere.
 */
export const userName = z
  .string()
  .regex(/^[\w.@+-]{3,254}$/, { error: 'expected 3 to 254 letters, digits or . _ @ + -' });

/** 8 to 256 UTF-16 code units. */
export const password = text(256).refine((value) => value.length >= 8, {
  error: 'expected at least 8 characters',
});

const CLIENT_ID = /^[\x21-\x7e]{1,128}$/;

/** Key that makes a command repeatable: 1 to 128 printable ASCII characters, a UUID for example. */
export const clientId = takesAsIs(
  z.string().regex(CLIENT_ID, { error: 'expected 1 to 128 printable ASCII characters without spaces' }),
  (value) => typeof value === 'string' && CLIENT_ID.test(value),
);

/** Most members of a group. */
export const MAX_MEMBERS = 1_000;

/** Ids of people: at least `min`, and at most as many as a group may have members. */
export function people(min: 0 | 1) {
  const list = z.array(userId, { error: 'expected a list of ids' });
  const some = min === 0 ? list : list.min(min, { error: `expected at least ${min} id` });
  return some.max(MAX_MEMBERS, { error: `expected at most ${MAX_MEMBERS} ids` });
}

/** Most people that one message mentions. */
export const MAX_MENTIONS = 50;

/** Bounds of free-form JSON. */
export const METADATA = { depth: 8, keys: 250, bytes: 16_384 } as const;

const utf8 = new TextEncoder();

/**
 * Beyond 2^53 - 1 a JSON number is read as one of its neighbours, here and in most clients. By the time it is looked at
 * it has been: but all that are rounded are whole and beyond.
 */
const isExact = (value: number) => !Number.isInteger(value) || Number.isSafeInteger(value);

/**
 * What is wrong with a free-form JSON object, or null. Looks no deeper than the bound, so nothing can overflow it. Keys
 * are only words: `__proto__` and `constructor` are kept like any other.
 */
export function metadataFault(value: object): string | null {
  let keys = 0;
  const look = (node: unknown, depth: number): string | null => {
    if (typeof node === 'string') return isStorable(node) ? null : STORABLE;
    if (typeof node === 'number') {
      if (!Number.isFinite(node)) return 'expected finite numbers';
      return isExact(node) ? null : 'expected integers up to 9007199254740991: send larger ones as text';
    }
    if (typeof node === 'boolean' || node === null) return null;
    if (typeof node !== 'object') return 'expected JSON values';
    if (depth > METADATA.depth) return `expected at most ${METADATA.depth} levels of nesting`;
    for (const [key, child] of Object.entries(node)) {
      if (++keys > METADATA.keys) return `expected at most ${METADATA.keys} keys and elements`;
      const fault = isStorable(key) ? look(child, depth + 1) : STORABLE;
      if (fault) return fault;
    }
    return null;
  };
  const fault = look(value, 1);
  if (fault) return fault;
  return utf8.encode(JSON.stringify(value)).length > METADATA.bytes
    ? `expected at most ${METADATA.bytes} bytes of JSON`
    : null;
}

type JsonObject = Record<string, unknown>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isMetadata = (value: unknown): value is JsonObject => isObject(value) && metadataFault(value) === null;

const freeJson = z
  .custom<JsonObject>(isObject, { error: 'expected a JSON object' })
  .superRefine((value, context) => {
    if (typeof value !== 'object' || value === null) return;
    const fault = metadataFault(value);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  })
  .meta({ type: 'object', additionalProperties: true });

/** The application's own JSON object: at most 8 levels, 250 keys and elements, 16 KiB. */
export const metadata = takesAsIs(freeJson, isMetadata);

const isMention = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;

/** In place of a list: everybody in the chat. */
export const EVERYBODY = 'all';

const mentionsPeople = ({ mentions }: JsonObject) =>
  mentions === undefined ||
  mentions === EVERYBODY ||
  (Array.isArray(mentions) && mentions.length <= MAX_MENTIONS && mentions.every(isMention));

/** Null is like nothing, as in every field that may be left out. */
function withoutNullMentions(value: JsonObject): JsonObject {
  if (!isObject(value) || value.mentions !== null) return value;
  const { mentions: _, ...own } = value;
  return own;
}

const namesPeople = (value: JsonObject) =>
  mentionsPeople(value) ||
  (Array.isArray(value.mentions) && value.mentions.length <= MAX_MENTIONS && value.mentions.every(isNamed));

/** Ids in `mentions` may be text, as ids are everywhere: handed on as numbers. */
function withMentionsAsNumbers(value: JsonObject): JsonObject {
  if (!isObject(value) || !Array.isArray(value.mentions) || value.mentions.every(isMention)) return value;
  return { ...value, mentions: value.mentions.map((one: unknown) => userId.safeParse(one).data ?? one) };
}

/** A mention before it is looked up. */
const isNamed = (value: unknown) => isMention(value) || isExternalId(externalIn(value));

/** Swaps what stands in `mentions` for an id. */
const swapMentions = externalsOf(z.object({ mentions: z.array(userId) }))!;

/**
 * Only the server says that a message is streamed. Where somebody else says so it is dropped rather than refused, so a message can
 * be sent back as it was told.
 */
function withoutStreaming(value: JsonObject): JsonObject {
  if (!isObject(value) || !saysStreaming(value)) return value;
  const { streaming: _, ...own } = value;
  return own;
}

const saysStreaming = (value: JsonObject) => Object.hasOwn(value, 'streaming');

/** Of a message without a sender. */
export const systemMetadata = takesAsIs(
  metadata.overwrite(withoutStreaming),
  (value) => isMetadata(value) && !saysStreaming(value),
);

const metadataOfMessage = metadata
  .overwrite(withoutStreaming)
  .overwrite(withoutNullMentions)
  .overwrite(withMentionsAsNumbers)
  .superRefine((value, context) => {
    if (!isObject(value) || namesPeople(value)) return;
    const { mentions } = value;
    const listed = Array.isArray(mentions) && mentions.length <= MAX_MENTIONS;
    const wrong = listed ? mentions.findIndex((one) => !isNamed(one)) : -1;
    context.addIssue(
      wrong === -1
        ? {
            code: 'custom',
            message: `expected at most ${MAX_MENTIONS} user ids in \`mentions\`, or "${EVERYBODY}"`,
            path: ['mentions'],
          }
        : { code: 'custom', message: expectedId('user'), path: ['mentions', wrong] },
    );
  });

/** Whose `mentions` are user ids or `"all"`, where it has any; `streaming` is dropped. */
export const messageMetadata = takesAsIs(
  holdsExternals(metadataOfMessage, swapMentions),
  (value) => isMetadata(value) && mentionsPeople(value) && !saysStreaming(value),
);

/**
 * Years 1970 to 9998, at most nanoseconds: PostgreSQL knows no year 0, and rounds the last of 9999 to a year of five
 * digits.
 */
const MOMENT = /^(?!9999)(?:19[7-9]|[2-9]\d\d)\d-[^.]*(?:\.\d{1,9})?Z$/;

const WITH_OFFSET = /^(.{19})(\.\d+)?([+-]\d\d:\d\d)$/;

/** The same moment in UTC. What follows the seconds stays as it is, since a `Date` would cut it to milliseconds. */
function inUtc(value: string): string {
  const [, seconds, fraction = '', offset] = WITH_OFFSET.exec(value) ?? [];
  if (offset === undefined) return value;
  const date = new Date(`${seconds}${offset}`);
  return Number.isNaN(date.getTime()) ? value : date.toISOString().replace('.000Z', `${fraction}Z`);
}

/** A moment that is stored or compared with stored ones: ISO 8601 in UTC or with an offset, handed on in UTC. */
export const moment = z.iso
  .datetime({ offset: true })
  .overwrite(inUtc)
  .refine((value) => MOMENT.test(value), {
    error: 'expected a time of the years 1970 to 9998, with at most 9 decimals of a second',
  });
