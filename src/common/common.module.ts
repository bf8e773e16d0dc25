import { Module } from '@nestjs/common';
import { Health } from './health.js';
import { Lifecycle } from './lifecycle.js';
import { CommandMetrics } from './metrics/command-metrics.js';
import { Metrics } from './metrics/metrics.js';
import { ReadinessCheck } from './readiness.js';

/** What every feature may need: metrics, health, and the stage of a stop. */
@Module({
  providers: [CommandMetrics, Lifecycle, Metrics, Health, ReadinessCheck],
  exports: [CommandMetrics, Lifecycle, Metrics, Health, ReadinessCheck],
})
export class CommonModule {}
