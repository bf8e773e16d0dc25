import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppModule } from '../../src/app.module.js';
import { environment } from '../../src/config/environment.js';
import { commandNames, definitionOf, errorCatalogue, events, METADATA } from '../../src/contract/index.js';
import { ROUTE_COMMANDS } from '../../src/rest/route.decorator.js';
import { projectRoot } from '../../src/common/project-root.js';
import { World } from '../support/world.js';

const root = projectRoot();

/** The folders of the packages that applications install. */
const packages = readdirSync(join(root, 'packages'))
  .map((name) => join('packages', name))
  .filter((path) => existsSync(join(root, path, 'package.json')));

/** Every handwritten or generated document of the project. */
const documents = [
  ...[
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'SECURITY.md',
    'tools/bench/README.md',
    'tools/chaos/README.md',
    'tools/abuse/README.md',
    'packages/testing/README.md',
  ],
  ...packages.map((path) => join(path, 'README.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path))
    .sort(),
];

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Every match of the pattern's first group. */
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!);

/** The text under a heading of the second level. */
function section(markdown: string, heading: string): string {
  const [, after = ''] = markdown.split(`\n## ${heading}\n`);
  return after.split('\n## ')[0]!;
}

/** `GET /chats/:chatId` and `GET /chats/:id` are the same route. */
const anyParameter = (route: string) => route.replaceAll(/:\w+/g, ':');

const routes = commandNames.flatMap((name) => {
  const { rest } = definitionOf(name);
  return rest
    ? [{ name, method: rest.method, path: rest.path, route: anyParameter(`${rest.method} ${rest.path}`) }]
    : [];
});

/** Commands may share a route. */
const uniqueRoutes = [...new Set(routes.map(({ route }) => route))].sort();

const scriptsOf = (path: string) =>
  Object.keys((JSON.parse(read(path)) as { scripts?: Record<string, string> }).scripts ?? {});

const scripts = scriptsOf('package.json');
const scriptsOfPackages = packages.flatMap((path) => scriptsOf(join(path, 'package.json')));

describe('Generated documents', () => {
  it('are what `npm run docs` writes', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout + stderr).toBe('');
  });
});

const SEED_TABLES = `
| client emits | data | server emits | data |
|---|---|---|---|
| \`userOnline\` | \`1\` | | |
| \`getChats\` | \`1\` | \`chatsList\` | \`[{ "id": 1, "user1Id": 1, "user2Id": 2 }]\` |
| \`createChat\` | \`{ "user1Id": 1, "user2Id": 2 }\` | \`newChat\` | \`{ "id": 1, "user1Id": 1, "user2Id": 2 }\` |
| \`sendMessage\` | \`{ "senderId": 1, "receiverId": 2, "content": "Hello!" }\` | \`newMessage\` | \`{ "id": 1, "senderId": 1, "receiverId": 2, "content": "Hello!", "seen": false }\` |
| \`markAsSeen\` | \`{ "messageId": 1 }\` | \`messageSeen\` | \`{ "messageId": 1, "seen": true }\` |
| \`userOffline\` | \`1\` | | |

| method | path | what |
|---|---|---|
| GET | \`/chats/:id\` | a chat by id |
| GET | \`/chats/user/:id\` | a user's chats |
| POST | \`/chats\` | create a chat |
| DELETE | \`/chats/:id\` | delete a chat |
`;

describe('The README', () => {
  it('has the seed tables word for word', () => {
    expect(section(read('README.md'), 'Protocol at a glance')).toContain(SEED_TABLES);
  });

  it('is at most 150 lines long', () => {
    expect(read('README.md').split('\n').length - 1).toBeLessThanOrEqual(150);
  });
});

