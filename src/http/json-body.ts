import type { NestExpressApplication } from '@nestjs/platform-express';
import { json, type NextFunction, type Request, type Response } from 'express';
import { AppError } from '../contract/index.js';
import { exceeded } from '../realtime/wire/json-bounds.js';
import { DEFAULT_BOUNDS } from '../realtime/wire/parser.js';

/** Bytes of one body: the same as of a frame. */
const MAX_BODY = '128kb';

/** Bodies are JSON in UTF-8, bounded in size, depth and number of parts before they are parsed. */
export function useJsonBodies(app: NestExpressApplication): void {
  app.use((request: Request, _response: Response, next: NextFunction) => {
    // `is` gives null when there is no body, false when the body is something else. A POST of `fetch` without a
    // body says that it has one of no bytes.
    if (request.is('application/json') !== false || request.get('content-length') === '0') next();
    else next(Object.assign(new Error('Unsupported media type'), { status: 415 }));
  });
  app.use(
    json({
      limit: MAX_BODY,
      strict: false,
      verify(_request, _response, body) {
        if (exceeded(body.toString('latin1'), 0, DEFAULT_BOUNDS)) throw new AppError('PAYLOAD_REFUSED');
      },
    }),
  );
}
