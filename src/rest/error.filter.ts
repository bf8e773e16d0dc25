import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Inject,
  Logger,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { AppError, EXTERNAL } from '../contract/index.js';
import { toAppError } from '../common/errors/failure.js';
import { requestIdOf } from './request-log.js';

/**
 * Translates what Express, its body parser and Nest throw before a handler runs. Their messages may repeat input, so
 * they are not shown.
 */
function translated(thrown: unknown, path: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const status =
    thrown instanceof HttpException ? thrown.getStatus() : (thrown as { status?: unknown })?.status;
  switch (status) {
    case 400:
      if (!isDecodable(path)) return notEncoded('expected a path in which `%` is encoded');
      return new AppError('VALIDATION_FAILED', {
        details: [{ path: '', message: 'expected a valid HTTP request, with valid JSON in its body' }],
      });
    case 404:
      // An externalId with a slash becomes another path.
      return path.includes(EXTERNAL)
        ? notEncoded('expected a path of a route, in which the externalId is encoded')
        : new AppError('UNKNOWN_COMMAND');
    case 413:
      return new AppError('PAYLOAD_REFUSED');
    case 415:
      return new AppError('VALIDATION_FAILED', {
        details: [{ path: '', message: 'expected JSON in UTF-8 with Content-Type: application/json' }],
      });
    default:
      return toAppError(thrown);
  }
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

const notEncoded = (expected: string) =>
  new AppError('VALIDATION_FAILED', {
    details: [{ path: '', message: `${expected}: encodeURIComponent(externalId)` }],
  });

/** The one place where REST errors are rendered: `{ error: { code, message, details?, retryAfterMs? } }`. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);
  private readonly asksForTokens: boolean;

  constructor(@Inject(APP_CONFIG) { auth }: AppConfig) {
    this.asksForTokens = auth.mode === 'jwt';
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const [path = ''] = host.switchToHttp().getRequest<Request>().originalUrl.split('?', 1);
    const error = translated(thrown, path);
    if (error.code === 'INTERNAL') {
      this.logger.error({ err: thrown, requestId: requestIdOf(response) }, 'A request failed');
    }
    if (response.headersSent) return;
    if (error.status === 401 && this.asksForTokens) {
      // RFC 6750, section 3.
      const token = error.code === 'TOKEN_INVALID' || error.code === 'TOKEN_EXPIRED';
      response.setHeader('WWW-Authenticate', token ? 'Bearer error="invalid_token"' : 'Bearer');
    }
    if (error.retryAfterMs !== undefined || error.status === 429 || error.status === 503) {
      response.setHeader('Retry-After', Math.ceil((error.retryAfterMs ?? 1_000) / 1_000));
    }
    response.status(error.status).json({ error: error.toView() });
  }
}
