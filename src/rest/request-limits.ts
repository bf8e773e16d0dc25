import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { Limits } from '../commands/limits/limits.js';
import type { LimitStatus } from '../commands/limits/rate-limiter.js';

/** Headers that report a rate limit, besides Retry-After. Pages of other origins may read them. */
export const LIMIT_HEADERS = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
];

/** Health checks are never limited or refused. */
export function isHealthCheck({ path }: Request): boolean {
  return path === '/health' || path.startsWith('/health/');
}

/** A request whose body has been read. */
type WithBody = Request & { bodyBytes?: number };

/** Counts every request of an address before its body is read, except health checks. */
export function useAddressLimits(app: NestExpressApplication): void {
  const limits = app.get(Limits);
  if (!limits.on) return;
  app.use((request: Request, _response: Response, next: NextFunction) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    try {
      if (!isHealthCheck(request)) {
        limits.arrival(
          limits.addressOf(request),
          request.url.length + (Number.isFinite(announced) ? announced : 0),
        );
      }
      next();
    } catch (error) {
      next(error);
    }
  });
}

/** Records the size of the body as it is counted: after decompression, if any. */
export function bodyRead(request: object, bytes: number): void {
  (request as WithBody).bodyBytes = bytes;
}

/** The bytes of a request as they are counted: its URL and its body. */
export function bytesOf(request: WithBody): number {
  return request.url.length + (request.bodyBytes ?? 0);
}

/**
 * Reports the limit that the request counted against in headers (draft-ietf-httpapi-ratelimit-headers-06): the limit,
 * what is left of it, seconds until all of it is free again, the policy.
 */
export function tellLimits(response: Response, { rate, remaining, resetMs }: LimitStatus): void {
  response.setHeader('RateLimit-Limit', rate.points);
  response.setHeader('RateLimit-Remaining', remaining);
  response.setHeader('RateLimit-Reset', Math.ceil(resetMs / 1_000));
  response.setHeader('RateLimit-Policy', `${rate.points};w=${rate.durationMs / 1_000}`);
}
