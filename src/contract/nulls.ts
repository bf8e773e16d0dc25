import type { z } from 'zod';

/** Hands on a value without the nulls that mean nothing: the same one where there are none. */
export type LeaveOut = (value: unknown) => unknown;

/** What is used of a schema's own description (https://zod.dev/packages/core#schemas). */
interface Described {
  readonly _zod: {
    readonly def: {
      readonly type: string;
      readonly shape?: Record<string, z.ZodType>;
      readonly innerType?: z.ZodType;
      readonly element?: z.ZodType;
    };
  };
}

const definitionOf = (schema: z.ZodType) => (schema as unknown as Described)._zod.def;

/** Whether a field may be left out. */
export function mayBeLeftOut(field: z.ZodType): boolean {
  const { type } = definitionOf(field);
  return type === 'optional' || type === 'default';
}

/** Whether null has a meaning for a field. */
function takesNull(field: z.ZodType): boolean {
  const { type, innerType } = definitionOf(field);
  return type === 'nullable' || (innerType !== undefined && takesNull(innerType));
}

/** A schema without what says that it may be left out, or be null. */
function bareOf(schema: z.ZodType): z.ZodType {
  const { innerType } = definitionOf(schema);
  return innerType === undefined ? schema : bareOf(innerType);
}

/**
 * The rule of null, for a schema: null for a field that may be left out means that it is left out, unless the field
 * takes null. So it is in objects within objects and in lists of them; what is free-form, such as metadata, is not
 * looked into. The schema's own function: null when there is no such field.
 */
export function leaveOutOf(schema: z.ZodType): LeaveOut | null {
  const bare = bareOf(schema);
  const { type, shape, element } = definitionOf(bare);
  if (type === 'array' && element !== undefined) return inList(leaveOutOf(element));
  if (type !== 'object' || shape === undefined) return null;
  const optional = new Set<string>();
  const within = new Map<string, LeaveOut>();
  for (const [name, field] of Object.entries(shape)) {
    if (mayBeLeftOut(field) && !takesNull(field)) optional.add(name);
    const leaveOut = leaveOutOf(field);
    if (leaveOut) within.set(name, leaveOut);
  }
  return optional.size === 0 && within.size === 0 ? null : inObject(optional, within);
}

function inList(leaveOut: LeaveOut | null): LeaveOut | null {
  if (leaveOut === null) return null;
  return (value) => {
    if (!Array.isArray(value)) return value;
    const list: unknown[] = value.map(leaveOut);
    return list.some((one, index) => one !== value[index]) ? list : (value as unknown);
  };
}

function inObject(optional: ReadonlySet<string>, within: ReadonlyMap<string, LeaveOut>): LeaveOut {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const given = value as Record<string, unknown>;
    let kept: Record<string, unknown> | null = null;
    for (const name of optional) {
      if (!Object.hasOwn(given, name) || given[name] !== null) continue;
      kept ??= { ...given };
      delete kept[name];
    }
    for (const [name, leaveOut] of within) {
      if (!Object.hasOwn(given, name)) continue;
      const inner = leaveOut(given[name]);
      if (inner === given[name]) continue;
      kept ??= { ...given };
      kept[name] = inner;
    }
    return kept ?? value;
  };
}

/** How clients write null in a query string: `?before=&limit=50`, `?before=null`. */
const NULLS_OF_QUERIES = ['', 'null'];

/**
 * The same rule for the texts of a query string: an optional parameter that is empty or `null` is left out, unless that
 * is a text which the field takes.
 */
export function leaveOutOfQuery(
  schema: z.ZodType,
): (query: Record<string, unknown>) => Record<string, unknown> {
  const { shape = {} } = definitionOf(schema);
  const nulls = new Map<string, readonly string[]>();
  for (const [name, field] of Object.entries(shape)) {
    if (!mayBeLeftOut(field)) continue;
    nulls.set(
      name,
      NULLS_OF_QUERIES.filter((text) => !field.safeParse(text).success),
    );
  }
  return (query) =>
    Object.fromEntries(
      Object.entries(query).filter(([name, value]) => !nulls.get(name)?.includes(value as string)),
    );
}
