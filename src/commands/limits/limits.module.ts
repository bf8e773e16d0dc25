import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { RedisLink } from '../../redis/redis-link.js';
import { REDIS, RedisModule } from '../../redis/redis.module.js';
import { Limits } from './limits.js';
import type { CounterOf } from './shared-usage.js';

/** Makes the counters in Redis that all nodes share; null: this node is the only one. */
function countersIn(link: RedisLink | null, prefix: string): CounterOf | null {
  if (!link) return null;
  const storeClient = link.commands;
  return (name, { points, durationMs }) =>
    new RateLimiterRedis({
      storeClient,
      keyPrefix: `${prefix}:limits:${name}`,
      points,
      duration: durationMs / 1_000,
    });
}

/** Rate limits of users and addresses. */
@Module({
  imports: [RedisModule],
  providers: [
    {
      provide: Limits,
      useFactory: (config: AppConfig, link: RedisLink | null) =>
        new Limits(config, countersIn(link, config.redis.prefix)),
      inject: [APP_CONFIG, REDIS],
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
