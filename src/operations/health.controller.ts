import { Controller, Get, HttpCode, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Sql, type Statement } from '../database/sql.js';
import { Drain } from '../realtime/drain.js';
import type { RedisLink } from '../redis/redis-link.js';
import { REDIS } from '../redis/redis.module.js';

const ping: Statement = { name: 'operations.ping', text: 'SELECT 1' };

interface Readiness {
  /** `degraded`: it works, and other nodes hear of it late. */
  status: 'ready' | 'degraded' | 'draining' | 'not ready';
  database: 'up' | 'down';
  /** Left out where there is none. */
  redis?: 'up' | 'down';
}

/** For whoever runs it: is the process alive, can it do its work. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly sql: Sql,
    private readonly drain: Drain,
    @Inject(REDIS) private readonly redis: RedisLink | null,
  ) {}

  /** 200 as long as the process answers. */
  @Get('live')
  @HttpCode(200)
  live(): { status: 'alive' } {
    return { status: 'alive' };
  }

  /** 200 when it can do its work, degraded or not; 503 when it can't or is to get none; the body says why. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const up = await this.sql.rows(ping, []).then(
      () => true,
      () => false,
    );
    const status = this.statusWith(up);
    response.status(status === 'ready' || status === 'degraded' ? 200 : 503);
    const database = up ? 'up' : 'down';
    return this.redis ? { status, database, redis: this.redis.isUp ? 'up' : 'down' } : { status, database };
  }

  private statusWith(database: boolean): Readiness['status'] {
    if (this.drain.isDraining) return 'draining';
    if (!database) return 'not ready';
    return this.redis && !this.redis.isUp ? 'degraded' : 'ready';
  }
}
