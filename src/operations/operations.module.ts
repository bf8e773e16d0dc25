import { Inject, Module } from '@nestjs/common';
import { Health } from '../common/health.js';
import { Metrics } from '../common/metrics/metrics.js';
import { version } from '../common/version.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { FrontController } from './front.controller.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { EventLoopWatch } from './event-loop-watch.js';
import { MetricsServer } from './metrics-server.js';
import { StatusController } from './status.controller.js';
import { StatusService } from './status.service.js';
import { CommonModule } from '../common/common.module.js';

/** For operators: health checks and metrics. */
@Module({
  imports: [CommonModule],
  controllers: [FrontController, HealthController, MetricsController, StatusController],
  providers: [EventLoopWatch, MetricsServer, StatusService],
})
export class OperationsModule {
  constructor(metrics: Metrics, health: Health, @Inject(APP_CONFIG) { misspelt }: AppConfig) {
    health.watch('variables', () => misspelt.length === 0);
    metrics.gauge('chat_build_info', 'Always 1; the label tells what runs.', () => 1, { version });
  }
}