describe('The protocol page', () => {
  const page = read('docs/reference/protocol.md');
  const glance = section(page, 'All commands');
  const rows = glance.split('\n').filter((line) => line.startsWith('| ['));

  it('lists the commands that exist, all of them', () => {
    const listed = rows.map((line) => /^\| \[\(?(\w+)\)?\]/.exec(line)![1]);
    expect(listed).toEqual(commandNames);
    expect(all(section(page, 'Commands'), /^### (\w+)$/gm)).toEqual(commandNames);
  });

  it('lists the events that exist, all of them', () => {
    expect(all(section(page, 'Events'), /^\| `(\w+)` \|/gm)).toEqual(Object.keys(events));
    expect(Object.keys(events).filter((name) => !glance.includes(`\`${name}\``))).toEqual([]);
  });

  it('lists the routes that exist, all of them', () => {
    const named = all(rows.join('\n'), /`((?:GET|POST|PUT|PATCH|DELETE) [^`]+)`/g).map(anyParameter);
    expect([...new Set(named)].sort()).toEqual(uniqueRoutes);
  });
});

describe('The error page', () => {
  it('lists the codes that exist, all of them', () => {
    const listed = all(read('docs/reference/errors.md'), /^\| `([A-Z_]+)` \|/gm);
    expect(listed).toEqual(Object.keys(errorCatalogue));
  });
});

describe('The page of limits', () => {
  it('has the bounds of metadata that are checked', () => {
    const { depth, keys, bytes } = METADATA;
    const row = `| \`metadata\` | ${depth} levels, ${keys} keys and elements, ${bytes.toLocaleString('en')} bytes of JSON |`;
    expect(read('docs/reference/limits.md')).toContain(row);
  });
});

describe('Environment variables', () => {
  const names = Object.keys(environment).sort();

  it('are those of the configuration page', () => {
    expect(all(read('docs/reference/configuration.md'), /^\| `([A-Z_]+)` \|/gm).sort()).toEqual(names);
  });

  it('are those of .env.example', () => {
    expect(all(read('.env.example'), /^(?:# )?([A-Z_]+)=/gm).sort()).toEqual(names);
  });
});

describe('Scripts', () => {
  it.each([...documents, '.ci/run'])('that %s names exist', (path) => {
    const named = all(read(path), /npm run (?:-\S+ )*([a-z][\w:-]*)/g);
    expect(named.filter((name) => ![...scripts, ...scriptsOfPackages].includes(name))).toEqual([]);
  });

  it('are all in CONTRIBUTING.md', () => {
    const own = scripts.filter((name) => !scripts.some((other) => name === `pre${other}`));
    const described = all(read('CONTRIBUTING.md'), /^\| `npm (?:run )?([a-z][\w:-]*)` \|/gm);
    expect(described.sort()).toEqual(own.sort());
  });
});

/** In a process of its own: the module has no types. */
const PRINT_FOLDERS =
  "const { LAYERS } = await import('./tools/lint/layers.js'); console.log(JSON.stringify(LAYERS.flat()))";

describe('The folders of src', () => {
  const named = all(section(read('CONTRIBUTING.md'), 'The folders of `src/`'), /^\| `([a-z/-]+)` \|/gm);

  it('are in CONTRIBUTING.md, in the order of the linter', () => {
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', PRINT_FOLDERS], {
      cwd: root,
    });
    expect(named).toEqual(JSON.parse(stdout.toString()));
  });

  it('are all in the map of the README', () => {
    const map = section(read('README.md'), 'Map of `src/`');
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(folders.filter((name) => !map.includes(`${name}/`))).toEqual([]);
  });
});

describe('Decisions', () => {
  it('are numbered without gaps, and each has its title', () => {
    const files = readdirSync(join(root, 'docs/adr')).sort();
    const numbers = files.map((file) => file.slice(0, 4));
    expect(numbers).toEqual(files.map((_, index) => String(index + 1).padStart(4, '0')));
    for (const file of files)
      expect(read(`docs/adr/${file}`)).toMatch(new RegExp(`^# ${file.slice(0, 4)}\\. `));
  });
});

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

describe('Documents', () => {
  it.each(documents)('link to files and headings that exist: %s', (path) => {
    const broken = all(read(path), /\]\((?!https?:)([^)\s]+)\)/g).filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(path, '..', file);
      if (!existsSync(join(root, target))) return true;
      return (
        anchor !== undefined &&
        !all(read(target), /^#+ (.+)$/gm)
          .map(anchorOf)
          .includes(anchor)
      );
    });
    expect(broken).toEqual([]);
  });

  it.each(documents)('name files of the project that exist: %s', (path) => {
    const named = all(read(path), /`((?:docs|src|test|scripts|migrations|deploy)\/[\w./-]+\.\w+)`/g);
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

/** The text from the opening parenthesis that a call ends with to the one that closes it. */
function argumentsOf(text: string, opened: number): string {
  let depth = 0;
  for (let at = opened; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return text.slice(opened, at + 1);
  }
  return text.slice(opened);
}

/** What is wrong in a program, or a line of one: connections of nobody, and users who are nobody after a reconnect. */
function nobodies(code: string): string[] {
  const calls = [...code.matchAll(/\bio(?=\()|\b\w+\.connect(?=\('http)/g)].map(
    ({ 0: name, index }) => name + argumentsOf(code, index + name.length),
  );
  const said = [...code.matchAll(/emit(?:WithAck)?\('userOnline'/g)]
    .filter(({ index }) => !/\bon\('connect', [^;]*$|def connect\(\):\s+[^\n]*$/.test(code.slice(0, index)))
    .map(({ 0: emit }) => `${emit} outside of the connect handler`);
  return [...calls.filter((call) => !/\bauth\b/.test(call)), ...said];
}

describe('Examples that connect with Socket.IO', () => {
  const programs = documents.flatMap((path) =>
    [
      ...all(read(path), /^```\w+[^\n]*\n([\s\S]*?)^```$/gm),
      ...all(read(path), /`([^`\n]*userOnline[^`\n]*)`/g),
    ].map((code) => ({ path, code })),
  );

  it('say at the handshake whose the connection is, and `userOnline` only in the connect handler', () => {
    const faults = programs.flatMap(({ path, code }) => nobodies(code).map((fault) => `${path}: ${fault}`));
    expect(faults).toEqual([]);
    const connecting = programs.filter(({ code }) => /auth: \{ userId|auth=\{'userId'/.test(code));
    expect(new Set(connecting.map(({ path }) => path))).toEqual(
      new Set(['README.md', 'docs/guides/getting-started.md']),
    );
  });

  it.each([
    ["const s = io('http://localhost:5005');", 1],
    ["s = io(url, { transports: ['websocket'] }); s.emit('userOnline', 1);", 2],
    ["bob.connect('http://localhost:5005')", 1],
    ["io(url, { auth: { userId } }); s.on('connect', () => s.emit('userOnline', 1));", 0],
    ["s.on('connect', () => {}); s.emit('userOnline', 1);", 1],
  ])('are told apart from others: %s', (code, faults) => {
    expect(nobodies(code)).toHaveLength(faults);
  });
});

describe('Routes', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('of the contract have one handler each, and handlers have a route of the contract', () => {
    const handled = controllersOf(AppModule.with(world.config))
      .flatMap((controller) => handlersOf(controller.prototype))
      .sort();
    expect(handled).toEqual(routes.map(({ name }) => name).sort());
  });

  it.each(routes)('$method $path is served', async ({ method, path }) => {
    const asked = path.replaceAll(/:\w+/g, '1');
    const verb = method.toLowerCase() as Lowercase<typeof method>;
    const { status, body } = await world.http[verb](asked);
    expect(status).toBeLessThan(500);
    expect((body as { error?: { code: string } }).error?.code).not.toBe('UNKNOWN_COMMAND');
  });

  it('are those of /docs/openapi.json', async () => {
    const { body } = await world.http.get('/docs/openapi.json').expect(200);
    const { paths } = body as { paths: Record<string, Record<string, unknown>> };
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, ':')}`),
    );
    expect(described.sort()).toEqual(uniqueRoutes);
  });
});

interface ModuleParts {
  module: object;
  imports?: unknown[];
  controllers?: unknown[];
}

/** The controllers of a module, a class or a dynamic one, and of all that it imports. */
function controllersOf(module: unknown, seen = new Set<unknown>()): { prototype: object }[] {
  if ((typeof module !== 'object' && typeof module !== 'function') || module === null) return [];
  const parts: ModuleParts = 'module' in module ? (module as ModuleParts) : { module };
  if (seen.has(parts.module)) return [];
  seen.add(parts.module);
  const listed = (key: 'imports' | 'controllers') => [
    ...((Reflect.getMetadata(key, parts.module) ?? []) as unknown[]),
    ...(parts[key] ?? []),
  ];
  const own = listed('controllers') as { prototype: object }[];
  return [...own, ...listed('imports').flatMap((one) => controllersOf(one, seen))];
}

/** The commands whose routes a controller handles; health checks are no commands. */
function handlersOf(prototype: object): string[] {
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const method = (prototype as Record<string, unknown>)[name];
    if (typeof method !== 'function' || name === 'constructor') return [];
    return (Reflect.getMetadata(ROUTE_COMMANDS, method) as string[] | undefined) ?? [];
  });
}
