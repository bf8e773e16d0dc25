import type { User } from '@chat-api/client';
import { useEffect, useSyncExternalStore } from 'react';
import { get } from './api';

/** Most ids of one question. */
const MOST_ASKED = 200;
/** Who is not there: so that nobody is asked for twice. */
const NOBODY = null;

let known = new Map<number, User | null>();
let asked = new Set<number>();
let waiting: Promise<void> | null = null;
const listeners = new Set<() => void>();

const changed = () => {
  known = new Map(known);
  for (const listener of listeners) listener();
};

/** Notes what was learnt of people in another way. */
export function learn(users: readonly User[]): void {
  for (const user of users) known.set(user.id, user);
  changed();
}

/** Nothing of what one operator saw is there for the next. */
export function forgetAll(): void {
  known = new Map();
  asked = new Set();
  changed();
}

async function askAll(): Promise<void> {
  // All that one screen needs comes in one question.
  await Promise.resolve();
  waiting = null;
  const ids = [...asked].filter((id) => !known.has(id)).slice(0, MOST_ASKED);
  if (ids.length === 0) return;
  try {
    const users = await get<User[]>('/users', { ids: ids.join() });
    for (const id of ids) known.set(id, users.find((user) => user.id === id) ?? NOBODY);
  } catch {
    // They are shown by their number, and asked for with the next.
    for (const id of ids) asked.delete(id);
  }
  changed();
  if ([...asked].some((id) => !known.has(id))) waiting ??= askAll();
}

function want(ids: readonly number[]): void {
  const fresh = ids.filter((id) => !known.has(id) && !asked.has(id));
  if (fresh.length === 0) return;
  for (const id of fresh) asked.add(id);
  waiting ??= askAll();
}

export const numbered = (id: number): string => `Person ${id}`;

/** What people are called; those who are not there any more, or have no name, by their number. */
export function useNames(ids: readonly (number | null | undefined)[]): (id: number) => string {
  const users = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => known,
  );
  const key = [...new Set(ids)].filter((id) => typeof id === 'number').join();
  useEffect(() => {
    if (key !== '') want(key.split(',').map(Number));
  }, [key]);
  return (id) => users.get(id)?.name ?? numbered(id);
}
