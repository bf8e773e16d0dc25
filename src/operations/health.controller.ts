import { Controller, Get, HttpCode, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Health } from '../common/health.js';
import { Lifecycle } from '../common/lifecycle.js';
import { version } from '../common/version.js';

interface Readiness {
  /** `degraded`: it works, with less than full function. `draining`: send it no new work. */
  status: 'ready' | 'degraded' | 'draining' | 'not ready';
  /** The version in package.json. */
  version: string;
  database: 'up' | 'down';
  /** Left out when Redis is not configured. */
  redis?: 'up' | 'down';
  /** The parts that are down, if any. */
  degraded?: string[];
}

/** Health checks: is the process alive, and can it do its work? */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: Health,
    private readonly lifecycle: Lifecycle,
  ) {}

  /** 200 as long as the process answers. If it does not, restart it. */
  @Get('live')
  @HttpCode(200)
  live(): { status: 'alive'; version: string } {
    return { status: 'alive', version };
  }

  /** 200 when it can do its work, degraded or not; 503 when it can't, or is draining. The body says why. */
  @Get(['', 'ready'])
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const { ready, parts, down } = await this.health.check();
    const well = down.length > 0 ? 'degraded' : 'ready';
    const status = this.lifecycle.isDraining ? 'draining' : ready ? well : 'not ready';
    response.status(status === 'ready' || status === 'degraded' ? 200 : 503);
    const upOrDown = (part: string) => (down.includes(part) ? 'down' : 'up');
    return {
      status,
      version,
      database: upOrDown('database'),
      ...(parts.includes('redis') ? { redis: upOrDown('redis') } : {}),
      ...(down.length > 0 ? { degraded: down } : {}),
    };
  }
}
