/** Describes the contract's zod schemas in words: the type of a field, its rules, the tables of fields. */
import { z } from 'zod';
import { code, sentence, table, thousands } from './markdown.mjs';

/** The named views, by id, in the order in which commands and events first use them. */
export const views = new Map();

/** The JSON Schema of a server response; collects the views it refers to. */
export function schemaOf(schema) {
  const json = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
  if (json.id) views.set(json.id, json);
  for (const [name, view] of Object.entries(json.$defs ?? {})) if (!views.has(name)) views.set(name, view);
  return json;
}

/** The forms that a response may have: the schema itself, the view it refers to, or each of several. */
export function formsOf(json) {
  if (json.$ref) return [views.get(json.$ref.split('/').at(-1))];
  return json.anyOf ? json.anyOf.flatMap(formsOf) : [json];
}

const viewLink = (name) => `[${name}](#${name.toLowerCase()})`;

function integerType({ minimum = 1, maximum }) {
  return maximum < Number.MAX_SAFE_INTEGER
    ? `integer from ${minimum} to ${maximum}`
    : `integer from ${minimum}`;
}

export function typeOf(json) {
  if (json.id) return viewLink(json.id);
  if (json.$ref) return viewLink(json.$ref.split('/').at(-1));
  if (json.anyOf) return json.anyOf.map(typeOf).join(' or ');
  if (Array.isArray(json.type)) return json.type.map((type) => typeOf({ ...json, type })).join(' or ');
  if (json.const !== undefined) return code(JSON.stringify(json.const));
  if (json.enum) return json.enum.map((value) => code(JSON.stringify(value))).join(' or ');
  switch (json.type) {
    case 'array':
      return `list of ${typeOf(json.items)}`;
    case 'integer':
      return integerType(json);
    case 'object':
      return json.properties ? code(`{ ${Object.keys(json.properties).join(', ')} }`) : 'JSON object';
    case 'string':
      if (json.format === 'date-time') return 'timestamp';
      return json.maxLength ? `text, at most ${thousands(json.maxLength)}` : 'text';
    case undefined:
      return 'any JSON';
    default:
      return json.type;
  }
}

/** The error message of every rule that a schema adds to its type, outermost first. */
export function rulesOf(schema) {
  const { checks = [], innerType } = schema._zod.def;
  const own = checks.map((check) => check._zod.def.error?.({})).filter((rule) => typeof rule === 'string');
  return [...own, ...(innerType ? rulesOf(innerType) : [])];
}

/** Rules that the introduction states once, or that the type already shows. */
const SHOWN_ELSEWHERE = /^expected (text without NUL|at most \d+ characters)/;

const fieldRules = (schema) =>
  rulesOf(schema)
    .filter((rule) => !SHOWN_ELSEWHERE.test(rule))
    .map((rule) => sentence(rule.replace(/^expected /, '')));

const shown = (value) => (typeof value === 'string' && value !== '' ? value : JSON.stringify(value));

/** The fields of a command's input. */
export function inputTable({ input, cookie }) {
  const { properties = {}, required = [] } = schemaOf(input);
  const rows = Object.entries(properties).map(([field, json]) => {
    const isNeeded = required.includes(field) && json.default === undefined;
    const needed = isNeeded ? (field === cookie ? 'yes, or the cookie' : 'yes') : '';
    const notes = [
      json.description,
      ...(input.shape ? fieldRules(input.shape[field]) : []),
      json.default === undefined ? undefined : `Default: ${shown(json.default)}.`,
    ];
    return [code(field), typeOf(json), needed, notes.filter(Boolean).join(' ')];
  });
  return table(['field', 'type', 'required', 'notes'], rows);
}

/** `{ chatId, content, clientId? }`: a command's input in short, without the optional fields that name the user. */
export function shortInput({ input, actor }) {
  const { properties = {}, required = [] } = schemaOf(input);
  const fields = Object.entries(properties).flatMap(([field, json]) => {
    if (required.includes(field) && json.default === undefined) return [field];
    return actor.includes(field) ? [] : [`${field}?`];
  });
  return fields.length > 0 ? code(`{ ${fields.join(', ')} }`) : '';
}

/** The fields of a view; of a line of a stream, which kinds there are. */
export function viewTable({ properties, anyOf }) {
  if (!properties) {
    const rows = anyOf.map(({ properties: { type, data }, description }) => [
      typeOf(type),
      typeOf(data),
      description ?? '',
    ]);
    return table(['`type`', '`data`', 'notes'], rows);
  }
  return table(
    ['field', 'type', 'notes'],
    Object.entries(properties).map(([field, json]) => [code(field), typeOf(json), json.description ?? '']),
  );
}
