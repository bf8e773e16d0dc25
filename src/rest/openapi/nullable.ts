type Json = Record<string, unknown>;
type ObjectSchema = Json & { properties?: Record<string, Json>; required?: string[]; items?: Json };

/** A JSON Schema that also takes null. */
function orNull(schema: Json): Json {
  const { type, anyOf, enum: values } = schema;
  if (Array.isArray(anyOf)) {
    const takesNull = anyOf.some((one: Json) => one.type === 'null');
    return takesNull ? schema : { ...schema, anyOf: [...(anyOf as Json[]), { type: 'null' }] };
  }
  if (typeof type !== 'string' || type === 'null') return schema;
  const withNull = { ...schema, type: [type, 'null'] };
  return Array.isArray(values) ? { ...withNull, enum: [...(values as unknown[]), null] } : withNull;
}

/** The rule of null in a JSON Schema of an input: the fields that may be left out may be null, within fields as well. */
export function withNulls(
  properties: Record<string, Json>,
  required: readonly string[],
): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const deep = within(schema);
      return [name, required.includes(name) ? deep : orNull(deep)];
    }),
  );
}

function within(schema: ObjectSchema): Json {
  if (schema.properties) {
    return { ...schema, properties: withNulls(schema.properties, schema.required ?? []) };
  }
  return schema.items ? { ...schema, items: within(schema.items) } : schema;
}
