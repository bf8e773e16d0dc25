import { Inject, Injectable } from '@nestjs/common';
import { ChangeLog, type SinkWork } from '../changes/change-log.js';
import type { Position } from '../changes/position.js';
import type { Sink } from '../changes/sink.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { Deliveries } from './deliveries.js';
import { EndpointSender } from './endpoint-sender.js';
import { EndpointStatus } from './endpoint-status.js';
import { WebhookDisabler } from './webhook-disabler.js';
import { ParkedEvents } from './parked-events.js';
import { type Endpoint, endpoints } from './webhooks.queries.js';

/** The name of the sinks of webhooks, before their id. */
const PREFIX = 'webhook';

export const sinkOf = (webhookId: number): string => `${PREFIX}:${webhookId}`;

/** Sends to the webhooks that this node reads the log of changes for. */
@Injectable()
export class WebhookWorker implements SinkWork {
  private readonly senders = new Map<Sink, EndpointSender>();
  private known = new Map<string, Endpoint>();
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly database: Database,
    private readonly deliveries: Deliveries,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly log: ChangeLog,
    private readonly disabler: WebhookDisabler,
  ) {
    log.register(PREFIX, this);
  }

  /** A webhook was changed: looks now. */
  look(): void {
    this.readAt = Number.NEGATIVE_INFINITY;
    this.log.ring();
  }

  async turn(sink: Sink, settled: Position): Promise<void> {
    await this.read();
    const endpoint = this.known.get(sink.name);
    const leaseNo = endpoint?.leaseNo ?? null;
    if (!endpoint || leaseNo === null || leaseNo < sink.leaseNo) {
      // It was read before it was leased, or is deleted.
      this.readAt = Number.NEGATIVE_INFINITY;
      return;
    }
    if (leaseNo > sink.leaseNo) {
      sink.lose();
      return;
    }
    const sender = this.senders.get(sink) ?? (await this.begin(sink, endpoint));
    await sender.turn(endpoint, this.readAt, settled);
  }

  async end(sink: Sink): Promise<void> {
    const sender = this.senders.get(sink);
    this.senders.delete(sink);
    await sender?.end();
  }

  private async begin(sink: Sink, endpoint: Endpoint): Promise<EndpointSender> {
    const { retries, disableMs, maxParked } = this.config.webhooks;
    const parked = await ParkedEvents.of(this.database, endpoint.id, maxParked);
    const rules = { waits: retries.ms, disableMs };
    const { database, deliveries, disabler } = this;
    const status = new EndpointStatus(sink.name, endpoint, rules, database, disabler);
    const sender = new EndpointSender(sink, parked, status, rules.waits, database, deliveries);
    this.senders.set(sink, sender);
    return sender;
  }

  /** The webhooks as they are now, for two rounds. */
  private async read(): Promise<void> {
    const now = performance.now();
    if (now - this.readAt < 1.5 * this.config.sinks.pollMs) return;
    const all = await endpoints(this.database, undefined);
    this.known = new Map(all.map((one) => [sinkOf(one.id), one]));
    this.readAt = now;
  }
}
