import { useEffect, useSyncExternalStore } from 'react';
import { get } from '../api';

/** Milliseconds between two looks. */
const EVERY_MS = 60_000;
/** So many are counted; more are more. */
const MOST = 20;

let open: string | null = null;
const listeners = new Set<() => void>();

/** Counts the reports to work off anew. */
export async function countOpen(): Promise<void> {
  try {
    const reports = await get<unknown[]>('/reports', { status: 'open', limit: MOST });
    open = reports.length === MOST ? `${MOST}+` : String(reports.length);
    for (const listener of listeners) listener();
  } catch {
    // The number of before stays: the screen itself says what is wrong.
  }
}

/** Nothing of what one operator saw is there for the next. */
export function forgetOpen(): void {
  open = null;
}

/** How many reports wait, as a text; null: not known yet. */
export function useOpenReports(): string | null {
  useEffect(() => {
    void countOpen();
    const timer = setInterval(() => void countOpen(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open,
  );
}
