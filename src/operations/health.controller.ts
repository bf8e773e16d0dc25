import { Controller, Get, HttpCode, Res } from '@nestjs/common';
import type { Response } from 'express';
import { ALIVE, type Readiness, ReadinessCheck, statusOf } from '../common/readiness.js';

/** Health checks: is the process alive, and can it do its work? */
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: ReadinessCheck) {}

  /** 200 as long as the process answers. If it does not, restart it. */
  @Get('live')
  @HttpCode(200)
  live(): typeof ALIVE {
    return ALIVE;
  }

  /** 200 when it can do its work, degraded or not; 503 when it can't, or is draining. The body says why. */
  @Get(['', 'ready'])
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const readiness = await this.readiness.now();
    response.status(statusOf(readiness));
    return readiness;
  }
}
