import type { NodeStatus } from '@chat-api/client';
import { type Figures, figuresOf } from './figures';

/** Milliseconds between two questions, and for how long answers are kept. */
export const EVERY_MS = 5_000;
export const KEPT_MS = 15 * 60_000;

/** A node that was not heard of for so long is gone. Behind a proxy each question may reach another one. */
const GONE_AFTER_MS = 90_000;

export interface Watched {
  status: NodeStatus;
  at: number;
  figures: readonly Figures[];
}

export interface Watch {
  /** By node, in the order in which they were first heard. */
  nodes: ReadonlyMap<string, Watched>;
  /** Why the last question was not answered, and since when none was. */
  fault: { text: string; since: number } | null;
}

/** The next state after an answer. */
export function heard({ nodes }: Watch, status: NodeStatus, at: number): Watch {
  const next = new Map([...nodes].filter(([, node]) => at - node.at < GONE_AFTER_MS));
  const before = nodes.get(status.node) ?? null;
  const figures = [...(before?.figures ?? []), figuresOf(status, at, before)];
  next.set(status.node, { status, at, figures: figures.filter((one) => at - one.at <= KEPT_MS) });
  return { nodes: next, fault: null };
}
