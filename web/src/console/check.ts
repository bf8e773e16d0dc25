import { type Contract, isId, type Schema } from './contract';

export interface Fault {
  /** Where: `content`, `marks.0.seq`; '' is the whole. */
  field: string;
  message: string;
}

const kindOf = (value: unknown) =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'array'
      : Number.isInteger(value)
        ? 'integer'
        : typeof value;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** What is wrong with a value, as far as its schema says it. The server knows more. */
export function check($defs: Contract['$defs'], schema: Schema, value: unknown, field = ''): Fault[] {
  const fault = (message: string): Fault[] => [{ field, message }];
  if (schema.$ref) {
    const named = $defs[schema.$ref.split('/').at(-1)!];
    return named ? check($defs, named, value, field) : [];
  }
  if (schema.anyOf) {
    const all = schema.anyOf.map((one) => check($defs, one, value, field));
    return all.find((faults) => faults.length === 0) ?? all[0] ?? [];
  }
  if (schema.enum && !schema.enum.includes(value)) return fault(`expected one of ${schema.enum.join(', ')}`);
  if ('const' in schema && schema.const !== value) return fault(`expected ${JSON.stringify(schema.const)}`);
  const type = kindOf(value);
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (isId(schema) && typeof value === 'string')
    return /^([1-9]\d{0,15}|external:[\s\S]{1,256})$/.test(value)
      ? []
      : fault('expected an id: a whole number from 1, or external:…');
  if (types.length > 0 && !types.includes(type) && !(type === 'integer' && types.includes('number')))
    return fault(isId(schema) ? 'expected an id: a whole number from 1' : `expected ${wordOf(types)}`);
  if (typeof value === 'number') return numberFaults(schema, value).flatMap(fault);
  if (typeof value === 'string') return textFaults(schema, value).flatMap(fault);
  const below = (name: string | number) => (field === '' ? String(name) : `${field}.${name}`);
  if (Array.isArray(value)) {
    const { minItems = 0, maxItems = Infinity, items } = schema;
    if (value.length < minItems) return fault(`expected at least ${minItems}`);
    if (value.length > maxItems) return fault(`expected at most ${maxItems}, these are ${value.length}`);
    return items ? value.flatMap((one, at) => check($defs, items, one, below(at))) : [];
  }
  if (type === 'object') {
    const fields = value as Record<string, unknown>;
    const missing = (schema.required ?? []).filter((name) => fields[name] === undefined);
    return [
      ...missing.map((name) => ({ field: below(name), message: 'is required' })),
      ...Object.entries(fields).flatMap(([name, one]) => {
        const known = schema.properties?.[name];
        return known && one !== undefined ? check($defs, known, one, below(name)) : [];
      }),
      ...(schema.propertyNames
        ? Object.keys(fields).flatMap((name) => check($defs, schema.propertyNames!, name, below(name)))
        : []),
    ];
  }
  return [];
}

function wordOf(types: string[]): string {
  const words: Record<string, string> = {
    integer: 'a whole number',
    number: 'a number',
    string: 'text',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object, as JSON',
  };
  return types.map((type) => words[type] ?? type).join(' or ');
}

function numberFaults({ minimum, exclusiveMinimum, maximum }: Schema, value: number): string[] {
  if (minimum !== undefined && value < minimum) return [`expected at least ${minimum}`];
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
    return [`expected more than ${exclusiveMinimum}`];
  if (maximum !== undefined && value > maximum) return [`expected at most ${maximum}`];
  return [];
}

function textFaults(
  { minLength = 0, maxLength = Infinity, pattern, format }: Schema,
  value: string,
): string[] {
  if (value.length < minLength) return [`expected at least ${minLength} characters`];
  if (value.length > maxLength)
    return [`expected at most ${maxLength} characters, these are ${value.length}`];
  if (format === 'date-time' && !DATE.test(value))
    return ['expected a time such as 2026-11-22T16:20:21.500Z'];
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value))
    return [`expected text like ${pattern}`];
  return [];
}
