import { z } from 'zod';

export type Json = Record<string, unknown>;
export type JsonSchema = Json & { properties?: Record<string, Json>; required?: string[]; $defs?: Json };

/** A time with milliseconds, as the server writes it. */
export const EXAMPLE_TIME = '2026-11-22T16:20:21.500Z';

/**
 * JSON Schema (2020-12) of a zod schema. Its named parts are put into `named`, and referred to below `at`.
 */
export function schemaOf(
  schema: z.ZodType,
  io: 'input' | 'output',
  named: Json,
  at = '#/components/schemas/',
): JsonSchema {
  const { $schema, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      // Views may get more fields, and the pattern of a date-time makes for absurd examples.
      delete jsonSchema.additionalProperties;
      if (jsonSchema.format === 'date-time') {
        delete jsonSchema.pattern;
        jsonSchema.examples = [EXAMPLE_TIME];
      }
    },
  });
  void $schema;
  const text = JSON.stringify(json).replaceAll('#/$defs/', at);
  const { $defs, ...plain } = JSON.parse(text) as JsonSchema;
  for (const [name, definition] of Object.entries($defs ?? {})) {
    const { id, ...body } = definition as Json;
    named[typeof id === 'string' ? id : name] = body;
  }
  const { id, ...unnamed } = plain;
  if (typeof id !== 'string') return unnamed;
  named[id] = unnamed;
  return { $ref: `${at}${id}` };
}
