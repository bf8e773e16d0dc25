import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

/** Milliseconds that one figure is about. */
const WINDOW_MS = 5_000;

/** Milliseconds after the last question until nothing is measured any more. */
const WATCHED_FOR_MS = 60_000;

/** Milliseconds between two looks at the event loop. */
const RESOLUTION_MS = 10;

export interface EventLoopDelay {
  p50Ms: number;
  p99Ms: number;
}

/**
 * How long the event loop lets things wait, for as long as somebody asks. The metric `nodejs_eventloop_lag_…` begins anew
 * at each scrape, so that others can't read it without taking it away from Prometheus.
 */
@Injectable()
export class EventLoopWatch implements OnApplicationShutdown {
  private histogram: IntervalHistogram | null = null;
  private timer: NodeJS.Timeout | null = null;
  private askedAt = 0;
  private last: EventLoopDelay | null = null;

  /** Of the last whole window; null: none has ended since somebody began to ask. */
  read(): EventLoopDelay | null {
    this.askedAt = performance.now();
    if (this.timer === null) this.begin();
    return this.last;
  }

  onApplicationShutdown(): void {
    this.end();
  }

  private begin(): void {
    this.histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.histogram.enable();
    this.timer = setInterval(() => this.turn(), WINDOW_MS).unref();
  }

  private turn(): void {
    const { histogram } = this;
    if (histogram === null || performance.now() - this.askedAt > WATCHED_FOR_MS) {
      this.end();
      return;
    }
    // Each value has the time between two looks in it, which is no delay.
    const delay = (percentile: number) =>
      Math.max(0, Math.round((histogram.percentile(percentile) / 1e6 - RESOLUTION_MS) * 10) / 10);
    this.last = { p50Ms: delay(50), p99Ms: delay(99) };
    histogram.reset();
  }

  private end(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.histogram?.disable();
    this.timer = this.histogram = this.last = null;
  }
}
