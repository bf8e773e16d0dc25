import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { projectRoot } from '../../src/common/project-root.js';
import { environment } from '../../src/config/environment.js';
import { commandNames, definitionOf, errorCatalogue, events } from '../../src/contract/index.js';
import { RawHttp } from '../support/raw-http.js';
import { World } from '../support/world.js';

const site = join(projectRoot(), 'dist', 'docs-site');
const read = (name: string) => readFileSync(join(site, name), 'utf8');
const parsed = <T>(name: string) => JSON.parse(read(name)) as T;

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!);
const pages = readdirSync(site, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.html'))
  .sort();

let world: World;
let http: RawHttp;
beforeAll(async () => {
  world = await World.start();
  http = new RawHttp(world.app.httpPort);
});
afterAll(() => world.stop());

const pathOf = (name: string) => (name === 'index.html' ? '/docs' : `/docs/${name.replace(/\.html$/, '')}`);

describe('The documents', () => {
  it('are all guides, references and decisions of the repository', () => {
    const inFolder = (folder: string, to: string) =>
      readdirSync(join(projectRoot(), 'docs', folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `${to}/${name.replace(/\.md$/, '.html')}`);
    expect(pages).toEqual(
      expect.arrayContaining([
        'index.html',
        'events.html',
        'decisions.html',
        'packages/client.html',
        'packages/testing.html',
        ...inFolder('guides', 'guides'),
        ...inFolder('reference', 'reference'),
        ...inFolder('adr', 'decisions'),
      ]),
    );
  });

  it.each(pages)('are served, and lead to pages and headings that exist: %s', async (name) => {
    const page = await http.ask({ path: pathOf(name) });
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toBe(read(name));
    const broken: string[] = [];
    for (const link of new Set(all(page.text, /<(?:a|img|link|script)\b[^>]*?\b(?:href|src)="([^"]+)"/g))) {
      if (/^https?:/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const at = path === '' ? pathOf(name) : path;
      const target = path === '' ? page : await http.ask({ path });
      if (target.status !== 200 || !at.startsWith('/docs')) broken.push(link);
      else if (anchor && !target.text.includes(`id="${anchor}"`)) broken.push(link);
    }
    expect(broken).toEqual([]);
  });

  it.each(pages)('load nothing from elsewhere and have no script or style in them: %s', (name) => {
    const html = read(name);
    expect(html).not.toMatch(/<(?:img|link|script|iframe|source)\b[^>]*\b(?:src|href)="(?:https?:)?\/\//);
    expect(html).not.toMatch(/<style|<script(?! src=)|\sstyle="|\son\w+="|javascript:/i);
    expect(html).toMatch(/<h1[ >]/);
    expect(all(html, /<(h1)[ >]/g)).toHaveLength(1);
    const ids = all(html, /\sid="([^"]+)"/g);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it('may do nothing but load what stands beside them', async () => {
    const { headers } = await http.ask({ path: '/docs/guides/sync' });
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    expect(headers['cache-control']).toBe('no-cache');
  });

  it('are found by the addresses of their files too', async () => {
    for (const [path, to] of [
      ['/docs/guides/sync.md', '/docs/guides/sync'],
      ['/docs/guides/sync.html', '/docs/guides/sync'],
      ['/docs/index.html', '/docs'],
    ] as const) {
      const { status, headers } = await http.ask({ path });
      expect([path, status, headers.location]).toEqual([path, 302, to]);
    }
    for (const path of ['/docs/', '/docs/guides/sync/']) expect((await http.ask({ path })).status).toBe(200);
    expect((await http.ask({ path: '/docs/guides/nothing' })).error().code).toBe('UNKNOWN_COMMAND');
  });
});

describe('The search index', () => {
  type Row = [path: string, title: string, headings: (string | [string, string])[], rows: string[]];
  const index = parsed<Row[]>('search.json');

  it('fits in 30 KB', () => {
    expect(Buffer.byteLength(read('search.json'))).toBeLessThan(30 * 1024);
  });

  it('has every page, command, event, error and variable', () => {
    expect(index.map(([path]) => `${path || 'index'}.html`).sort()).toEqual(pages);
    const words = new Set(index.flatMap(([, , headings, rows]) => [...headings, ...rows]).map(String));
    const wanted = [...commandNames, ...Object.keys(errorCatalogue), ...Object.keys(environment)];
    expect(wanted.filter((word) => !words.has(word))).toEqual([]);
    expect(Object.keys(events).filter((name) => ![...words].some((word) => word.startsWith(name)))).toEqual(
      [],
    );
  });

  it('leads to anchors that exist', () => {
    const anchorOf = (words: string) =>
      words
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-');
    for (const [path, , headings, rows] of index) {
      const html = read(`${path || 'index'}.html`);
      for (const entry of [...headings, ...rows]) {
        const anchor = Array.isArray(entry) ? entry[1] : anchorOf(entry);
        expect([path, anchor, html.includes(`id="${anchor}"`)]).toEqual([path, anchor, true]);
      }
    }
  });
});

describe('contract.json', () => {
  interface Contract {
    commands: Record<
      string,
      { subject?: string; input: object; result: object; example: { input: unknown; result: unknown } }
    >;
    events: Record<string, { payload: object; example: unknown }>;
    errors: object;
    $defs: Record<string, object>;
  }
  const contract = parsed<Contract>('contract.json');
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, uri: true } });
  ajv.addSchema({ $id: 'contract', $defs: contract.$defs });
  const within = (schema: object) =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"contract#/$defs/')) as object;
  const faultsOf = (schema: object, value: unknown) => {
    const validate = ajv.compile(within(schema));
    return validate(value) ? [] : validate.errors;
  };

  it('has all commands, events and errors', () => {
    expect(Object.keys(contract.commands)).toEqual(commandNames);
    expect(Object.keys(contract.events)).toEqual(Object.keys(events));
    expect(contract.errors).toEqual(errorCatalogue);
  });

  it('says of each command what it is about, and has those of a subject together', () => {
    const subjects = Object.values(contract.commands).map(({ subject }) => subject);
    expect(subjects).not.toContain(undefined);
    const begun = subjects.filter((subject, at) => subject !== subjects[at - 1]);
    expect(begun).toEqual([...new Set(subjects)]);
  });

  it('has schemas that its own examples pass', () => {
    for (const [name, { input, result, example }] of Object.entries(contract.commands)) {
      expect([name, faultsOf(input, example.input)]).toEqual([name, []]);
      expect([name, faultsOf(result, example.result)]).toEqual([name, []]);
    }
    for (const [name, { payload, example }] of Object.entries(contract.events)) {
      expect([name, faultsOf(payload, example)]).toEqual([name, []]);
    }
  });

  it('is served as JSON', async () => {
    for (const name of ['contract', 'asyncapi', 'postman', 'search']) {
      const { status, headers } = await http.ask({ path: `/docs/${name}.json` });
      expect([name, status, headers['content-type']]).toEqual([name, 200, 'application/json; charset=utf-8']);
    }
  });
});

