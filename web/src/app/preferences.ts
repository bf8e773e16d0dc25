import { useSyncExternalStore } from 'react';

export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  /** Whether Enter sends; otherwise Ctrl Enter does. */
  enterSends: boolean;
  density: 'normal' | 'compact';
  /** Whether F6 moves between the parts of the page; otherwise the browser has it. */
  regions: boolean;
  /** Whether single letters do something on a message that has the focus. */
  letters: boolean;
}

const KEY = 'chat:preferences';
const DEFAULTS: Preferences = {
  theme: 'system',
  density: 'normal',
  enterSends: true,
  regions: true,
  letters: true,
};

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
  applyLooks();
  for (const listener of listeners) listener();
}

/** Of the whole page, for its styles. */
export function applyLooks(): void {
  const { dataset } = document.documentElement;
  if (now.theme === 'system') delete dataset.theme;
  else dataset.theme = now.theme;
  dataset.density = now.density;
}

/** What is preferred, where nothing is drawn. */
export const preferences = (): Preferences => now;
