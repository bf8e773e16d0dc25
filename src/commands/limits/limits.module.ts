import { Module } from '@nestjs/common';
import { CommonModule } from '../../common/common.module.js';
import { Health } from '../../common/health.js';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import { luaScript } from '../../redis/lua.js';
import type { RedisLink } from '../../redis/redis-link.js';
import { REDIS, RedisModule } from '../../redis/redis.module.js';
import { Limits } from './limits.js';
import type { BucketsOf } from './shared-usage.js';

const TAKE = luaScript(import.meta.dirname, 'bucket.lua');

/** Makes the buckets in Redis that all nodes share; null: this node is the only one. */
function bucketsIn(link: RedisLink | null, prefix: string): BucketsOf | null {
  if (!link) return null;
  return (name, { points, durationMs }) => ({
    take: async (key, taken) => {
      const bucket = `${prefix}:limits:${name}:${key}`;
      return (await link.commands.eval(TAKE, 1, bucket, (taken * durationMs) / points)) as number;
    },
  });
}

/** Rate limits of users and addresses. */
@Module({
  imports: [CommonModule, RedisModule],
  providers: [
    {
      provide: Limits,
      useFactory: (config: AppConfig, link: RedisLink | null, health: Health) => {
        const limits = new Limits(config, bucketsIn(link, config.redis.prefix));
        health.watch('proxy', () => !limits.isBehindUntrustedProxy);
        return limits;
      },
      inject: [APP_CONFIG, REDIS, Health],
    },
  ],
  exports: [Limits],
})
export class LimitsModule {}
