/** contract.json: the whole protocol for programs. Schemas are JSON Schema 2020-12; `$ref` names one of `$defs`. */
import {
  commands,
  errorCatalogue,
  events,
  FEATURES,
  limitOf,
  PROTOCOL,
  repliesOf,
  subjectOf,
  whoMayUse,
} from '../../dist/contract/index.js';
import { version } from '../../dist/common/version.js';
import { errorCodesOf } from '../../dist/rest/openapi/error-codes.js';
import { exampleInput, exampleOf } from '../../dist/rest/openapi/examples.js';
import { schemaOf } from '../../dist/rest/openapi/json-schema.js';
import { rulesOf } from '../docs/schemas.mjs';

/** Where the named schemas stand, in this document and in AsyncAPI's. */
export const IN_CONTRACT = '#/$defs/';

/** The fields of an input as a client should send them, and what it must send. */
export function inputSchema(definition, named, at) {
  const json = schemaOf(definition.input, 'output', named, at);
  const { required = [] } = schemaOf(definition.input, 'input', {}, at);
  return { ...json, required: required.filter((field) => field !== definition.cookie) };
}

function commandOf(name, definition, named) {
  const { summary, socket, rest, bare, actor, order, needs, cookie, misleading } = definition;
  const result = schemaOf(definition.result, 'output', named, IN_CONTRACT);
  return {
    subject: subjectOf(name),
    summary,
    input: inputSchema(definition, named, IN_CONTRACT),
    rules: rulesOf(definition.input),
    result,
    socket,
    rest: rest && { method: rest.method, path: rest.path, status: rest.status, when: rest.when ?? [] },
    who: { jwt: whoMayUse(definition, false), open: whoMayUse(definition, true) },
    needs: needs ?? null,
    actor,
    bare: bare ?? null,
    cookie: cookie ?? null,
    order,
    limit: limitOf(definition),
    replies: repliesOf(definition),
    notTaken: Object.keys(misleading ?? {}),
    errors: {
      rest: rest ? errorCodesOf(name, definition, 'rest') : [],
      socket: socket ? errorCodesOf(name, definition, 'socket') : [],
    },
    example: { input: exampleInput(name, definition), result: exampleOf(result, named) },
  };
}

function eventOf({ payload, summary }, named) {
  const schema = schemaOf(payload, 'output', named, IN_CONTRACT);
  return { summary, payload: schema, example: exampleOf(schema, named) };
}

export function contractDocument() {
  const $defs = {};
  const commandEntries = Object.entries(commands).map(([name, one]) => [name, commandOf(name, one, $defs)]);
  const eventEntries = Object.entries(events).map(([name, one]) => [name, eventOf(one, $defs)]);
  return {
    name: 'Chat messaging API',
    version,
    protocol: PROTOCOL,
    features: FEATURES,
    commands: Object.fromEntries(commandEntries),
    events: Object.fromEntries(eventEntries),
    errors: errorCatalogue,
    $defs,
  };
}
