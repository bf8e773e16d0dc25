import { Module } from '@nestjs/common';
import { Vitals } from './health.js';
import { Lifecycle } from './lifecycle.js';
import { CommandMeters } from './metrics/command-meters.js';
import { Metrics } from './metrics/metrics.js';

/** What every room may need: metrics, which parts are up, how far a stop has come. */
@Module({
  providers: [CommandMeters, Lifecycle, Metrics, Vitals],
  exports: [CommandMeters, Lifecycle, Metrics, Vitals],
})
export class CommonModule {}
