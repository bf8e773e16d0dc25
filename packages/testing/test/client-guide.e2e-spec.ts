import { clusterUrl } from '../../../test/support/cluster.js';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { transform } from '@swc/core';
import { type ChatServer, type People, startChatServer } from '../src/index.js';
import { Browser, chromium } from './browser.js';

const root = join(import.meta.dirname, '../../..');
/** The client. */
const own = join(root, 'packages/client');
const BESIDE = ['socket.io-client', 'react', 'react-dom', 'happy-dom'];
const START_MS = 120_000;

/** What React Native has, as far as the sample uses it. */
const NATIVE = {
  'react-native': `const listeners = new Set();
    export const AppState = {
      addEventListener: (type, listener) => (listeners.add(listener), { remove: () => listeners.delete(listener) }),
      turn: (state) => listeners.forEach((listener) => listener(state)),
      get listeners() { return listeners.size; },
    };`,
  '@react-native-async-storage/async-storage': `const items = new Map();
    export default {
      getAllKeys: async () => [...items.keys()],
      multiGet: async (keys) => keys.map((key) => [key, items.get(key) ?? null]),
      multiSet: async (pairs) => pairs.forEach(([key, value]) => items.set(key, value)),
      multiRemove: async (keys) => keys.forEach((key) => items.delete(key)),
    };`,
};

/** The drivers wait for what the samples do. */
const UNTIL = `const until = async (holds) => {
  for (const end = Date.now() + 20000; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 20)))
    if (Date.now() > end) throw new Error('Still not so: ' + holds);
};\n`;

