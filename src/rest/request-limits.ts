import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { type CommandName, definitionOf, limitOf } from '../contract/index.js';
import { Limits } from '../commands/limits/limits.js';
import type { Standing } from '../commands/limits/rate-limiter.js';

/** What the limits tell a client, besides Retry-After: pages of other origins may read it. */
export const LIMIT_HEADERS = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
];

/** A request whose body has been read. */
type WithBody = Request & { bodyBytes?: number };

/** Counts every request of an address before anything of it is read; whoever runs the server may ask for its health. */
export function useAddressLimits(app: NestExpressApplication): void {
  const limits = app.get(Limits);
  if (!limits.on) return;
  app.use((request: Request, _response: Response, next: NextFunction) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    try {
      if (!request.path.startsWith('/health/')) {
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

/**
 * Counts a request of a command for whoever asks, `by` their id or what the command says; null: by their address. Says in headers how they
 * stand (draft-ietf-httpapi-ratelimit-headers-06): limit, what is left of it, seconds until it is whole, policy.
 *
 * @throws AppError RATE_LIMITED
 */
export function limitRequest(
  limits: Limits,
  name: CommandName,
  by: number | string | null,
  request: WithBody,
  response: Response,
): void {
  if (!limits.on) return;
  const limit = limitOf(definitionOf(name));
  const address = limits.addressOf(request);
  try {
    limits.command(limit, by ?? address, address, request.url.length + (request.bodyBytes ?? 0));
  } finally {
    tell(response, limits.standing(limit, by ?? address, address));
  }
}

function tell(response: Response, standing: Standing | null): void {
  if (standing === null) return;
  const { rate, remaining, resetMs } = standing;
  response.setHeader('RateLimit-Limit', rate.points);
  response.setHeader('RateLimit-Remaining', remaining);
  response.setHeader('RateLimit-Reset', Math.ceil(resetMs / 1_000));
  response.setHeader('RateLimit-Policy', `${rate.points};w=${rate.durationMs / 1_000}`);
}
