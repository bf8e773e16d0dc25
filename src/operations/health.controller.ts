import { Controller, Get, HttpCode, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Health } from '../common/health.js';
import { Lifecycle } from '../common/lifecycle.js';
import { version } from '../common/version.js';

interface Readiness {
  /** `degraded`: it does its work, less well than it could. `draining`: it is to get no more of it. */
  status: 'ready' | 'degraded' | 'draining' | 'not ready';
  /** Of this program, as its package.json says. */
  version: string;
  database: 'up' | 'down';
  /** Left out where there is none. */
  redis?: 'up' | 'down';
  /** The parts that are not well, when there are any. */
  degraded?: string[];
}

/** For whoever runs it: is the process alive, can it do its work. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: Health,
    private readonly lifecycle: Lifecycle,
  ) {}

  /** 200 as long as the process answers. A restart helps when it does not. */
  @Get('live')
  @HttpCode(200)
  live(): { status: 'alive'; version: string } {
    return { status: 'alive', version };
  }

  /** 200 when it can do its work, degraded or not; 503 when it can't or is to get none; the body says why. */
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
