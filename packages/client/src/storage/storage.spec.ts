import 'fake-indexeddb/auto';
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

it('AsyncStorage keeps what the app has in it, also when an account is deleted', async () => {
  const own = items();
  const session = await asyncStorage(own).open('https://chat.example#1');
  await session.write([{ kind: 'draft', key: '12', value: 'Hel' }]);
  expect([...own.kept.keys()]).toEqual(['of-the-app', 'chat:https%3A%2F%2Fchat.example%231:draft:12']);
  await session.clear();
  expect([...own.kept]).toEqual([['of-the-app', 'untouched']]);
});
