import { Module } from '@nestjs/common';
import { Metrics } from '../common/metrics/metrics.js';
import { version } from '../common/version.js';
import { FrontController } from './front.controller.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsServer } from './metrics-server.js';
import { CommonModule } from '../common/common.module.js';

/** For operators: health checks and metrics. */
@Module({
  imports: [CommonModule],
  controllers: [FrontController, HealthController, MetricsController],
  providers: [MetricsServer],
})
export class OperationsModule {
  constructor(metrics: Metrics) {
    metrics.gauge('chat_build_info', 'Always 1; the label tells what runs.', () => 1, { version });
  }
}
