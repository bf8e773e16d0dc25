import type { NodeStatus } from '@chat-api/client';

/** What one moment of a node says; null: nothing was measured, or nothing was there to be measured. */
export interface Figures {
  /** When, by the clock of this page. Milliseconds. */
  at: number;
  connections: number;
  people: number;
  messagesPerS: number | null;
  failuresPerS: number | null;
  ackP50Ms: number | null;
  ackP99Ms: number | null;
  loopP99Ms: number | null;
  memoryBytes: number;
  waitingBytes: number;
  writerWaiting: number;
  writerMost: number;
  poolBusy: number;
  poolIdle: number;
  poolWaiting: number;
}

type Acks = NodeStatus['acks'];

/** The acks between two answers. */
function acksBetween(before: Acks, now: Acks): Acks {
  const earlier = new Map(before.map(({ withinMs, count }) => [withinMs, count]));
  return now.map(({ withinMs, count }) => ({ withinMs, count: count - (earlier.get(withinMs) ?? 0) }));
}

/**
 * The time within which that share of the senders had their ack, evenly spread within a bucket; null: nobody has sent.
 * What is above all bounds counts as the greatest.
 */
export function percentile(acks: Acks, share: number): number | null {
  const total = acks.at(-1)?.count ?? 0;
  if (total <= 0) return null;
  const wanted = total * share;
  let [low, below] = [0, 0];
  for (const { withinMs, count } of acks) {
    if (count >= wanted) {
      if (withinMs === null) return low;
      return low + ((withinMs - low) * (wanted - below)) / Math.max(1, count - below);
    }
    [low, below] = [withinMs ?? low, count];
  }
  return low;
}

/** What an answer says, with the one before it: rates are of the time between. */
export function figuresOf(
  now: NodeStatus,
  at: number,
  before: { status: NodeStatus; at: number } | null,
): Figures {
  // Counts begin anew with the process.
  const earlier = before && before.status.startedAt === now.startedAt ? before : null;
  const seconds = earlier ? (at - earlier.at) / 1_000 : 0;
  const rate = (of: (status: NodeStatus) => number) =>
    earlier && seconds > 0 ? Math.max(0, of(now) - of(earlier.status)) / seconds : null;
  const acks = earlier ? acksBetween(earlier.status.acks, now.acks) : [];
  return {
    at,
    connections: now.connections,
    people: now.people,
    messagesPerS: rate(({ messages }) => messages),
    failuresPerS: rate(({ failures }) => failures),
    ackP50Ms: percentile(acks, 0.5),
    ackP99Ms: percentile(acks, 0.99),
    loopP99Ms: now.eventLoopDelay?.p99Ms ?? null,
    memoryBytes: now.memoryBytes,
    waitingBytes: now.waitingBytes,
    writerWaiting: now.writer.waiting,
    writerMost: now.writer.most,
    poolBusy: now.pool.busy,
    poolIdle: now.pool.idle,
    poolWaiting: now.pool.waiting,
  };
}
