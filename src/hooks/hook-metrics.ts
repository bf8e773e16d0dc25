import type { Metrics } from '../common/metrics/metrics.js';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 3];

/** What is counted about messages that the application is asked about. */
export class HookMetrics {
  readonly allowed;
  readonly refused;
  readonly replaced;
  readonly failed;
  readonly busy;
  private readonly seconds;

  constructor(metrics: Metrics, inFlight: () => number) {
    const count = (outcome: string) =>
      metrics.counter(
        'chat_before_send_total',
        'Messages about which the application was asked before they were sent.',
        { outcome },
      );
    this.allowed = count('allowed');
    this.refused = count('refused');
    this.replaced = count('replaced');
    this.failed = count('failed');
    this.busy = count('busy');
    this.seconds = metrics.histogram(
      'chat_before_send_seconds',
      'Seconds that the application took to answer about a message.',
      SECONDS,
    );
    metrics.gauge(
      'chat_before_send_in_flight',
      'Messages about which the application is being asked.',
      inFlight,
    );
  }

  /** `since`: when it was asked, by performance.now(). */
  answered(since: number): void {
    this.seconds.observe((performance.now() - since) / 1_000);
  }
}
