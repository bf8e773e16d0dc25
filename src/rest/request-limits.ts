import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { Limits } from '../commands/limits/limits.js';
import type { LimitStatus } from '../commands/limits/rate-limiter.js';

/** What the limits tell a client, besides Retry-After: pages of other origins may read it. */
export const LIMIT_HEADERS = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
];

/** Whoever runs the server may always ask how it is. */
export function isHealthCheck({ path }: Request): boolean {
  return path === '/health' || path.startsWith('/health/');
}

/** A request whose body has been read. */
type WithBody = Request & { bodyBytes?: number };

/** Counts every request of an address before anything of it is read; whoever runs the server may ask for its health. */
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

/** The body's bytes as they are counted: after decompression, where there was any. */
export function bodyRead(request: object, bytes: number): void {
  (request as WithBody).bodyBytes = bytes;
}

/** Of a request as they count: its URL and its body. */
export function bytesOf(request: WithBody): number {
  return request.url.length + (request.bodyBytes ?? 0);
}

/**
 * Tells in headers (draft-ietf-httpapi-ratelimit-headers-06) what is left of the limit that the request counted against:
 * the limit, what is left of it, seconds until it is whole again, the policy.
 */
export function tellLimits(response: Response, { rate, remaining, resetMs }: LimitStatus): void {
  response.setHeader('RateLimit-Limit', rate.points);
  response.setHeader('RateLimit-Remaining', remaining);
  response.setHeader('RateLimit-Reset', Math.ceil(resetMs / 1_000));
  response.setHeader('RateLimit-Policy', `${rate.points};w=${rate.durationMs / 1_000}`);
}
