import { commandNames, definitionOf, events } from '../../src/contract/index.js';
import { exampleInput, exampleOf } from '../../src/rest/openapi/examples.js';
import { type Json, schemaOf } from '../../src/rest/openapi/json-schema.js';

const sent = (schema: Parameters<typeof schemaOf>[0]) => {
  const named: Json = {};
  return exampleOf(schemaOf(schema, 'output', named), named);
};

describe('The examples of the documents', () => {
  it.each(commandNames)('have an input that %s takes', (name) => {
    const definition = definitionOf(name);
    const example = exampleInput(name, definition);
    expect(definition.input.safeParse(example).error?.issues ?? []).toEqual([]);
  });

  it.each(commandNames)('have an answer that %s can give', (name) => {
    const { result } = definitionOf(name);
    expect(result.safeParse(sent(result)).error?.issues ?? []).toEqual([]);
  });

  it.each(Object.entries(events))('have an event as %s is', (_, { payload }) => {
    expect(payload.safeParse(sent(payload)).error?.issues ?? []).toEqual([]);
  });
});
