import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Limits } from './limits.js';
import type { CounterOf } from './shared-usage.js';

/**
 * Where the counts are that all nodes share; null: nowhere, this node is the only one. With Redis:
 * `(name, rate) => new RateLimiterRedis({ storeClient, keyPrefix: name, points: rate.points, duration: rate.durationMs / 1_000 })`
 */
const COUNTERS: CounterOf | null = null;

/** How much a person and an address may do. */
@Global()
@Module({
  providers: [
    {
      provide: Limits,
      useFactory: (config: AppConfig) => new Limits(config, COUNTERS),
      inject: [APP_CONFIG],
    },
  ],
  exports: [Limits],
})
export class LimitsModule implements OnApplicationShutdown {
  constructor(@Inject(Limits) private readonly limits: Limits) {}

  onApplicationShutdown(): void {
    this.limits.stop();
  }
}
