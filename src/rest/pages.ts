import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import type { PageGuard } from '../common/http/page-guard.js';
import { EXPOSED_HEADERS, PREFLIGHT_SECONDS } from '../common/http/refusals.js';

/**
 * Lets the pages of allowed origins read the answers, except the metrics. Requests of other pages are refused earlier, in
 * `admission.ts`.
 */
export function letPagesRead(app: NestExpressApplication, guard: PageGuard): void {
  const forPages = {
    origin: guard.corsOrigin,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
  };
  app.enableCors((request: Request, decide: (error: null, options: object) => void) =>
    decide(null, request.path === '/metrics' ? { origin: false } : forPages),
  );
}
