import { isUtf8 } from 'node:buffer';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { json, type NextFunction, type Request, type Response } from 'express';
import { DEFAULT_BOUNDS, exceeded } from '../common/json-bounds.js';
import { bodyRead } from './request-limits.js';

/** Maximum size of a body; the same as for a frame. */
const MAX_BODY = '128kb';

/** An error like the body parser's own. The parser sets the status of errors, which an AppError does not allow. */
const httpError = (status: number, message: string): Error => Object.assign(new Error(message), { status });

/** Bodies are JSON in UTF-8, bounded in size, depth and number of parts before they are parsed. */
export function useJsonBodies(app: NestExpressApplication): void {
  app.use((request: Request, _response: Response, next: NextFunction) => {
    // `is` returns null without a body, and false for a body of another type. For a POST without a body `fetch` sends a
    // Content-Length of 0.
    if (request.is('application/json') !== false || request.get('content-length') === '0') next();
    else next(httpError(415, 'Unsupported media type'));
  });
  app.use(
    json({
      limit: MAX_BODY,
      strict: false,
      verify(request, _response, body, charset) {
        bodyRead(request, body.length);
        if (charset !== 'utf-8') throw httpError(415, 'Unsupported charset');
        // Otherwise invalid bytes would be decoded as U+FFFD, and stored so.
        if (!isUtf8(body)) throw httpError(400, 'Invalid UTF-8');
        if (exceeded(body.toString('latin1'), 0, DEFAULT_BOUNDS)) throw httpError(413, 'Out of bounds');
      },
    }),
  );
}
