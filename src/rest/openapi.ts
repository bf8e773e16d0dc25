import type { NestExpressApplication } from '@nestjs/platform-express';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import {
  whoMayUse,
  type CommandDefinition,
  commandNames,
  definitionOf,
  errorCatalogue,
} from '../contract/index.js';
import { version } from '../common/version.js';
import { withNulls } from './nullable.js';

type Json = Record<string, unknown>;
type JsonSchema = Json & { properties?: Record<string, Json>; required?: string[]; $defs?: Json };

const PATH_PARAMETER = /:(\w+)/g;

/** JSON Schema of a zod schema. Its named parts are put into `components` and referenced there. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Json): JsonSchema {
  const { $schema, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      // Views may get more fields, and the pattern of a date-time makes for absurd examples.
      delete jsonSchema.additionalProperties;
      if (jsonSchema.format === 'date-time') {
        delete jsonSchema.pattern;
        jsonSchema.examples = ['2026-11-22T16:20:21.500Z'];
      }
    },
  });
  void $schema;
  const text = JSON.stringify(json).replaceAll('#/$defs/', '#/components/schemas/');
  const { $defs, ...plain } = JSON.parse(text) as JsonSchema;
  for (const [name, definition] of Object.entries($defs ?? {})) {
    const { id, ...named } = definition as Json;
    components[typeof id === 'string' ? id : name] = named;
  }
  const { id, ...unnamed } = plain;
  if (typeof id !== 'string') return unnamed;
  components[id] = unnamed;
  return { $ref: `#/components/schemas/${id}` };
}

/**
 * The fields of an input as a client should send them: numbers as numbers, although numeric strings are accepted too.
 */
function inputOf(definition: CommandDefinition): { properties: Record<string, Json>; required: string[] } {
  const { properties = {} } = schemaOf(definition.input, 'output', {});
  const { required = [] } = schemaOf(definition.input, 'input', {});
  // The cookie of a login may stand for it.
  return { properties, required: required.filter((field) => field !== definition.cookie) };
}

/** An example body that works: the required fields, and in open mode the actor. */
function exampleOf(fields: [string, Json][], required: string[], actor: readonly string[]): Json {
  const shown = fields.filter(([field]) => required.includes(field) || actor.includes(field));
  return Object.fromEntries(
    shown.map(([field, { type }], index) => [
      field,
      type === 'string' ? 'Hello!' : type === 'integer' ? index + 1 : {},
    ]),
  );
}

/** The credentials that a request needs with AUTH=jwt. */
function securityOf(definition: CommandDefinition): Json[] {
  const who = whoMayUse(definition, false);
  if (who === 'anyone') return [];
  return who === 'application' ? [{ apiKey: [] }] : [{ token: [] }, { apiKey: [] }];
}

function operationOf(name: string, definition: CommandDefinition, components: Json): Json {
  const { rest, summary } = definition;
  if (!rest) return {};
  const { properties, required } = inputOf(definition);
  const inPath = new Set([...rest.path.matchAll(PATH_PARAMETER)].map((match) => match[1]));
  const superfluous = new Set<string | undefined>([...inPath, ...(rest.without ?? [])]);
  const others = Object.entries(properties).filter(([field]) => !superfluous.has(field));
  const inQuery = rest.method === 'GET' || rest.method === 'DELETE';
  const parameter = (field: string, place: 'path' | 'query', schema: Json | undefined) => ({
    name: field,
    in: place,
    required: place === 'path' || required.includes(field),
    schema: schema ?? {},
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
                example: exampleOf(others, required, definition.actor),
              },
            },
          },
        }),
    responses: {
      [rest.status]: {
        description: 'Done.',
        content: { 'application/json': { schema: schemaOf(definition.result, 'output', components) } },
      },
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
      description: 'The REST API. Apps use the same commands over Socket.IO: see docs/reference/protocol.md.',
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
          schema: { type: 'integer', minimum: 1 },
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
          description: 'An error with a code; docs/reference/errors.md lists them.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
    },
  } as unknown as OpenAPIObject;
}

/** Serves the page at /docs, its assets from this server, and the document at /docs/openapi.json. */
export function useDocs(app: NestExpressApplication): void {
  SwaggerModule.setup('docs', app, openApiDocument(), {
    jsonDocumentUrl: 'docs/openapi.json',
    yamlDocumentUrl: 'docs/openapi.yaml',
    customSiteTitle: 'Chat messaging API',
    customCss: '.swagger-ui .topbar { display: none }',
  });
}
