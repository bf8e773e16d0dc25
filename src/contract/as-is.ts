import type { z } from 'zod';

/** Whether a schema would take a value and hand it on as it is. */
export type AsIsTest = (value: unknown) => boolean;

/** What is used of a schema's own description (https://zod.dev/packages/core#schemas). */
interface Described {
  readonly _zod: {
    readonly def: {
      readonly type: string;
      readonly shape?: Record<string, z.ZodType>;
      readonly catchall?: z.ZodType;
      readonly innerType?: z.ZodType;
      readonly checks?: readonly ObjectCheck[];
    };
  };
}

interface ObjectCheck {
  readonly _zod: { check(payload: { value: unknown; issues: unknown[] }): unknown };
}

const tests = new WeakMap<z.ZodType, AsIsTest>();

/** Notes which values a schema hands on as they are: all for which `test` is true, and maybe others. */
export function takesAsIs<S extends z.ZodType>(schema: S, test: AsIsTest): S {
  tests.set(schema, test);
  return schema;
}

/**
 * Of an object's schema: tells, at an eighth of the cost of parsing, of input in its plainest form that parsing it would
 * hand it on unchanged. False says nothing: what is refused, and why, and what is changed, is for the schema to say.
 * Null when a field or the schema itself is of a kind that is not known here.
 *
 * The object's own rules are run as zod has them; only its fields are looked at by the tests they were given. A schema
 * that was given a test itself has that one.
 */
export function asIsTestOf(schema: z.ZodType): AsIsTest | null {
  const own = tests.get(schema);
  if (own) return own;
  const { type, shape, catchall, checks = [] } = definitionOf(schema);
  if (type !== 'object' || shape === undefined || catchall !== undefined) return null;
  const fields = new Map<string, { test: AsIsTest; isRequired: boolean }>();
  let required = 0;
  for (const [name, field] of Object.entries(shape)) {
    const { type: kind, innerType } = definitionOf(field);
    const test = tests.get(kind === 'optional' ? innerType! : field);
    if (test === undefined) return null;
    fields.set(name, { test, isRequired: kind !== 'optional' });
    if (kind !== 'optional') required++;
  }
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    let missing = required;
    for (const name in value) {
      const field = fields.get(name);
      if (field === undefined || !field.test((value as Record<string, unknown>)[name])) return false;
      if (field.isRequired) missing--;
    }
    return missing === 0 && checks.every((check) => passes(check, value));
  };
}

function definitionOf(schema: z.ZodType): Described['_zod']['def'] {
  return (schema as unknown as Described)._zod.def;
}

function passes(check: ObjectCheck, value: unknown): boolean {
  const payload = { value, issues: [] };
  return check._zod.check(payload) === undefined && payload.issues.length === 0;
}
