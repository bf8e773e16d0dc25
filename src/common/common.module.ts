import { Module } from '@nestjs/common';
import { Health } from './health.js';
import { Lifecycle } from './lifecycle.js';
import { CommandMetrics } from './metrics/command-metrics.js';
import { Metrics } from './metrics/metrics.js';

/** What every room may need: metrics, which parts are up, how far a stop has come. */
@Module({
  providers: [CommandMetrics, Lifecycle, Metrics, Health],
  exports: [CommandMetrics, Lifecycle, Metrics, Health],
})
export class CommonModule {}
