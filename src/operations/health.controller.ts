import { Controller, Get, HttpCode, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Vitals } from '../metrics/vitals.js';

interface Readiness {
  /** `degraded`: it does its work, less well than it could. */
  status: 'ready' | 'degraded' | 'not ready';
  database: 'up' | 'down';
  /** The parts that are not well, when there are any. */
  degraded?: string[];
}

/** For whoever runs it: is the process alive, can it do its work. */
@Controller('health')
export class HealthController {
  constructor(private readonly vitals: Vitals) {}

  /** 200 as long as the process answers. */
  @Get('live')
  @HttpCode(200)
  live(): { status: 'alive' } {
    return { status: 'alive' };
  }

  /** 200 when it can do its work, 503 when it can't; the body says what is missing. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const { ready, down } = await this.vitals.check();
    response.status(ready ? 200 : 503);
    return {
      status: !ready ? 'not ready' : down.length > 0 ? 'degraded' : 'ready',
      database: down.includes('database') ? 'down' : 'up',
      ...(down.length > 0 ? { degraded: down } : {}),
    };
  }
}
