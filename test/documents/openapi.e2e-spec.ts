import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandNames, definitionOf, errorCatalogue } from '../../src/contract/index.js';
import { projectRoot } from '../../src/common/project-root.js';
import { externalsOf } from '../../src/contract/external.js';
import { openApiDocument } from '../../src/rest/openapi/document.js';
import { World } from '../support/world.js';

interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  enum?: unknown[];
  maximum?: number;
  title?: string;
  oneOf?: Schema[];
  anyOf?: Schema[];
  items?: Schema;
  pattern?: string;
}

interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
}

interface Content {
  content?: Record<string, { schema: Schema }>;
}

interface Operation {
  operationId: string;
  summary: string;
  parameters: Parameter[];
  security: object[];
  requestBody?: Content & { required: boolean };
  responses: Record<string, Content & { $ref?: string; description?: string }>;
}

interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, Schema & Parameter>>;
}

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];

/** Every object in a document, with the way to it. */
function* objectsIn(value: unknown, path = '#'): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [path, value as Record<string, unknown>];
  for (const [key, child] of Object.entries(value)) {
    yield* objectsIn(child, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

/** Whether a schema lets a text through, alone or in a list. */
const allows = ({ type, pattern, anyOf, items }: Schema, value: string): boolean =>
  (anyOf ?? []).some((one) => allows(one, value)) ||
  (items !== undefined && allows(items, value)) ||
  ([type].flat().includes('string') && (pattern === undefined || new RegExp(pattern).test(value)));

/** Whether a command takes `external:…` in a field, as a value or in a list. */
function takesExternal(name: (typeof commandNames)[number], field: string): boolean {
  let found = false;
  for (const value of ['external:x', ['external:x']])
    externalsOf(definitionOf(name).input)?.({ [field]: value }, () => (found = true));
  return found;
}

describe('The OpenAPI document', () => {
  let world: World;
  let document: Document;
  let operations: [string, string, Operation][];

  beforeAll(async () => {
    world = await World.start();
    const { body, type } = await world.http.get('/docs/openapi.json').expect(200);
    expect(type).toBe('application/json');
    document = body as Document;
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => [method, path, operation] as [string, string, Operation],
      ),
    );
  });
  afterAll(() => world.stop());

  const resolved = <T extends { $ref?: string }>(part: T): T => {
    if (part.$ref === undefined) return part;
    const found = part.$ref
      .slice(2)
      .split('/')
      .reduce<unknown>((within, key) => (within as Record<string, unknown> | undefined)?.[key], document);
    if (found === undefined) throw new Error(`Nothing at ${part.$ref}`);
    return found as T;
  };

  it('is of version 3.1 and says what it describes', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    const { version } = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(document.info).toMatchObject({ title: expect.any(String), version });
  });

  it('refers to nothing that is not in it', () => {
    for (const [path, { $ref }] of objectsIn(document)) {
      if ($ref === undefined || path.endsWith('/properties')) continue;
      expect($ref).toMatch(/^#\//);
      resolved({ $ref: $ref as string });
    }
  });

  it('lets `external:…` through wherever the id of a user or chat is taken, and nowhere else', () => {
    const header = document.components.parameters!['X-User-Id']!;
    expect(allows(header.schema!, 'external:x')).toBe(true);
    let count = 0;
    for (const [, , { operationId, parameters, requestBody }] of operations) {
      // Another command has the same route: its fields are among the forms of the body.
      const name = operationId as (typeof commandNames)[number];
      const body = requestBody?.content?.['application/json']?.schema;
      const forms = body?.oneOf ?? (body === undefined ? [] : [{ ...body, title: name }]);
      const fields = [
        ...parameters.flatMap(({ name: field, schema }) => (schema ? [[name, field, schema] as const] : [])),
        ...forms.flatMap(({ title, properties }) =>
          Object.entries(properties ?? {}).map(
            ([field, schema]) => [title as typeof name, field, schema] as const,
          ),
        ),
      ];
      for (const [command, field, schema] of fields) {
        const taken = takesExternal(command, field);
        if (/^id$|Ids?$|^ids$/.test(field)) count += Number(taken);
        if (field === 'metadata' || field === 'versions' || field === 'marks') continue;
        if (taken || /^id$|Ids?$|^ids$/.test(field))
          expect({ command, field, taken: allows(schema, 'external:x') && !allows(schema, 'x:y') }).toEqual({
            command,
            field,
            taken,
          });
      }
    }
    expect(count).toBeGreaterThan(60);
  });

  it('says of each operation what has to come with it, with AUTH=jwt', () => {
    for (const [, , { operationId, security }] of operations) {
      const { who } = definitionOf(operationId as (typeof commandNames)[number]);
      const names = who === 'anyone' ? [] : who === 'application' ? ['apiKey'] : ['token', 'apiKey'];
      expect({ operationId, names: security.flatMap(Object.keys) }).toEqual({ operationId, names });
      for (const name of names) expect(document.components.securitySchemes).toHaveProperty(name);
    }
  });

  it('is made of schemas that are schemas', () => {
    for (const [path, part] of objectsIn(document)) {
      if (path.endsWith('/properties') || path.endsWith('/enum') || path.includes('/example')) continue;
      if (path.includes('/securitySchemes/')) continue;
      if (typeof part.type === 'string') expect(TYPES).toContain(part.type);
      if (Array.isArray(part.required)) {
        expect({ path, required: part.required }).toEqual({ path, required: [...new Set(part.required)] });
        const properties = Object.keys(part.properties ?? {});
        expect({ path, properties }).toEqual({ path, properties: expect.arrayContaining(part.required) });
      }
      expect(part).not.toHaveProperty('$defs');
      expect(part).not.toHaveProperty('nullable');
    }
  });

  /** The commands of an operation, each with its body: those that share a route have one form each. */
  const formsOf = ({ operationId, requestBody }: Operation): [string, Schema | undefined][] => {
    const schema = requestBody?.content?.['application/json']?.schema;
    return schema?.oneOf ? schema.oneOf.map((form) => [form.title!, form]) : [[operationId, schema]];
  };

  it('describes every route of the contract, and no other', () => {
    const described = operations.flatMap(([method, path, operation]) =>
      formsOf(operation).map(([command]) => `${command} ${method} ${path}`),
    );
    const routes = commandNames.flatMap((name) => {
      const { rest } = definitionOf(name);
      return rest ? [`${name} ${rest.method.toLowerCase()} ${rest.path.replaceAll(/:(\w+)/g, '{$1}')}`] : [];
    });
    expect(described.sort()).toEqual(routes.sort());
  });

  it('describes each part of a path, once', () => {
    for (const [method, path, { parameters }] of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const told = parameters.map((parameter) => resolved(parameter));
      const names = told.map((parameter) => `${parameter.in} ${parameter.name}`);
      expect({ method, path, names }).toEqual({ method, path, names: [...new Set(names)] });
      expect(told.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(inPath);
      for (const parameter of told) {
        expect(['path', 'query', 'header']).toContain(parameter.in);
        expect(parameter.schema).toEqual(expect.any(Object));
        if (parameter.in === 'path') expect(parameter.required).toBe(true);
      }
    }
  });

  it('describes fields that the command has, and what it needs as needed', () => {
    for (const [operation, command, body] of operations.flatMap(([, , operation]) =>
      formsOf(operation).map(([command, body]) => [operation, command, body] as const),
    )) {
      const { input, cookie } = definitionOf(command as (typeof commandNames)[number]);
      const told = operation.parameters.map((one) => resolved(one)).filter((one) => one.in !== 'header');
      const fields = [...told.map(({ name }) => name), ...Object.keys(body?.properties ?? {})];
      const shape = (input as unknown as { shape: Record<string, unknown> }).shape;
      expect(Object.keys(shape)).toEqual(expect.arrayContaining(fields));
      const needed = [
        ...told.filter((one) => one.required).map(({ name }) => name),
        ...(body?.required ?? []),
      ];
      const answer = input.safeParse({});
      const missing =
        // A rule about several fields, of which one is enough, is no missing field.
        answer.error?.issues.flatMap(({ path, code }) =>
          path.length === 1 && code !== 'custom' && path[0] !== cookie ? [String(path[0])] : [],
        ) ?? [];
      expect(needed).toEqual(expect.arrayContaining(missing));
    }
  });

  it('names what a cookie may stand for as optional, and yes or no as boolean', () => {
    const bodyOf = (id: string) =>
      operations.find(([, , { operationId }]) => operationId === id)![2].requestBody!;
    for (const id of ['refresh', 'logout']) {
      expect(bodyOf(id).required).toBe(false);
      expect(bodyOf(id).content!['application/json']!.schema.required).toEqual([]);
    }
    const chats = operations.find(([, , { operationId }]) => operationId === 'getChats')![2];
    expect(chats.parameters.find(({ name }) => name === 'page')?.schema).toMatchObject({ type: 'boolean' });
  });

  it('tells the bounds of a page', () => {
    const parameters = document.paths['/chats/{chatId}/messages']!.get!.parameters;
    expect(parameters.find(({ name }) => name === 'limit')).toMatchObject({
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
    });
    // 0: from the start.
    for (const id of ['getMembers', 'getBanned']) {
      const { parameters } = operations.find(([, , { operationId }]) => operationId === id)![2];
      expect([id, parameters.find(({ name }) => name === 'after')?.schema?.anyOf?.[0]]).toEqual([
        id,
        expect.objectContaining({ type: 'integer', minimum: 0 }),
      ]);
    }
  });

  it('describes what each route answers, and how errors look', () => {
    for (const [, , { operationId, summary, responses }] of operations) {
      const { status } = definitionOf(operationId as (typeof commandNames)[number]).rest!;
      expect(summary).toEqual(expect.any(String));
      expect(Object.keys(responses)).toEqual(
        expect.arrayContaining([String(status), 'default', '429', '503']),
      );
      for (const response of Object.values(responses).map((one) => resolved(one))) {
        expect(response.description).toEqual(expect.any(String));
        for (const { schema } of Object.values(response.content!))
          expect(resolved(schema)).toHaveProperty('type');
      }
    }
    const error = resolved(document.components.schemas!.Error!).properties!.error!;
    expect(error.properties!.code!.enum).toEqual(Object.keys(errorCatalogue));
  });
});

describe('The operations', () => {
  const { paths } = openApiDocument() as unknown as {
    paths: Record<string, Record<string, { operationId: string; responses: Record<string, Answered> }>>;
  };
  interface Answered {
    content?: { 'application/json'?: { example?: unknown; examples?: Record<string, { value: ErrorBody }> } };
  }
  interface ErrorBody {
    error: { code: keyof typeof errorCatalogue; message: string };
  }
  const told = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .map(({ operationId, responses }) => ({ operationId, responses }));

  const codesOf = (id: string) =>
    Object.values(told.find(({ operationId }) => operationId === id)!.responses).flatMap(({ content }) =>
      Object.keys(content?.['application/json']?.examples ?? {}),
    );

  it('show an answer, and each error at the status that it has', () => {
    for (const { operationId, responses } of told) {
      const { status } = definitionOf(operationId as (typeof commandNames)[number]).rest!;
      const answered: Record<string, unknown> = responses[status]!.content!;
      expect(Object.keys(answered)).toEqual([
        definitionOf(operationId as (typeof commandNames)[number]).lines
          ? 'application/x-ndjson'
          : 'application/json',
      ]);
      for (const content of Object.values(answered)) expect(content).toHaveProperty('example');
      for (const [at, { content }] of Object.entries(responses)) {
        for (const [code, { value }] of Object.entries(content?.['application/json']?.examples ?? {})) {
          expect(value.error).toEqual({ code, message: expect.any(String) });
          expect(String(errorCatalogue[value.error.code].status)).toBe(at);
        }
      }
    }
  });

  it('name the errors that are theirs, and no others', () => {
    expect(codesOf('login')).toEqual(expect.arrayContaining(['CREDENTIALS_WRONG', 'NOT_CONFIGURED']));
    expect(codesOf('createChat')).toEqual(expect.arrayContaining(['UNAUTHENTICATED', 'TOKEN_EXPIRED']));
    expect(codesOf('addMembers')).toEqual(
      expect.arrayContaining(['GROUP_FULL', 'NOT_FOUND', 'FORBIDDEN', 'VALIDATION_FAILED']),
    );
    expect(codesOf('getConfig')).not.toContain('UNAUTHENTICATED');
    expect(codesOf('getChat')).not.toContain('GROUP_FULL');
    expect(codesOf('getChat')).not.toContain('IDEMPOTENCY_MISMATCH');
  });
});

describe('The page of the REST API', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const assetsOf = (html: string) =>
    [...html.matchAll(/\b(?:src|href)=["']([^"']+)["']/g)].map(([, url]) => url!);

  it('takes everything from this server', async () => {
    const page = await world.http.get('/docs/rest').expect(200);
    expect(page.type).toBe('text/html');
    const base = `http://127.0.0.1:${world.app.httpPort}/docs/`;
    const assets = assetsOf(page.text);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      const url = new URL(asset, asset.startsWith('./rest') ? base : `${base}rest/`);
      expect(url.origin).toBe(new URL(base).origin);
      const { status, text, type } = await world.http.get(url.pathname);
      expect({ asset, status }).toEqual({ asset, status: 200 });
      if (type === 'text/css') expect(text).not.toMatch(/@import|url\(["']?(https?:)?\/\//);
    }
    expect(page.text).not.toMatch(/(src|href)=["'](https?:)?\/\//);
  });

  it('is told by the server to load nothing from elsewhere', async () => {
    const { headers } = await world.http.get('/docs/rest').expect(200);
    const policy = headers['content-security-policy'];
    expect(policy).toMatch(/default-src 'self'|default-src 'none'/);
    for (const source of policy!.split(/[;\s]+/)) expect(source).not.toMatch(/^https?:\/\/|^\*/);
  });

  it('has the document as YAML too', async () => {
    const { text } = await world.http.get('/docs/openapi.yaml').expect(200);
    expect(text).toMatch(/^openapi: ['"]?3\.1/);
  });
});
