import { Inject, Module } from '@nestjs/common';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Health } from '../common/health.js';
import { RedisLink } from './redis-link.js';
import { CommonModule } from '../common/common.module.js';

/** Injection token of the `RedisLink`; null when this node is the only one. */
export const REDIS = Symbol('REDIS');

/** The link to Redis, where there is one. `startApp` closes it after everything that uses it. */
@Module({
  imports: [CommonModule],
  providers: [
    {
      provide: REDIS,
      inject: [APP_CONFIG],
      useFactory: ({ redis }: AppConfig) => (redis.target ? new RedisLink(redis.target, redis.prefix) : null),
    },
  ],
  exports: [REDIS],
})
export class RedisModule {
  constructor(health: Health, @Inject(REDIS) link: RedisLink | null) {
    if (link) health.watch('redis', () => link.isUp);
  }
}
