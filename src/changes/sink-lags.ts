import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '../common/metrics/metrics.js';
import { Database } from '../database/database.js';
import { sinkLags } from './sinks.queries.js';

/** Milliseconds for which the lags are not read again: a scrape asks for those of every kind. */
const KEPT_MS = 500;

/** How far the sinks are behind, for the metrics. The database is asked at each scrape, and only then. */
@Injectable()
export class SinkLags {
  private readonly logger = new Logger(SinkLags.name);
  private lags: Promise<ReadonlyMap<string, number> | null> | null = null;
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly database: Database,
    private readonly metrics: Metrics,
  ) {}

  /** `delayMs`: so much later than the others it reads on purpose, which is no lag. */
  watch(kind: string, delayMs: number): void {
    this.metrics.gauge(
      'chat_sink_lag_seconds',
      'For how long the oldest thing waits that was not worked off; of webhooks the one that is furthest behind.',
      async () => {
        const lags = await this.read();
        return lags ? Math.max(0, (lags.get(kind) ?? 0) - delayMs / 1_000) : Number.NaN;
      },
      { sink: kind },
    );
  }

  /** Of each kind, in seconds; null: the database does not answer, so nobody knows. Never rejects. */
  private read(): Promise<ReadonlyMap<string, number> | null> {
    const now = performance.now();
    if (this.lags && now - this.readAt < KEPT_MS) return this.lags;
    this.readAt = now;
    return (this.lags = sinkLags(this.database, undefined).then(
      (lags) => new Map(lags),
      (error: unknown) => {
        this.logger.warn(`Could not read how far the sinks are behind: ${String(error)}`);
        return null;
      },
    ));
  }
}
