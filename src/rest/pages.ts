import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import type { PageGuard } from '../common/http/page-guard.js';
import { EXPOSED_HEADERS } from '../common/http/refusals.js';

/**
 * Refuses requests of web pages that may not come in, before anything of them is read, and lets the pages of allowed
 * origins read the answers, except the metrics. Call it before all other middleware.
 */
export function guardPages(app: NestExpressApplication, guard: PageGuard): void {
  app.use((request: Request, response: Response, next: NextFunction) => {
    const error = guard.refusalOf(request, 'PORT');
    if (error === null) {
      next();
      return;
    }
    response.vary('Origin').setHeader('Connection', 'close');
    response.status(error.status).json({ error: error.toView() });
  });
  const forPages = { origin: guard.corsOrigin, exposedHeaders: EXPOSED_HEADERS };
  app.enableCors((request: Request, decide: (error: null, options: object) => void) =>
    decide(null, request.path === '/metrics' ? { origin: false } : forPages),
  );
}
