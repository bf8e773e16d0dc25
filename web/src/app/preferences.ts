import { useSyncExternalStore } from 'react';

export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  /** Whether Enter sends; otherwise Ctrl Enter does. */
  enterSends: boolean;
  /** Whether single letters do something on a message that has the focus. */
  letters: boolean;
}

const KEY = 'chat:preferences';
const DEFAULTS: Preferences = { theme: 'system', enterSends: true, letters: true };

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

let now = read();
const listeners = new Set<() => void>();

/** How this device shows things: of the device, not of the person. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
}

export function prefer(changes: Partial<Preferences>): void {
  now = { ...now, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(now));
  } catch {
    // It holds until the page closes.
  }
  applyTheme();
  for (const listener of listeners) listener();
}

export function applyTheme(): void {
  if (now.theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = now.theme;
}
