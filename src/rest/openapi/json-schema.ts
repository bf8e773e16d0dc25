import { z } from 'zod';
import { EXTERNAL, MAX_EXTERNAL_ID, type Named } from '../../contract/index.js';

export type Json = Record<string, unknown>;
export type JsonSchema = Json & { properties?: Record<string, Json>; required?: string[]; $defs?: Json };

/** An `external:<externalId>` as an example of one, by whose it is. */
const EXAMPLES: Json = { user: 'external:ann', chat: 'external:order-7' };

/** What an id is given as: the number, or the id that the application has for it. */
export const idOrExternal = (of: Named): Json => {
  const id: Json = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
  orExternal(Object.assign(id, { external: of }));
  return id;
};

/** Where a user or chat may be named by its externalId, the schema says so: generated clients let through what it allows. */
function orExternal(schema: Json): void {
  const { type, minimum, maximum, external } = schema;
  for (const key of ['type', 'minimum', 'maximum', 'external']) delete schema[key];
  schema.anyOf = [
    { type, minimum, maximum },
    {
      type: 'string',
      pattern: `^${EXTERNAL}`,
      maxLength: EXTERNAL.length + MAX_EXTERNAL_ID,
      examples: [EXAMPLES[external as Named]],
      description: `\`${EXTERNAL}\` and the externalId of the ${external as Named}; in a path, query or header URL-encoded.`,
    },
  ];
}

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
      if (jsonSchema.external !== undefined) orExternal(jsonSchema);
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
