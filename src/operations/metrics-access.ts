import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AppConfig } from '../config/config.js';

type Config = Pick<AppConfig, 'host' | 'metrics' | 'production'>;

/** The address that a METRICS_PORT listens on: without a token, this machine only. */
export function metricsHost({ host, metrics }: Config): string | undefined {
  return metrics.token === null ? '127.0.0.1' : host;
}

/**
 * Whether a request may read the metrics. With METRICS_TOKEN whoever has it; else this machine alone.
 *
 * Behind a proxy on the same machine everybody comes from this machine, so in production that is not enough on
 * PORT, which is the proxied one; outside production what was forwarded is refused.
 */
export function mayReadMetrics(
  { metrics, production }: Config,
  door: 'PORT' | 'METRICS_PORT',
  request: IncomingMessage,
): boolean {
  if (door === 'PORT' && metrics.port !== null) return false;
  if (metrics.token !== null) return isBearer(request.headers.authorization, metrics.token);
  if (door === 'METRICS_PORT') return true;
  return !production && isLoopback(request.socket.remoteAddress) && !wasForwarded(request);
}

/** Compares digests, so that the time says nothing of the token. */
function isBearer(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));
}

function isLoopback(address = ''): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

function wasForwarded({ headers }: IncomingMessage): boolean {
  return ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'].some((name) => headers[name] !== undefined);
}
