import type { OpenAPIObject } from '@nestjs/swagger';
import {
  whoMayUse,
  type CommandDefinition,
  type CommandName,
  commandNames,
  definitionOf,
  errorCatalogue,
} from '../../contract/index.js';
import { version } from '../../common/version.js';
import { errorCodesOf } from './error-codes.js';
import { exampleInput, exampleOf } from './examples.js';
import { idOrExternal, type Json, schemaOf } from './json-schema.js';
import { withNulls } from './nullable.js';

const PATH_PARAMETER = /:(\w+)/g;

/** The content type of answers of commands with `lines`; `schema` is one line. */
const LINES = 'application/x-ndjson';

/**
 * The fields of an input as a client should send them: numbers as numbers, although numeric strings are accepted too.
 */
function inputOf(definition: CommandDefinition): { properties: Record<string, Json>; required: string[] } {
  const { properties = {} } = schemaOf(definition.input, 'output', {});
  const { required = [] } = schemaOf(definition.input, 'input', {});
  // The cookie of a login may stand for it.
  return { properties, required: required.filter((field) => field !== definition.cookie) };
}

/** The credentials that a request needs with AUTH=jwt. */
function securityOf(definition: CommandDefinition): Json[] {
  const who = whoMayUse(definition, false);
  if (who === 'anyone') return [];
  return who === 'application' ? [{ apiKey: [] }] : [{ token: [] }, { apiKey: [] }];
}

/** The errors of a command by status, each with an example of each code. */
function errorsOf(name: CommandName, definition: CommandDefinition): Json {
  const codesOf = (status: number) =>
    errorCodesOf(name, definition, 'rest').filter((code) => errorCatalogue[code].status === status);
  const statuses = [...new Set(Object.values(errorCatalogue).map(({ status }) => status))];
  return Object.fromEntries(
    statuses.flatMap((status) => {
      const codes = codesOf(status);
      if (codes.length === 0) return [];
      const response = {
        description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].message}`).join('\n\n'),
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Error' },
            examples: Object.fromEntries(
              codes.map((code) => [
                code,
                { value: { error: { code, message: errorCatalogue[code].message } } },
              ]),
            ),
          },
        },
      };
      return [[status, response]];
    }),
  );
}

function operationOf(name: CommandName, definition: CommandDefinition, components: Json): Json {
  const { rest, summary } = definition;
  if (!rest) return {};
  const { properties, required } = inputOf(definition);
  const example = exampleInput(name, definition);
  const result = schemaOf(definition.result, 'output', components);
  const inPath = new Set([...rest.path.matchAll(PATH_PARAMETER)].map((match) => match[1]));
  const superfluous = new Set<string | undefined>([...inPath, ...(rest.without ?? [])]);
  const others = Object.entries(properties).filter(([field]) => !superfluous.has(field));
  const inQuery = rest.method === 'GET' || rest.method === 'DELETE';
  const parameter = (field: string, place: 'path' | 'query', schema: Json | undefined) => ({
    name: field,
    in: place,
    required: place === 'path' || required.includes(field),
    schema: schema ?? {},
    ...(field in example ? { example: example[field] } : {}),
  });
  return {
    operationId: name,
    // The page shows summaries as plain text.
    summary: summary.replaceAll('`', ''),
    tags: [rest.path.split('/')[1]],
    security: securityOf(definition),
    parameters: [
      ...[...inPath].map((field) => parameter(field ?? '', 'path', properties[field ?? ''])),
      ...(inQuery ? others.map(([field, schema]) => parameter(field, 'query', schema)) : []),
      { $ref: '#/components/parameters/X-User-Id' },
    ],
    ...(inQuery || others.length === 0
      ? {}
      : {
          requestBody: {
            required: others.some(([field]) => required.includes(field)),
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  properties: withNulls(Object.fromEntries(others), required),
                  required: required.filter((field) => !inPath.has(field)),
                },
                example: Object.fromEntries(
                  others.flatMap(([field]) => (field in example ? [[field, example[field]]] : [])),
                ),
              },
            },
          },
        }),
    responses: {
      [rest.status]: {
        description: 'Done.',
        content: {
          [definition.lines ? LINES : 'application/json']: {
            schema: result,
            example: exampleOf(result, components),
          },
        },
      },
      ...errorsOf(name, definition),
      default: { $ref: '#/components/responses/Error' },
    },
  };
}

type Body = { content: { 'application/json': { schema: Json; example: Json } } };

/** Two commands on one route, told apart by their bodies. */
function either(one: Json, other: Json): Json {
  const forms = [one, other].map((operation) => {
    const { schema, example } = (operation.requestBody as Body).content['application/json'];
    return { title: operation.operationId, description: operation.summary, ...schema, examples: [example] };
  });
  return {
    ...one,
    summary: `${String(one.summary)} Or: ${String(other.summary)}`,
    requestBody: { required: true, content: { 'application/json': { schema: { oneOf: forms } } } },
  };
}

/** The OpenAPI 3.1 document of the REST edge, made from the contract. */
export function openApiDocument(): OpenAPIObject {
  const schemas: Json = {
    Error: {
      type: 'object',
      required: ['error'],
      properties: {
        error: {
          type: 'object',
          required: ['code', 'message'],
          properties: {
            code: { type: 'string', enum: Object.keys(errorCatalogue) },
            message: { type: 'string' },
            details: {},
            retryAfterMs: { type: 'integer', description: 'Milliseconds.' },
          },
        },
      },
    },
  };
  const paths: Record<string, Json> = {};
  for (const name of commandNames) {
    const definition = definitionOf(name);
    if (!definition.rest) continue;
    const path = definition.rest.path.replace(PATH_PARAMETER, '{$1}');
    const method = definition.rest.method.toLowerCase();
    const operation = operationOf(name, definition, schemas);
    const shared = paths[path]?.[method] as Json | undefined;
    paths[path] = { ...paths[path], [method]: shared ? either(shared, operation) : operation };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Chat messaging API',
      version,
      description:
        'The REST API. Apps use the same [commands over Socket.IO](/docs/events). [All documents](/docs), [the protocol](/docs/reference/protocol).',
    },
    paths,
    components: {
      schemas,
      parameters: {
        'X-User-Id': {
          name: 'X-User-Id',
          in: 'header',
          required: false,
          description:
            'In open mode and with an API key: the user who acts, if the input does not name them.',
          schema: idOrExternal('user'),
        },
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'With AUTH=jwt: an access token.' },
        apiKey: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Api-Key',
          description: 'With AUTH=jwt: the API key of a backend.',
        },
      },
      responses: {
        Error: {
          description: 'An error with a code: [all of them](/docs/reference/errors).',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
    },
  } as unknown as OpenAPIObject;
}
