import { Logger } from '@nestjs/common';
import type { Database } from '../database/database.js';
import type { Outcome } from './deliveries.js';
import { waitAfter } from './steps.js';
import type { Reason, WebhookDisabler } from './webhook-disabler.js';
import { type Endpoint, pauseWebhook, resumeWebhook } from './webhooks.queries.js';

/** What the configuration says about sending. */
export interface Rules {
  /** Waits before each further try, in milliseconds. */
  waits: readonly number[];
  /** Milliseconds after which a receiver that is down is given up. */
  disableMs: number;
}

/** A webhook as the node that sends to it knows it, and whether its receiver is there: paused, reached again, disabled. */
export class EndpointStatus {
  private readonly logger = new Logger(EndpointStatus.name);
  /** When the row of the webhook was last written from here; what was read before is old. */
  private changedAt = 0;

  constructor(
    /** For the log. */
    private readonly name: string,
    private known: Endpoint,
    private readonly rules: Rules,
    private readonly database: Database,
    private readonly disabler: WebhookDisabler,
  ) {}

  get endpoint(): Endpoint {
    return this.known;
  }

  /** It was read as it was at that time of `performance.now()`. */
  wasRead(endpoint: Endpoint, readAt: number): void {
    if (readAt > this.changedAt) this.known = endpoint;
  }

  get isOn(): boolean {
    return this.known.status === 'on';
  }

  get isPaused(): boolean {
    return this.known.status === 'paused';
  }

  /** Whether it may be sent something: of one that is paused whether it is time to probe it. */
  get maySend(): boolean {
    return this.isOn || (this.isPaused && this.known.isDue);
  }

  /** Its receiver is there. */
  async reached(): Promise<void> {
    if (!this.isPaused) return;
    await this.become('on', 0, () => resumeWebhook(this.database, this.known.id));
    this.logger.log(`${this.name} is reached again`);
  }

  /** Its receiver is down: it pauses, or is disabled if that has been so for too long. */
  async down({ error, retryAfterMs }: Outcome): Promise<void> {
    const { id, failures: former, failingMs } = this.known;
    const ms = waitAfter(former, this.rules.waits, retryAfterMs);
    if (former === 0) this.logger.warn(`${this.name} is paused, its receiver is down: ${error}`);
    if (failingMs !== null && failingMs >= this.rules.disableMs)
      return this.disable('down', error ?? 'EFAILED');
    const paused = { id, ms, error: error ?? 'EFAILED' };
    await this.become('paused', former + 1, () => pauseWebhook(this.database, paused));
  }

  async disable(reason: Reason, error: string): Promise<void> {
    const { id, failures } = this.known;
    const isNew = await this.become('disabled', failures, () => this.disabler.disable(id, reason, error));
    if (isNew) this.logger.error(`${this.name} is disabled, it is sent nothing any more: ${error}`);
  }

  /** What was read of the webhook before it is written counts no more. */
  private async become<T>(status: Endpoint['status'], failures: number, write: () => Promise<T>): Promise<T> {
    Object.assign(this.known, { status, failures, isDue: false });
    this.changedAt = Number.POSITIVE_INFINITY;
    try {
      return await write();
    } finally {
      this.changedAt = performance.now();
    }
  }
}
