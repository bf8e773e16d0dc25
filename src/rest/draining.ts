import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { isHealthCheck } from './health-checks.js';
import { goingDown, Lifecycle } from '../common/lifecycle.js';

/** During a stop requests are refused, so that clients go to other nodes. Health checks are answered until the end. */
export function refuseWhileDraining(app: NestExpressApplication): void {
  const lifecycle = app.get(Lifecycle);
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (!lifecycle.isDraining) {
      next();
      return;
    }
    response.setHeader('Connection', 'close');
    if (!lifecycle.isRefusing || isHealthCheck(request)) {
      next();
      return;
    }
    const error = goingDown();
    response.setHeader('Retry-After', Math.ceil((error.retryAfterMs ?? 0) / 1_000));
    response.status(error.status).json({ error: error.toView() });
  });
}
