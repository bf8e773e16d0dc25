import type { Metrics } from '../../common/metrics/metrics.js';
import type { Health } from '../../common/health.js';

const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];
const SECONDS = [0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 1, 4];

/** The share of the queue limit from which on the writer is reported unhealthy. */
const CROWDED = 0.8;

/** Metrics and health of the message writer. */
export class WriterMetrics {
  private readonly sizes;
  private readonly seconds;
  /** Messages that were written. */
  readonly written;

  constructor(metrics: Metrics, health: Health, queue: { depth: () => number; most: number }) {
    this.written = metrics.counter('chat_messages_total', 'Messages written.');
    this.sizes = metrics.histogram('chat_batch_messages', 'Messages that went into a batch together.', SIZES);
    this.seconds = metrics.histogram('chat_batch_seconds', 'Seconds that writing a batch took.', SECONDS);
    metrics.gauge('chat_writer_queue', 'Messages that wait for the next batch.', queue.depth);
    metrics.gauge(
      'chat_writer_queue_limit',
      'Messages that may wait; more are OVERLOADED.',
      () => queue.most,
    );
    health.watch('writer', () => queue.depth() < queue.most * CROWDED);
  }

  /** `since`: when the batch began, by `performance.now()`. */
  batch(messages: number, since: number): void {
    this.sizes.observe(messages);
    this.seconds.observe((performance.now() - since) / 1_000);
  }
}
