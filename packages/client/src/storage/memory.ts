import type { RowKind, Storage } from './storage.js';

/** Keeps everything as long as the page or the process lives. */
export function memory(): Storage {
  const scopes = new Map<string, Map<RowKind, Map<string, string>>>();
  return {
    open: async (scope) => {
      const kinds = scopes.get(scope) ?? new Map<RowKind, Map<string, string>>();
      scopes.set(scope, kinds);
      return {
        rows: async (kind) => [...(kinds.get(kind) ?? [])].map(([key, value]) => [key, JSON.parse(value)]),
        write: async (rows) => {
          for (const { kind, key, value } of rows) {
            const of = kinds.get(kind) ?? new Map<string, string>();
            kinds.set(kind, of);
            // As JSON: a copy, which what is changed later does not change.
            if (value === undefined) of.delete(key);
            else of.set(key, JSON.stringify(value));
          }
        },
        clear: async () => kinds.clear(),
        close: () => undefined,
      };
    },
  };
}
