/** Prints JSON Schema, as `z.toJSONSchema` makes it, as TypeScript. Prettier does the layout. */

const WIDTH = 100;

/** The words in lines of at most so many characters. */
function wrapped(text) {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== '' && line.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** A docstring with its line break, or nothing where there is nothing to say. */
export function docstring(text) {
  if (!text) return '';
  const lines = wrapped(text.replaceAll('*/', '*\\/'));
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map((line) => ` * ${line}\n`).join('')} */\n`;
}

const union = (types) => [...new Set(types)].join(' | ');
const inBrackets = (type) => (type.includes('|') ? `(${type})` : type);

/**
 * The type of a schema; `orUndefined`: optional fields also take `undefined` where somebody compiles with
 * exactOptionalPropertyTypes, as input does.
 */
export function typeOf(json, { orUndefined = false } = {}) {
  const of = (schema) => typeOf(schema, { orUndefined });
  if (json.$ref) return json.$ref.split('/').at(-1);
  if (json.id) return json.id;
  if (json.allOf?.length === 1) return of(json.allOf[0]);
  if (json.anyOf) return union(json.anyOf.map(of));
  if (Array.isArray(json.type)) return union(json.type.map((type) => of({ ...json, type })));
  if (json.const !== undefined) return JSON.stringify(json.const);
  if (json.enum) return union(json.enum.map((value) => JSON.stringify(value)));
  switch (json.type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return json.type;
    case 'array':
      return `${inBrackets(of(json.items))}[]`;
    case 'object':
      if (json.properties) return fieldsOf(json, { orUndefined });
      return `Record<string, ${json.additionalProperties?.type ? of(json.additionalProperties) : 'unknown'}>`;
    case undefined:
      if (Object.keys(json).every((key) => ['description', 'default', '$schema'].includes(key)))
        return 'unknown';
  }
  throw new Error(`No TypeScript for ${JSON.stringify(json)}: add it to scripts/docs/typescript.mjs`);
}

/** `{ … }` of an object, with a docstring for each field that has a description or a default. */
export function fieldsOf({ properties, required = [] }, options = {}) {
  const lines = Object.entries(properties).map(([name, json]) => {
    const optional = !required.includes(name);
    const type = `${typeOf(json, options)}${optional && options.orUndefined ? ' | undefined' : ''}`;
    const otherwise = json.default === undefined ? '' : ` Default: ${JSON.stringify(json.default)}.`;
    return `${docstring(`${json.description ?? ''}${otherwise}`.trim())}${name}${optional ? '?' : ''}: ${type};`;
  });
  return `{\n${lines.join('\n')}\n}`;
}
