import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { PRIVATE } from '../common/http/refusals.js';

/** The documents are the same for everybody. */
const isPublic = (path: string) => /^\/docs(\/|$)/i.test(path);

/** Keeps answers out of caches, but those of the documents. A route that is public sets a header of its own. */
export function keepPrivate(): RequestHandler {
  const [name, value] = PRIVATE;
  return (request: Request, response: Response, next: NextFunction) => {
    if (!isPublic(request.path)) response.setHeader(name, value);
    next();
  };
}
