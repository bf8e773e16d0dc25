import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { Drain, goingDown } from '../sockets/drain.js';

/** While a stop is under way clients are sent to other nodes; a health check is answered to the end. */
export function refuseWhileDraining(app: NestExpressApplication): void {
  const drain = app.get(Drain);
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (!drain.isDraining) {
      next();
      return;
    }
    response.setHeader('Connection', 'close');
    if (!drain.isRefusing || request.path.startsWith('/health/')) {
      next();
      return;
    }
    const error = goingDown();
    response.setHeader('Retry-After', Math.ceil((error.retryAfterMs ?? 0) / 1_000));
    response.status(error.status).json({ error: error.toView() });
  });
}
