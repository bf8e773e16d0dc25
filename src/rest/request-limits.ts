import type { Request, Response } from 'express';
import type { LimitStatus } from '../commands/limits/rate-limiter.js';

/** A request whose body has been read. */
type WithBody = Request & { bodyBytes?: number };

/** Stores the size of the body that is counted: after decompression, if it was compressed. */
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
