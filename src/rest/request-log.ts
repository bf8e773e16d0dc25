import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

const HEADER = 'X-Request-Id';

/** What a caller may call its request: nothing that could forge a line of the log. */
const SANE_ID = /^[\w.-]{1,64}$/;

/** Its id, the caller's or ours; the answer carries it as `X-Request-Id`. */
export function requestIdOf(response: Response): string | undefined {
  const id = response.getHeader(HEADER);
  return typeof id === 'string' ? id : undefined;
}

/** Gives each request an id, and a line in the log when it is answered: at debug, when it failed at warn. */
export function logRequests(): RequestHandler {
  const logger = new Logger('Http');
  return (request: Request, response: Response, next: NextFunction) => {
    const claimed = request.get(HEADER);
    const requestId = claimed !== undefined && SANE_ID.test(claimed) ? claimed : randomUUID();
    response.setHeader(HEADER, requestId);
    const since = performance.now();
    const { method } = request;
    response.once('finish', () => {
      // Neither the query nor a path that is no route: they may hold what nobody should read.
      const path = request.route === undefined ? null : request.path;
      const { statusCode: status } = response;
      const ms = Math.round((performance.now() - since) * 10) / 10;
      logger[status >= 500 ? 'warn' : 'debug']({ requestId, method, path, status, ms }, 'Answered');
    });
    next();
  };
}
