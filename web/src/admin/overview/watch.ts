import type { NodeStatus } from '@chat-api/client';
import { useSyncExternalStore } from 'react';
import { get, sentenceOf } from '../api';
import { EVERY_MS, heard, type Watch } from './nodes';

const NOTHING: Watch = { nodes: new Map(), fault: null };
let watch = NOTHING;
let timer: ReturnType<typeof setTimeout> | null = null;
let run = 0;
const listeners = new Set<() => void>();

const become = (next: Watch) => {
  watch = next;
  for (const listener of listeners) listener();
};

async function look(of: number): Promise<void> {
  let next: Watch;
  try {
    next = heard(watch, await get<NodeStatus>('/status'), Date.now());
  } catch (error) {
    const since = watch.fault?.since ?? Date.now();
    next = { ...watch, fault: { text: sentenceOf(error), since } };
  }
  if (of !== run) return;
  become(next);
  timer = setTimeout(() => void look(of), EVERY_MS);
}

/** Asks on and on, whatever screen is open: a chart is as long as the page was. */
export function begin(): void {
  end();
  void look(run);
}

/** Ends it, and forgets what there was. */
export function end(): void {
  run++;
  if (timer) clearTimeout(timer);
  timer = null;
  become(NOTHING);
}

export function useWatch(): Watch {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => watch,
  );
}