describe('asyncapi.json', () => {
  interface AsyncApi {
    operations: Record<string, { action: string; reply?: object }>;
    components: { messages: object };
  }
  const document = parsed<AsyncApi>('asyncapi.json');

  it('is AsyncAPI 3.0, by its schema', () => {
    const schema = join(projectRoot(), 'node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json');
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    const validate = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('has each command with its answer, and each event', () => {
    const sockets = commandNames.filter((name) => definitionOf(name).socket);
    const received = Object.entries(document.operations).filter(([, { action }]) => action === 'receive');
    expect(received.map(([name]) => name)).toEqual(sockets);
    for (const [, { reply }] of received) expect(reply).toBeDefined();
    const sent = Object.entries(document.operations).filter(([, { action }]) => action === 'send');
    expect(sent.map(([name]) => name.replace(/Event$/, ''))).toEqual(Object.keys(events));
  });

  it('refers to nothing that is not there', () => {
    const text = JSON.stringify(document);
    for (const pointer of new Set(all(text, /"\$ref":"#\/([^"]+)"/g))) {
      const found = pointer
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      expect([pointer, typeof found]).toEqual([pointer, 'object']);
    }
  });
});

describe('postman.json', () => {
  interface Item {
    name: string;
    item?: Item[];
    request?: { method: string; url: { host: string[]; path: string[] } };
  }
  const collection = parsed<{ variable: { key: string }[]; item: Item[] }>('postman.json');
  const requests = (items: Item[]): Item[] => items.flatMap((one) => (one.item ? requests(one.item) : [one]));

  it('has every route once, at an address that is a variable', () => {
    const told = requests(collection.item).map(({ request }) => {
      expect(request!.url.host).toEqual(['{{baseUrl}}']);
      return `${request!.method} /${request!.url.path.map((part) => part.replace(/^:.*/, ':')).join('/')}`;
    });
    const routes = commandNames.flatMap((name) => {
      const { rest } = definitionOf(name);
      return rest ? [`${rest.method} ${rest.path.replaceAll(/:\w+/g, ':')}`] : [];
    });
    expect(told.sort()).toEqual([...new Set(routes)].sort());
  });

  it('has variables for the address, the user, the token and the key', () => {
    expect(collection.variable.map(({ key }) => key)).toEqual(['baseUrl', 'userId', 'token', 'apiKey']);
  });
});

it('The build has the documents', () => {
  expect(existsSync(join(site, 'index.html'))).toBe(true);
});
