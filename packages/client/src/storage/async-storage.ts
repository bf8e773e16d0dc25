import type { Row, RowKind, Storage, StorageSession } from './storage.js';

/** What is used of `@react-native-async-storage/async-storage`, in its versions 1 and 2. */
export interface AsyncStorageLike {
  getAllKeys(): Promise<readonly string[]>;
  multiGet(keys: readonly string[]): Promise<readonly (readonly [key: string, value: string | null])[]>;
  multiSet(pairs: [key: string, value: string][]): Promise<void>;
  multiRemove(keys: readonly string[]): Promise<void>;
}

/**
 * Keeps everything in the AsyncStorage of React Native: `asyncStorage(AsyncStorage)`. Rows are its items, with names of
 * their own for each account, so that nothing else in it is touched.
 *
 * https://react-native-async-storage.github.io/async-storage/
 */
export function asyncStorage(
  items: AsyncStorageLike,
  { prefix = 'chat' }: { prefix?: string } = {},
): Storage {
  return {
    open: async (scope) => sessionOf(items, `${prefix}:${encodeURIComponent(scope)}:`),
  };
}

function sessionOf(items: AsyncStorageLike, account: string): StorageSession {
  const keysWith = async (beginning: string) =>
    (await items.getAllKeys()).filter((key) => key.startsWith(beginning));
  return {
    async rows(kind: RowKind) {
      const beginning = `${account}${kind}:`;
      const pairs = await items.multiGet(await keysWith(beginning));
      return pairs.flatMap(([key, value]): [string, unknown][] =>
        value === null ? [] : [[key.slice(beginning.length), JSON.parse(value)]],
      );
    },
    async write(rows: readonly Row[]) {
      const set: [string, string][] = [];
      const removed: string[] = [];
      for (const { kind, key, value } of rows) {
        const name = `${account}${kind}:${key}`;
        if (value === undefined) removed.push(name);
        else set.push([name, JSON.stringify(value)]);
      }
      // What is written is there before what it replaces goes: an app that is ended in between has both.
      if (set.length > 0) await items.multiSet(set);
      if (removed.length > 0) await items.multiRemove(removed);
    },
    async clear() {
      await items.multiRemove(await keysWith(account));
    },
    close: () => undefined,
  };
}
