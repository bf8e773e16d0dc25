import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Logger } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

const HEADER = 'X-Request-Id';

/** The request ids that a caller may choose: nothing that could forge a log line. */
const SANE_ID = /^[\w.-]{1,64}$/;

/** The id of the request, the caller's or ours; the answer carries it as `X-Request-Id`. */
export function requestIdOf(response: Response): string | undefined {
  const id = response.getHeader(HEADER);
  return typeof id === 'string' ? id : undefined;
}

/** The id of a new request: the caller's, if it is one that may be chosen, else ours. */
export function newRequestId({ headers }: IncomingMessage): string {
  const claimed = headers[HEADER.toLowerCase()];
  return typeof claimed === 'string' && SANE_ID.test(claimed) ? claimed : randomUUID();
}

/** Gives each request an id, and writes a log line when it is answered: at debug, or at warn when it failed. */
export function logRequests(): RequestHandler {
  const logger = new Logger('Http');
  return (request: Request, response: Response, next: NextFunction) => {
    const requestId = newRequestId(request);
    response.setHeader(HEADER, requestId);
    const since = performance.now();
    const { method } = request;
    response.once('finish', () => {
      const path = shownPath(request);
      const { statusCode: status } = response;
      const ms = Math.round((performance.now() - since) * 10) / 10;
      logger[status >= 500 ? 'warn' : 'debug']({ requestId, method, path, status, ms }, 'Answered');
    });
    next();
  };
}

/**
 * The path as its route has it, with ids that are numbers: neither a query, nor the code of an invitation, nor an externalId,
 * which may be an address of somebody. null: there is no route.
 */
function shownPath({ route, params }: Request): string | null {
  const pattern: unknown = (route as { path?: unknown } | undefined)?.path;
  if (typeof pattern !== 'string') return null;
  return pattern.replaceAll(/:(\w+)/g, (name, field: string) => {
    const value = params[field];
    return typeof value === 'string' && /^\d{1,16}$/.test(value) ? value : name;
  });
}
