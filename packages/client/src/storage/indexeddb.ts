import type { Row, RowKind, Storage, StorageSession } from './storage.js';

const STORE = 'rows';

/** A database of this version has one store of rows, by kind and key. */
const VERSION = 1;

/**
 * Keeps everything in the browser, in a database for each account. Opening fails where the browser gives no database, as
 * in some private windows: the client then goes on in memory, and says `storageLost`.
 *
 * https://developer.mozilla.org/docs/Web/API/IndexedDB_API
 */
export function indexedDb({ prefix = 'chat' }: { prefix?: string } = {}): Storage {
  return {
    async open(scope) {
      const name = `${prefix}:${scope}`;
      return sessionOf(await opened(name), name);
    },
  };
}

function opened(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    // Reading `indexedDB` may throw by itself.
    const request = globalThis.indexedDB.open(name, VERSION);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The database could not be opened.'));
    request.onblocked = () => reject(new Error('Another page keeps an older database open.'));
  });
}

function sessionOf(database: IDBDatabase, name: string): StorageSession {
  // Another page deletes or changes it: keeping it open would hold that page up.
  database.onversionchange = () => database.close();

  const run = <T>(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<T> | null,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      // Relaxed: a write that is lost with the machine's power is read again from the server.
      const transaction = database.transaction(STORE, mode, { durability: 'relaxed' });
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request?.result as T);
      transaction.onabort = () =>
        reject(transaction.error ?? new Error('The browser ended the transaction.'));
    });

  return {
    async rows(kind) {
      const range = IDBKeyRange.bound([kind], [kind, []]);
      let keys: IDBRequest<IDBValidKey[]>;
      // In one transaction: of two, another page may write between them.
      const values = await run('readonly', (store) => {
        keys = store.getAllKeys(range);
        return store.getAll(range);
      });
      return keys!.result.map((key, index) => [(key as [RowKind, string])[1], values[index]]);
    },
    async write(rows: readonly Row[]) {
      await run('readwrite', (store) => {
        for (const { kind, key, value } of rows) {
          if (value === undefined) store.delete([kind, key]);
          else store.put(value, [kind, key]);
        }
        return null;
      });
    },
    clear() {
      database.close();
      return new Promise((resolve, reject) => {
        const request = globalThis.indexedDB.deleteDatabase(name);
        request.onsuccess = () => resolve();
        request.onerror = () => reject(request.error ?? new Error('The database could not be deleted.'));
      });
    },
    close: () => database.close(),
  };
}
