import { z } from 'zod';

/** A part of a JSON Schema, as far as it says what a value may hold. */
type Part = Record<string, unknown>;

/**
 * Whether values of a schema contain no text that people wrote: only numbers, booleans, times and words of the contract
 * itself. Such an answer may be stored as it is; nothing in it has to be deleted with a message.
 */
export function isWordless(schema: z.ZodType): boolean {
  return isFixed(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }));
}

function isFixed(part: Part): boolean {
  if (part.enum !== undefined || part.const !== undefined || part.$ref !== undefined)
    return areFixed(part.$defs);
  if (Array.isArray(part.anyOf)) return part.anyOf.every((one) => isFixed(one as Part));
  switch (part.type) {
    case 'number':
    case 'integer':
    case 'boolean':
    case 'null':
      return true;
    case 'string':
      return part.format === 'date-time';
    case 'array':
      return isFixed((part.items ?? {}) as Part) && areFixed(part.$defs);
    case 'object':
      return (
        (part.additionalProperties === undefined || part.additionalProperties === false) &&
        areFixed(part.properties) &&
        areFixed(part.$defs)
      );
    default:
      return false;
  }
}

function areFixed(parts: unknown): boolean {
  return Object.values((parts ?? {}) as Record<string, Part>).every(isFixed);
}
