import { Global, Module } from '@nestjs/common';
import { CommandMeters } from './command-meters.js';
import { Metrics } from './metrics.js';
import { Vitals } from '../health.js';

/** What is counted, and what is up: the parts say it here, operations tells it. */
@Global()
@Module({ providers: [CommandMeters, Metrics, Vitals], exports: [CommandMeters, Metrics, Vitals] })
export class MetricsModule {}