/** The samples of docs/guides/client.md, in an application that has the client installed as it is built. */
describe('The guide of the client', () => {
  let app: string;
  let server: ChatServer;
  let people: People<readonly ['alice', 'bob']>;
  let guide: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    guide = await readFile(join(root, 'docs/guides/client.md'), 'utf8');
    app = await realpath(await mkdtemp(join(tmpdir(), 'chat-guide-')));
    const home = join(app, 'node_modules/@chat-api/client');
    await mkdir(home, { recursive: true });
    const tsdown = createRequire(join(own, 'package.json')).resolve('tsdown/run');
    const args = [tsdown, '--no-dts', '--log-level', 'warn', '--out-dir', join(home, 'dist')];
    const built = spawnSync(process.execPath, args, { cwd: own, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(built.stdout + built.stderr);
    await write(
      'node_modules/@chat-api/client/package.json',
      await readFile(join(own, 'package.json'), 'utf8'),
    );
    for (const name of BESIDE) {
      const folder = dirname(createRequire(join(own, 'package.json')).resolve(`${name}/package.json`));
      await symlink(folder, join(app, 'node_modules', name));
    }
    for (const [name, code] of Object.entries(NATIVE)) {
      await write(`node_modules/${name}/package.json`, '{ "type": "module", "exports": "./index.js" }');
      await write(`node_modules/${name}/index.js`, code);
    }
    await write('package.json', '{ "private": true, "type": "module" }');
    server = await startChatServer({ databaseUrl: clusterUrl() });
    people = await server.people('alice', 'bob');
    // The samples say asUser(1) and asUser(2): the first people of a new database.
    expect([people.alice.id, people.bob.id]).toEqual([1, 2]);
  }, START_MS);
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await server?.stop();
    await rm(app, { recursive: true, force: true });
  }, 30_000);

  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(app, name)), { recursive: true });
    await writeFile(join(app, name), text);
  };

  /** A block of the guide, by the file that its first line names, with the address of this server. */
  const sample = (file: string): string => {
    const blocks = [
      ...guide.matchAll(/^```(?:html|js|tsx)[^\n]*\n(?:\/\/|<!--) (\S+)(?: -->)?\n(.*?)^```$/gms),
    ];
    const code = blocks.find(([, name]) => name === file)?.[2];
    if (code === undefined) throw new Error(`The guide has no ${file}.`);
    expect(code).toContain('http://localhost:3000');
    return code.replace('http://localhost:3000', server.url);
  };

  const run = (name: string): ChildProcess & { said: () => string } => {
    const child = spawn(process.execPath, [name], { cwd: app, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => void (output += chunk.toString()));
    return Object.assign(child, { said: () => output });
  };

  const say = (content: string) =>
    server.rest('POST', `/chats/${people.chat.id}/messages`, { content }, people.alice);
  const contents = async () => (await server.truth(people.chat.id)).messages.map(({ content }) => content);
  const until = async (holds: () => boolean | Promise<boolean>) => {
    for (const end = Date.now() + 30_000; !(await holds());) {
      if (Date.now() > end) throw new Error(`Still not so: ${holds.toString()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  it(
    'has a bot for Node that answers, and ends when it is told to',
    async () => {
      await write('bot.mjs', sample('bot.mjs'));
      // What was sent before its first look at the server is old, and not told.
      let looked = false;
      const stop = server.watch(({ kind, name, person }) => {
        if (kind === 'answer' && name === 'sync' && person === people.bob.id) looked = true;
      });
      const bot = run('bot.mjs');
      await until(() => looked);
      stop();
      await server.settled();
      await say('one');
      await until(async () => (await contents()).includes('You said: one'));
      bot.kill('SIGTERM');
      expect(await once(bot, 'close')).toEqual([0, null]);
      expect(bot.said()).toBe('');
    },
    START_MS,
  );

  it(
    'has a component for React that shows messages and sends one',
    async () => {
      const { code } = await transform(sample('chat.tsx'), {
        filename: 'chat.tsx',
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
          target: 'es2022',
        },
      });
      await write('chat.js', code);
      await write(
        'react-driver.js',
        `import { Window } from 'happy-dom';
         const window = new Window();
         for (const name of ['document', 'navigator'])
           Object.defineProperty(globalThis, name, { value: window[name], configurable: true });
         globalThis.window = window;
         const { createElement, StrictMode } = await import('react');
         const { createRoot } = await import('react-dom/client');
         const { App } = await import('./chat.js');
         ${UNTIL}
         const host = document.body.appendChild(document.createElement('div'));
         createRoot(host).render(createElement(StrictMode, null, createElement(App, { chatId: ${people.chat.id} })));
         await until(() => host.textContent.includes('one (') && !host.textContent.includes('Connecting'));
         [...host.querySelectorAll('button')].at(-1).click();
         await until(() => /Hello! \\((sent|delivered|seen)\\)/.test(host.textContent));
         console.log('shown');
         process.exit(0);`,
      );
      const driver = run('react-driver.js');
      await once(driver, 'close');
      expect(driver.said()).toBe('shown\n');
      expect(await contents()).toContain('Hello!');
    },
    START_MS,
  );

  it(
    'has a client for React Native that keeps what it knows, and follows AppState',
    async () => {
      await write('client.js', sample('client.js'));
      await write(
        'native-driver.js',
        `import AsyncStorage from '@react-native-async-storage/async-storage';
         import { AppState } from 'react-native';
         import { chat } from './client.js';
         ${UNTIL}
         await until(() => chat.connection.get().state === 'live');
         if (AppState.listeners !== 1) throw new Error('It does not watch the app.');
         const room = chat.open(${people.chat.id});
         await until(() => room.timeline.get().items.length > 0);
         chat.draft(${people.chat.id}).set('Hel');
         await room.send('from a phone').stored;
         AppState.turn('background'); // writes at once
         await until(async () => (await AsyncStorage.getAllKeys()).some((key) => key.includes(':draft:')));
         await until(async () => (await AsyncStorage.getAllKeys()).some((key) => key.includes(':chat:')));
         AppState.turn('active');
         chat.stop();
         chat.start();
         await until(() => chat.draft(${people.chat.id}).get() === 'Hel');
         await until(() => chat.connection.get().state === 'live');
         chat.stop();
         if (AppState.listeners !== 0) throw new Error('It still watches the app.');
         console.log('kept');`,
      );
      const driver = run('native-driver.js');
      await once(driver, 'close');
      expect(driver.said()).toBe('kept\n');
    },
    START_MS,
  );

  // CI must have a Chromium; elsewhere the sample is not tried without one.
  (chromium === undefined && process.env.CI !== 'true' ? it.skip : it)(
    'has a page without a bundler that shows messages and sends one',
    async () => {
      await write('index.html', sample('index.html'));
      const types = { '.html': 'text/html', '.js': 'text/javascript' } as Record<string, string>;
      const files = createServer((request, answer) => {
        const file = request.url === '/' ? '/index.html' : request.url!;
        readFile(join(app, file)).then(
          (text) => answer.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'text/plain' }).end(text),
          () => answer.writeHead(404).end(),
        );
      }).listen(0, '127.0.0.1');
      await once(files, 'listening');
      const browser = await Browser.open(`http://127.0.0.1:${(files.address() as AddressInfo).port}/`);
      try {
        const text = () => browser.value<string>(`document.body?.innerText ?? ''`);
        await until(async () => /1: one \((sent|delivered|seen)\)/.test(await text()));
        await until(async () => (await text()).includes('live'));
        await browser.value(`document.getElementById('text').value = 'from a page';
          document.querySelector('form').requestSubmit()`);
        await until(async () => /1: from a page \((sent|delivered|seen)\)/.test(await text()));
        expect(await contents()).toContain('from a page');
      } finally {
        await browser.close();
        files.close();
      }
    },
    START_MS,
  );

  it(
    'and the README of the client have samples that do what they say',
    async () => {
      const readme = await readFile(join(own, 'README.md'), 'utf8');
      const { carol } = await server.people('carol');
      const { alice, bob, chat } = people;
      // More than a page: the last test, since the others look for what is said first.
      const group = await server.group('Four', [alice, bob]);
      for (let nr = 1; nr <= 60; nr++)
        await server.rest('POST', `/chats/${chat.id}/messages`, { content: `nr ${nr}` }, bob);
      const first = await server.rest<{ id: number }>(
        'POST',
        `/chats/${group.id}/messages`,
        { content: 'first' },
        bob,
      );
      // They follow each other as in one file. Their ids are those of nobody; `not-run=part` marks what needs more than that:
      // a page that hands out tokens, a server with accounts, React, a phone.
      const blocks = [...readme.matchAll(/^```tsx?( not-run=part)?\n(.*?)^```$/gms)];
      expect(blocks).toHaveLength(readme.match(/^```tsx?\b/gm)!.length);
      const [start, ...others] = blocks.flatMap(([, part, code]) => (part === undefined ? [code!] : []));
      expect(others).toHaveLength(8);
      // A person does the rest when the page is there.
      const there = `${UNTIL} await until(() => chat.connection.get().state === 'live');`;
      const samples = [start!, there, ...others];
      const replaced = samples
        .join('\n')
        .replace('http://localhost:3000', server.url)
        .replace('open(12)', `open(${chat.id})`)
        .replace('open(34)', `open(${group.id})`)
        .replace('replyTo: 345, mentions: [7]', `replyTo: ${first.id}, mentions: [${bob.id}]`)
        .replace('memberIds: [2, 3]', `memberIds: [${bob.id}, ${carol.id}]`);
      const { code } = await transform(`${replaced}\nexport { chat, message };`, {
        filename: 'readme.ts',
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      });
      await write('readme.js', code);
      await write(
        'readme-driver.js',
        `import { chat, message } from './readme.js';
         ${UNTIL}
         await until(() => chat.outbox.get().length === 0);
         console.log('edited', message.id);
         chat.stop();`,
      );
      const driver = run('readme-driver.js');
      await once(driver, 'close');
      expect(driver.said()).toMatch(/edited \d+\n$/);
      const [, sent] = (await server.truth(group.id)).messages;
      expect(sent).toMatchObject({
        content: 'Hello, all!',
        replyToId: first.id,
        reactions: [{ emoji: '🎉' }],
      });
      expect((await server.truth(group.id)).as(alice).hidden).toEqual([sent!.id]);
      expect((await server.truth(chat.id)).as(alice).watermark).toMatchObject({ unread: 0 });
    },
    START_MS,
  );
});
