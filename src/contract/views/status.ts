import { z } from 'zod';
import { count, timestamp } from './fields.js';

const ms = z.number().nonnegative().describe('Milliseconds.');

export const nodeStatusView = z
  .object({
    node: z.string().describe('The node that answers. Another one after a restart.'),
    host: z.string().describe('The name of its machine or container.'),
    version: z.string().describe('Of the program.'),
    now: timestamp.describe('The time at the node.'),
    startedAt: timestamp,
    status: z
      .enum(['ready', 'degraded', 'draining', 'not ready'])
      .describe('As `/health/ready` says it. `draining`: it is shutting down.'),
    database: z.string().describe('`up`, or what is wrong: `down`, `read-only`, `disk full`, `no slots`.'),
    redis: z.enum(['up', 'down']).nullable().describe('null: this node uses none.'),
    degraded: z.array(z.string()).describe('The parts that are not well.'),
    connections: count.describe('Sockets that are open here.'),
    people: count.describe('People who are online here.'),
    messages: count.describe('Messages that this node has written since its start.'),
    failures: count.describe(
      'Commands since its start that failed by its own fault: INTERNAL, OVERLOADED, UNAVAILABLE.',
    ),
    acks: z
      .array(
        z.object({
          withinMs: ms.nullable().describe('Up to so many milliseconds; null: however long.'),
          count: count.describe('Messages that were acked within that, since the start of the node.'),
        }),
      )
      .describe(
        'How long senders waited for their acks, as a histogram: each row counts those above it, too.',
      ),
    eventLoopDelay: z
      .object({ p50Ms: ms, p99Ms: ms })
      .nullable()
      .describe(
        'How long what was due had to wait, in the last few seconds. null: it is measured from now on, for a minute after each question.',
      ),
    memoryBytes: count.describe('What the process has of memory (resident set).'),
    waitingBytes: count.describe('Bytes that slow clients have not taken yet.'),
    writer: z
      .object({ waiting: count, most: count })
      .describe('Messages that wait for the database, and how many may; more are OVERLOADED.'),
    pool: z
      .object({ busy: count, idle: count, waiting: count })
      .describe('Connections to PostgreSQL, and callers that wait for one.'),
  })
  .meta({ id: 'NodeStatus' });
export type NodeStatusView = z.infer<typeof nodeStatusView>;
