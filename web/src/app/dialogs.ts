import { useSyncExternalStore } from 'react';

export type DialogName = 'newChat' | 'settings' | 'outbox' | 'help' | 'goTo' | 'inbox';

let open: DialogName | null = null;
const listeners = new Set<() => void>();

/** Opens a dialog of the page, or closes it. */
export function show(name: DialogName | null): void {
  open = name;
  for (const listener of listeners) listener();
}

export function useDialog(): DialogName | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open,
  );
}
