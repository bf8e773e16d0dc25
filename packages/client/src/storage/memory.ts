import type { RowKind, Storage } from './storage.js';

/** Keeps everything as long as the page or the process lives. */
export function memory(): Storage {
  const scopes = new Map<string, Map<RowKind, Map<string, unknown>>>();
  return {
    open: async (scope) => {
      const kinds = scopes.get(scope) ?? new Map<RowKind, Map<string, unknown>>();
      scopes.set(scope, kinds);
      return {
        rows: async (kind) => [...(kinds.get(kind) ?? [])],
        write: async (rows) => {
          for (const { kind, key, value } of rows) {
            const of = kinds.get(kind) ?? new Map<string, unknown>();
            kinds.set(kind, of);
            if (value === undefined) of.delete(key);
            else of.set(key, structuredClone(value));
          }
        },
        clear: async () => kinds.clear(),
        close: () => undefined,
      };
    },
  };
}
