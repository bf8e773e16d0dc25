import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import { type Labels, Metrics } from '../common/metrics/metrics.js';
import { ReadinessCheck } from '../common/readiness.js';
import type { ErrorCode, NodeStatusView } from '../contract/index.js';
import { EventLoopWatch } from './event-loop-watch.js';

/** Failures that are this server's own, and no answer to what was asked. */
const OWN_FAULTS: readonly ErrorCode[] = ['INTERNAL', 'OVERLOADED', 'UNAVAILABLE'];

/** How this node does, from its metrics, for the application. */
@Injectable()
export class StatusService {
  private readonly node = randomBytes(4).toString('hex');
  private readonly startedAt = new Date(Date.now() - performance.now()).toISOString();

  constructor(
    private readonly metrics: Metrics,
    private readonly readiness: ReadinessCheck,
    private readonly eventLoop: EventLoopWatch,
  ) {}

  async now(): Promise<NodeStatusView> {
    const sum = async (name: string, wanted: (labels: Labels) => boolean = () => true): Promise<number> =>
      (await this.metrics.read(name)).reduce(
        (total, { labels, value }) => total + (wanted(labels) ? value : 0),
        0,
      );
    const state = (name: string) => (labels: Labels) => labels.state === name;
    const { status, version, database, redis = null, degraded = [] } = await this.readiness.now();
    return {
      node: this.node,
      host: hostname(),
      version,
      now: new Date().toISOString(),
      startedAt: this.startedAt,
      status,
      database,
      redis,
      degraded,
      connections: await sum('chat_connections'),
      people: await sum('chat_people_online'),
      messages: await sum('chat_messages_total'),
      failures: await sum('chat_commands_total', ({ outcome }) => OWN_FAULTS.includes(outcome as ErrorCode)),
      acks: await this.acks(),
      eventLoopDelay: this.eventLoop.read(),
      memoryBytes: process.memoryUsage.rss(),
      waitingBytes: await sum('chat_waiting_bytes'),
      writer: { waiting: await sum('chat_writer_queue'), most: await sum('chat_writer_queue_limit') },
      pool: {
        busy: await sum('chat_database_connections', state('busy')),
        idle: await sum('chat_database_connections', state('idle')),
        waiting: await sum('chat_database_waiting'),
      },
    };
  }

  /** Of both edges together. */
  private async acks(): Promise<NodeStatusView['acks']> {
    const counts = new Map<string, number>();
    for (const { labels, value } of await this.metrics.read('chat_send_ack_seconds'))
      counts.set(labels.le!, (counts.get(labels.le!) ?? 0) + value);
    return [...counts].map(([le, count]) => ({
      withinMs: le === '+Inf' ? null : Number(le) * 1_000,
      count,
    }));
  }
}
