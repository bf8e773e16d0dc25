import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { listen } from '../common/http/listen.js';
import { Metrics } from '../common/metrics/metrics.js';
import { mayReadMetrics, metricsAddresses } from './metrics-access.js';

/** Milliseconds after which a connection that sends no request is closed. */
const IDLE_MS = 30_000;

/** Serves metrics, and nothing else, on METRICS_PORT. */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(MetricsServer.name);
  private readonly http = createServer((request, response) => void this.answer(request, response));

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly metrics: Metrics,
  ) {}

  /** The listening port; null when metrics are on PORT. */
  get port(): number | null {
    return this.http.listening ? (this.http.address() as AddressInfo).port : null;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { port } = this.config.metrics;
    if (port === null) return;
    this.http.keepAliveTimeout = IDLE_MS;
    await listen(this.http, port, metricsAddresses(this.config));
  }

  onApplicationShutdown(): void {
    this.http.close();
    this.http.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' || !mayReadMetrics(this.config, 'METRICS_PORT', request)) {
      response.writeHead(404).end();
      return;
    }
    try {
      const text = await this.metrics.text();
      response.writeHead(200, { 'content-type': this.metrics.contentType }).end(text);
    } catch (error) {
      this.logger.error(error, 'Could not collect the metrics');
      response.writeHead(500).end();
    }
  }
}
