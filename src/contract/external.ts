import { z } from 'zod';

/** What stands before an `externalId` where it stands for an id. */
export const EXTERNAL = 'external:';

/** Longest `externalId`, in UTF-16 code units. */
export const MAX_EXTERNAL_ID = 256;

/** What an id is of that may be given as `external:<externalId>`. */
export type Named = 'user' | 'chat';

/** The externalId in a value of the form `external:<externalId>`; null: it has another form. */
export const externalIn = (value: unknown): string | null =>
  typeof value === 'string' && value.startsWith(EXTERNAL) ? value.slice(EXTERNAL.length) : null;

/** Is given each `external:<externalId>` of an input, with whose it is, and returns what stands there instead. */
export type Swap = (externalId: string, of: Named) => unknown;

/** Hands on a value with every `external:<externalId>` in it swapped: the same one where there is none. */
export type SwapExternals = (value: unknown, swap: Swap) => unknown;

/** Whom and what an input names by externalIds. */
export type Externals = Readonly<Record<Named, ReadonlySet<string>>>;

/** What is used of a schema's own description (https://zod.dev/packages/core#schemas). */
interface Described {
  readonly _zod: {
    readonly def: {
      readonly shape?: Record<string, z.ZodType>;
      readonly innerType?: z.ZodType;
      readonly element?: z.ZodType;
      readonly out?: z.ZodType;
    };
  };
}

const swaps = new WeakMap<z.ZodType, SwapExternals>();

/** Notes how the externals are found in what a schema takes. */
export function holdsExternals<S extends z.ZodType>(schema: S, swap: SwapExternals): S {
  swaps.set(schema, swap);
  return schema;
}

/** The ids of one kind from `minimum` on, or `external:<externalId>` in their place. */
export function idOf(of: Named, minimum: 0 | 1) {
  const schema = z
    .custom<number>()
    .meta({ type: 'integer', minimum, maximum: Number.MAX_SAFE_INTEGER, external: of });
  return holdsExternals(schema, (value, swap) => {
    const externalId = externalIn(value);
    return externalId === null ? value : swap(externalId, of);
  });
}

/** How the externals in the values of a schema are swapped; null: it has no place for one. */
export function externalsOf(schema: z.ZodType): SwapExternals | null {
  const own = swaps.get(schema);
  if (own) return own;
  const { shape, innerType, element, out } = (schema as unknown as Described)._zod.def;
  if (shape !== undefined) return inObject(shape);
  if (element !== undefined) return inList(externalsOf(element));
  const inner = innerType ?? out;
  return inner === undefined ? null : externalsOf(inner);
}

/** The fields of an object's schema that take lists of such ids. */
export function fieldsWithListsOfExternals(schema: z.ZodType): string[] {
  const { shape = {} } = (schema as unknown as Described)._zod.def;
  return Object.keys(shape).filter((name) => takesListOfExternals(shape[name]!));
}

function takesListOfExternals(field: z.ZodType): boolean {
  const { innerType, element, out } = (field as unknown as Described)._zod.def;
  if (element !== undefined) return externalsOf(element) !== null;
  const inner = innerType ?? out;
  return inner !== undefined && takesListOfExternals(inner);
}

/**
 * The ids in a part of a query's list that has no commas of its own: those that it has were written `%2C`. They belong
 * to the `external:<externalId>` in which they stand, unless `external:` follows: many clients encode the whole list.
 */
export function idsInPart(part: string): string[] {
  const ids: string[] = [];
  for (const one of part.split(',')) {
    const last = ids.at(-1);
    const goesOn = last !== undefined && externalIn(last) !== null && externalIn(one) === null;
    if (goesOn) ids[ids.length - 1] = `${last},${one}`;
    else ids.push(one);
  }
  return ids;
}

function inList(swapOne: SwapExternals | null): SwapExternals | null {
  if (swapOne === null) return null;
  return (value, swap) => {
    if (!Array.isArray(value)) return value;
    const list: unknown[] = value.map((one) => swapOne(one, swap));
    return list.some((one, index) => one !== value[index]) ? list : (value as unknown);
  };
}

function inObject(shape: Record<string, z.ZodType>): SwapExternals | null {
  const fields = Object.entries(shape).flatMap(([name, field]) => {
    const swapOne = externalsOf(field);
    return swapOne === null ? [] : [[name, swapOne] as const];
  });
  if (fields.length === 0) return null;
  return (value, swap) => {
    if (typeof value !== 'object' || value === null) return value;
    let swapped = value as Record<string, unknown>;
    for (const [name, swapOne] of fields) {
      if (!Object.hasOwn(swapped, name)) continue;
      const one = swapOne(swapped[name], swap);
      if (one === swapped[name]) continue;
      if (swapped === value) swapped = { ...swapped };
      swapped[name] = one;
    }
    return swapped;
  };
}
