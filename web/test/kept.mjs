/** What the browser keeps in the database of a page's client, of a kind such as `draft`: its values, by key. */
export const keptIn = (page, kind) =>
  page.evaluate(async (wanted) => {
    const result = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const found = {};
    const all = await globalThis.indexedDB.databases();
    for (const { name } of all.filter((one) => one.name.startsWith('chat:'))) {
      const database = await result(globalThis.indexedDB.open(name));
      if (database.objectStoreNames.contains('rows')) {
        const store = () => database.transaction('rows').objectStore('rows');
        for (const [kind, key] of await result(store().getAllKeys()))
          if (kind === wanted) found[key] = await result(store().get([kind, key]));
      }
      database.close();
    }
    return found;
  }, kind);
