import type { NodeStatus } from '@chat-api/client';
import type { Figures } from './figures';

/** The charts; a sentence about one of them stands with it, too. */
export type Chart =
  'connections' | 'messages' | 'acks' | 'eventLoop' | 'memory' | 'output' | 'writer' | 'pool';

export interface Verdict {
  chart: Chart | null;
  text: string;
}

/** As in the alerts of deploy/prometheus, which wait longer. */
const SLOW_ACK_MS = 500;
const LATE_LOOP_MS = 200;
/** Bytes that wait for slow clients. A node closes those that take too little, so it is many of them. */
const MUCH_OUTPUT = 64 * 1024 * 1024;
const FULL_QUEUE = 0.5;
/** So many answers in a row: one slow moment is nothing to act on. */
const IN_A_ROW = 3;

const PARTS: Record<string, string> = {
  neighbours:
    'Another node uses the same database without Redis: users of the two do not hear each other. Set REDIS_URL at both.',
  redis: 'Redis is away. Users of this node and of others do not hear each other until it is back.',
  writer: 'The queue of messages that wait for the database is nearly full.',
};

const DATABASE: Record<string, string> = {
  down: 'PostgreSQL is not reached: nothing can be read or sent.',
  'read-only': 'PostgreSQL takes no writes (a standby, or read-only): nothing can be sent.',
  'disk full': 'The disk of PostgreSQL is full: nothing can be sent.',
  'no slots': 'PostgreSQL has no connection left (max_connections).',
};

const lastAll = (recent: readonly Figures[], holds: (figures: Figures) => boolean) =>
  recent.length >= IN_A_ROW && recent.slice(-IN_A_ROW).every(holds);

/** What is wrong with a node, each in a sentence that says what to do. None: all is well. */
export function verdictsOf(status: NodeStatus, recent: readonly Figures[]): Verdict[] {
  const found: Verdict[] = [];
  const say = (chart: Chart | null, text: string) => found.push({ chart, text });
  if (status.status === 'draining') say(null, 'This node is shutting down and takes no new clients.');
  if (status.database !== 'up')
    say(null, DATABASE[status.database] ?? `PostgreSQL is not well: ${status.database}.`);
  for (const part of status.degraded.filter((name) => name !== 'database'))
    say(part === 'writer' ? 'writer' : null, PARTS[part] ?? `A part of the server is not well: ${part}.`);
  if (lastAll(recent, ({ failuresPerS }) => (failuresPerS ?? 0) > 0))
    say(null, 'Commands fail by the fault of the server. Its log says why.');
  if (lastAll(recent, ({ ackP99Ms }) => (ackP99Ms ?? 0) > SLOW_ACK_MS))
    say('acks', 'Senders wait long. Look at the event loop, the queue and the database.');
  if (lastAll(recent, ({ loopP99Ms }) => (loopP99Ms ?? 0) > LATE_LOOP_MS))
    say('eventLoop', 'The node is at its limit. Add a node, or a faster machine.');
  if (lastAll(recent, ({ waitingBytes }) => waitingBytes > MUCH_OUTPUT))
    say('output', 'Many clients read slowly, and their data takes memory.');
  if (
    !status.degraded.includes('writer') &&
    lastAll(recent, ({ writerWaiting, writerMost }) => writerWaiting > writerMost * FULL_QUEUE)
  )
    say('writer', 'The database is slower than what is sent. Look at its disk and its load.');
  if (lastAll(recent, ({ poolWaiting }) => poolWaiting > 0))
    say('pool', 'Callers wait for a connection. The database is slow, or something holds connections.');
  return found;
}
