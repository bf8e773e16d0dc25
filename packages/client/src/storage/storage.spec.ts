import 'fake-indexeddb/auto';
import { ScriptedTransport } from '../../test/scripted.js';
import { group, message, ready, synced } from '../../test/views.js';
import { accounts } from '../accounts.js';
import { asUser } from '../auth.js';
import { createChat } from '../chat.js';
import { asyncStorage, type AsyncStorageLike } from './async-storage.js';
import { indexedDb } from './indexeddb.js';
import { memory } from './memory.js';
import type { Storage } from './storage.js';

/** What AsyncStorage does, in memory: it keeps texts, and other things of the app. */
function items(): AsyncStorageLike & { kept: Map<string, string> } {
  const kept = new Map([['of-the-app', 'untouched']]);
  return {
    kept,
    getAllKeys: async () => [...kept.keys()],
    multiGet: async (keys) => keys.map((key) => [key, kept.get(key) ?? null]),
    multiSet: async (pairs) => {
      for (const [key, value] of pairs) kept.set(key, value);
    },
    multiRemove: async (keys) => {
      for (const key of keys) kept.delete(key);
    },
  };
}

describe.each<[string, () => Storage]>([
  ['AsyncStorage', () => asyncStorage(items())],
  ['memory', memory],
  ['IndexedDB', indexedDb],
])('Storage in %s', (name, make) => {
  it('keeps rows by kind and key, replaces and deletes them, and gives what it was given', async () => {
    const storage = make();
    const session = await storage.open(`rows ${name}`);
    const value = { text: 'a', list: [1, { two: null }] };
    await session.write([
      { kind: 'chat', key: '1', value },
      { kind: 'chat', key: '10', value: 10 },
      { kind: 'draft', key: '1', value: 'draft' },
    ]);
    value.text = 'changed after it was written';
    expect(Object.fromEntries(await session.rows('chat'))).toEqual({
      1: { text: 'a', list: [1, { two: null }] },
      10: 10,
    });
    await session.write([
      { kind: 'chat', key: '1', value: 'new' },
      { kind: 'chat', key: '10', value: undefined },
    ]);
    expect(await session.rows('chat')).toEqual([['1', 'new']]);
    expect(await session.rows('draft')).toEqual([['1', 'draft']]);
    expect(await session.rows('outbox')).toEqual([]);
    session.close();
  });

  it('keeps accounts apart, gives each what it had, and deletes one alone', async () => {
    const storage = make();
    const [one, other] = [await storage.open(`one ${name}`), await storage.open(`other ${name}`)];
    await one.write([{ kind: 'meta', key: 'state', value: 1 }]);
    await other.write([{ kind: 'meta', key: 'state', value: 2 }]);
    one.close();
    const again = await storage.open(`one ${name}`);
    expect(await again.rows('meta')).toEqual([['state', 1]]);
    await again.clear();
    expect(await (await storage.open(`one ${name}`)).rows('meta')).toEqual([]);
    expect(await other.rows('meta')).toEqual([['state', 2]]);
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

describe('Where JavaScript has neither `structuredClone` nor `crypto`, as in React Native', () => {
  const missing = ['structuredClone', 'crypto'] as const;
  const had = missing.map((name) => Object.getOwnPropertyDescriptor(globalThis, name)!);
  beforeAll(() => missing.forEach((name) => Reflect.deleteProperty(globalThis, name)));
  afterAll(() => missing.forEach((name, index) => Object.defineProperty(globalThis, name, had[index]!)));

  it('a client without storage sends, and keeps what waits in memory', async () => {
    const transport = new ScriptedTransport();
    transport.react = ({ command, input, answer }) => {
      if (command === 'sync') answer(synced());
      if (command === 'getChats')
        answer({ chats: input.filter === 'inbox' ? [group(5, 0)] : [], more: false });
    };
    const chat = createChat({ url: 'http://chat.test', auth: asUser(1), transport, watch: () => () => {} });
    const lost: unknown[] = [];
    chat.on('storageLost', (error) => lost.push(error));
    chat.start();
    await until(() => transport.links.length > 0);
    transport.link.listener.event('ready', ready(1));
    const sent = chat.open(5).send('hello');
    await until(() => transport.link.of('sendMessage').length > 0);
    const [asked] = transport.link.of('sendMessage');
    asked!.answer(message(5, 1, { senderId: 1, clientId: sent.key }));
    await expect(sent.stored).resolves.toMatchObject({ seq: 1 });
    await chat.flush();
    expect(lost).toEqual([]);
    chat.stop();
  });

  it('the session of accounts is kept in memory', async () => {
    expect(await accounts({ url: 'http://chat.test' }).isLoggedIn()).toBe(false);
    const storage = memory();
    const session = await storage.open('http://chat.test#session');
    await session.write([{ kind: 'meta', key: 'session', value: { accessToken: 'one' } }]);
    expect(await accounts({ url: 'http://chat.test', storage }).isLoggedIn()).toBe(true);
  });
});

it('IndexedDB reads rows as they were at one moment, while another page writes', async () => {
  const storage = indexedDb();
  const [one, other] = [await storage.open('one moment'), await storage.open('one moment')];
  await one.write([
    { kind: 'chat', key: '2', value: 'two' },
    { kind: 'chat', key: '3', value: 'three' },
  ]);
  const read = one.rows('chat');
  const written = other.write([
    { kind: 'chat', key: '1', value: 'one' },
    { kind: 'chat', key: '2', value: undefined },
  ]);
  expect(await read).toEqual([
    ['2', 'two'],
    ['3', 'three'],
  ]);
  await written;
  expect(await one.rows('chat')).toEqual([
    ['1', 'one'],
    ['3', 'three'],
  ]);
});

it('AsyncStorage keeps what the app has in it, also when an account is deleted', async () => {
  const own = items();
  const session = await asyncStorage(own).open('https://chat.example#1');
  await session.write([{ kind: 'draft', key: '12', value: 'Hel' }]);
  expect([...own.kept.keys()]).toEqual(['of-the-app', 'chat:https%3A%2F%2Fchat.example%231:draft:12']);
  await session.clear();
  expect([...own.kept]).toEqual([['of-the-app', 'untouched']]);
});
