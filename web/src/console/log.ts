import { useSyncExternalStore } from 'react';

export interface Entry {
  n: number;
  /** Milliseconds since 1970. */
  at: number;
  /** Who: the key of an identity, its label, and the number of its colour. */
  key: number | null;
  who: string;
  colour: number;
  /** `note`: of the connection itself. */
  direction: 'out' | 'in' | 'note';
  via: 'socket' | 'rest';
  name: string;
  /** Bytes of the JSON. */
  size: number;
  /** From sending to the answer, in milliseconds. */
  ms?: number;
  /** Of a failed command. */
  code?: string;
  data: unknown;
}

export const KEPT = 5_000;
/** Never in a file or a link. */
const SECRET = /token|password|secret|apikey|^keys$/i;

let entries: readonly Entry[] = [];
let shown: readonly Entry[] = entries;
let pausedAt: number | null = null;
let count = 0;
let drawing = 0;
const listeners = new Set<() => void>();

function draw(): void {
  drawing = 0;
  shown = pausedAt === null ? entries : entries.filter(({ n }) => n <= pausedAt!);
  for (const listener of listeners) listener();
}

/** Hundreds may come in one frame: they are drawn together. */
function later(): void {
  drawing ||= requestAnimationFrame(draw);
}

const bytesOf = (data: unknown) =>
  data === undefined ? 0 : new TextEncoder().encode(JSON.stringify(data)).length;

export function note(entry: Omit<Entry, 'n' | 'at' | 'size'>): void {
  const made = { ...entry, n: ++count, at: Date.now(), size: bytesOf(entry.data) };
  entries = [...(entries.length >= KEPT ? entries.slice(1 - KEPT) : entries), made];
  later();
}

export function clear(): void {
  entries = [];
  if (pausedAt !== null) pausedAt = count;
  draw();
}

export function pause(on: boolean): void {
  pausedAt = on ? count : null;
  draw();
}

export const isPaused = (): boolean => pausedAt !== null;

/** How many came since the pause. */
export const waiting = (): number =>
  pausedAt === null ? 0 : entries.filter(({ n }) => n > pausedAt!).length;

export function useLog(): readonly Entry[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
}

/** Texts, or what may have some in it: a number of tokens is no secret. */
const isText = (value: unknown) => typeof value === 'string' || (typeof value === 'object' && value !== null);

/** A copy without tokens and passwords. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      SECRET.test(name) && isText(one) ? '…' : withoutSecrets(one),
    ]),
  );
}

/** All that is kept, one JSON object a line. */
export const asLines = (): string =>
  entries
    .map(({ colour: _, key: __, at, ...entry }) =>
      JSON.stringify(withoutSecrets({ ...entry, at: new Date(at).toISOString() })),
    )
    .join('\n');
