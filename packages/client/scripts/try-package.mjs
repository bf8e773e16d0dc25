/**
 * Tries the built client as its users get it: packed, installed into an empty project, imported as ES module and as
 * CommonJS, with and without React, and its README compiled with TypeScript's `node16` and `bundler` resolution.
 *
 *   npm run build -w packages/client && npm run try -w packages/client
 *
 * npm downloads what its cache does not have; nothing else needs the network.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { step } from '../../../scripts/step.mjs';

const folder = join(import.meta.dirname, '..');
const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const project = mkdtempSync(join(tmpdir(), 'chat-client-'));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

const { react, '@types/react': types } = own.devDependencies;
/** The major before, and the one that the client's tests have. */
const REACTS = {
  18: ['react@18.3.1', 'react-dom@18.3.1', '@types/react@18.3.27'],
  19: [`react@${react}`, `react-dom@${react}`, `@types/react@${types}`],
};

const entries = Object.keys(own.exports)
  .filter((path) => path !== './package.json')
  .map((path) => path.replace('.', own.name));
const withoutReact = entries.filter((entry) => !/\/react(\/|$)/.test(entry));

function run(program, args, cwd = project) {
  try {
    return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    throw new Error(`${program} ${args.join(' ')}\n${error.stdout}${error.stderr}`, { cause: error });
  }
}

const write = (name, text) => writeFileSync(join(project, name), text);

/** Nothing but what users need, and all of it. */
function pack() {
  const [{ filename, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', project], folder),
  );
  const strange = files.filter(
    ({ path }) => !/^(dist\/.+\.(c?js|d\.c?ts)|package\.json|README\.md|LICENSE)$/.test(path),
  );
  if (strange.length > 0)
    throw new Error(`Packed, and not needed: ${strange.map(({ path }) => path).join(', ')}`);
  const ofReact = files.filter(({ path }) => /^dist\/react\/.*js$/.test(path));
  const unmarked = ofReact.filter(
    ({ path }) => !/^['"]use client['"]/.test(readFileSync(join(folder, path), 'utf8')),
  );
  if (unmarked.length > 0)
    throw new Error(`Without 'use client': ${unmarked.map(({ path }) => path).join(', ')}`);
  console.log(`${filename}: ${files.length} files`);
  return join(project, filename);
}

const install = (...packages) =>
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...packages]);

/** The names that each entry exports, as an ES module has to have them in CommonJS too. */
function exportsOf(names) {
  const list = JSON.stringify(names);
  const print = 'console.log(JSON.stringify(all))';
  const esm = `const all = []; for (const name of ${list}) all.push(Object.keys(await import(name)).sort()); ${print}`;
  const cjs = `const all = ${list}.map((name) => Object.keys(require(name)).sort()); ${print}`;
  const [imported, required] = [
    run(process.execPath, ['--input-type=module', '-e', esm]),
    run(process.execPath, ['--input-type=commonjs', '-e', cjs]),
  ];
  if (imported !== required) throw new Error(`import and require differ:\n${imported}${required}`);
  const [core] = JSON.parse(imported);
  if (!core.includes('PROTOCOL'))
    throw new Error(`${own.name} does not export PROTOCOL, but ${core.join(', ')}`);
  return imported;
}

/** What React renders where there is no page, as frameworks do before a browser takes over. */
function render() {
  const script = `
    import { createElement as h, StrictMode } from 'react';
    import { renderToString } from 'react-dom/server';
    import { asUser, createChat } from '${own.name}';
    import { ChatProvider, useConnection, useTimeline } from '${own.name}/react';
    const client = createChat({ auth: asUser(1) });
    const Shown = () => h('p', null, useConnection().state, ' ', useTimeline(12).items.length);
    console.log(renderToString(h(StrictMode, null, h(ChatProvider, { client }, h(Shown)))));`;
  const html = run(process.execPath, ['--input-type=module', '-e', script]).trim();
  if (html.replaceAll('<!-- -->', '') !== '<p>stopped 0</p>') throw new Error(`React rendered ${html}`);
}

/** The blocks of the README, which follow each other as in one file, and an import of every entry. */
function writeSamples() {
  mkdirSync(join(project, 'samples'));
  const blocks = [
    ...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^```tsx?(?: not-run=part)?\n(.*?)^```$/gms),
  ];
  write('samples/readme.tsx', `${blocks.map(([, code]) => code).join('\n')}\nexport {};\n`);
  const imports = entries.map((entry, index) => `import * as e${index} from '${entry}';`).join('\n');
  const used = `${imports}\nexport const all = [${entries.map((_, index) => `e${index}`).join(', ')}];\n`;
  const typed = `import type { Commands, Message } from '${own.name}';
export const send: Commands['sendMessage']['input'] = { chatId: 1, content: 'Hello!', replyToId: undefined };
export const contentOf = (message: Message): string => message.content;
// @ts-expect-error A message has no such field: the types are there, and are not any.
export const nothing = (message: Message) => message.noSuchField;
`;
  for (const extension of ['mts', 'cts']) write(`samples/entries.${extension}`, `${used}${typed}`);
}

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  // The package's own declarations are checked too, TypeScript's are not.
  skipLibCheck: false,
  skipDefaultLibCheck: true,
  noEmit: true,
  target: 'ES2022',
  lib: ['ES2022', 'DOM', 'DOM.Iterable'],
  jsx: 'react-jsx',
  types: [],
};

function compile(resolution) {
  const options = { ...compilerOptions, ...resolution };
  write('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['samples'] }));
  run(process.execPath, [tsc, '-p', 'tsconfig.json']);
}

try {
  write('package.json', '{ "private": true, "type": "module" }');
  const tarball = step('packed', pack);
  step('installed into an empty project', () => install(tarball));
  step('imported and required, without React', () => exportsOf(withoutReact));
  writeSamples();
  for (const version of Object.keys(REACTS)) {
    step(`React ${version} installed`, () => install(...REACTS[version]));
    step('imported and required', () => exportsOf(entries));
    step('rendered without a page', render);
    step('compiled under node16', () => compile({ module: 'node16', moduleResolution: 'node16' }));
  }
  step('compiled under bundler', () => compile({ module: 'esnext', moduleResolution: 'bundler' }));
} finally {
  rmSync(project, { recursive: true, force: true });
}
