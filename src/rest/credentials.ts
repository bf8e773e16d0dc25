import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import type { Credentials } from '../commands/identity/principal.js';
import { AppError, whoMayUse, commandNames, definitionOf } from '../contract/index.js';

const BEARER = /^Bearer +(\S+) *$/i;

/** The credentials of a request. An Authorization header that is not a bearer token is ignored. */
export function credentialsOf(request: Request): Credentials {
  const bearer = BEARER.exec(request.get('authorization') ?? '')?.[1];
  return { bearer: bearer ?? null, apiKey: request.get('x-api-key') ?? null };
}

/**
 * In jwt mode: refuses a request that has a body but no token or key before the body is read, unless anyone may use the
 * route.
 */
export function refuseBodiesOfNobody(app: NestExpressApplication): void {
  const forAnyone = new Set(
    commandNames
      .map(definitionOf)
      .filter((definition) => whoMayUse(definition, false) === 'anyone')
      .map(({ rest }) => rest?.path),
  );
  app.use((request: Request, _response: Response, next: NextFunction) => {
    const length = request.get('content-length');
    const hasBody =
      (length !== undefined && length !== '0') || request.get('transfer-encoding') !== undefined;
    const { bearer, apiKey } = credentialsOf(request);
    // As Express compares paths.
    const path = request.path.toLowerCase().replace(/\/$/, '');
    if (hasBody && bearer === null && apiKey === null && !forAnyone.has(path)) {
      next(new AppError('UNAUTHENTICATED'));
    } else next();
  });
}
