import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { AppError } from '../contract/index.js';
import { Metrics } from '../common/metrics/metrics.js';
import { mayReadMetrics } from './metrics-access.js';

/** Metrics on PORT. Without permission the answer is that of an unknown route, so it reveals nothing. */
@Controller('metrics')
export class MetricsController {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly metrics: Metrics,
  ) {}

  @Get()
  async read(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<string> {
    if (!mayReadMetrics(this.config, 'PORT', request)) throw new AppError('UNKNOWN_COMMAND');
    response.setHeader('Content-Type', this.metrics.contentType);
    return this.metrics.text();
  }
}
