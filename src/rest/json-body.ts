import { isUtf8 } from 'node:buffer';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { json, type NextFunction, type Request, type Response } from 'express';
import { DEFAULT_BOUNDS, exceeded } from '../common/json-bounds.js';
import { bodyRead } from './request-limits.js';

/** Bytes of one body: the same as of a frame. */
const MAX_BODY = '128kb';

/** What the body parser's own errors look like. It sets their status, which an AppError does not let it do. */
const httpError = (status: number, message: string): Error => Object.assign(new Error(message), { status });

/** Bodies are JSON in UTF-8, bounded in size, depth and number of parts before they are parsed. */
export function useJsonBodies(app: NestExpressApplication): void {
  app.use((request: Request, _response: Response, next: NextFunction) => {
    // `is` gives null when there is no body, false when the body is something else. A POST of `fetch` without a
    // body says that it has one of no bytes.
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
        // It would be decoded with U+FFFD in place of what is not, and stored so.
        if (!isUtf8(body)) throw httpError(400, 'Invalid UTF-8');
        if (exceeded(body.toString('latin1'), 0, DEFAULT_BOUNDS)) throw httpError(413, 'Out of bounds');
      },
    }),
  );
}
