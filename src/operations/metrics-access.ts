import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AppConfig } from '../config/config.js';

type Config = Pick<AppConfig, 'host' | 'metrics' | 'production'>;

/** The address that METRICS_PORT listens on: without a token, loopback only. */
export function metricsHost({ host, metrics }: Config): string | undefined {
  return metrics.token === null ? '127.0.0.1' : host;
}

/**
 * Whether a request may read the metrics. With METRICS_TOKEN it needs the token; without, it must come from this
 * machine.
 *
 * Behind a proxy on the same machine, every request comes from this machine. PORT is the proxied port, so without a
 * token it serves no metrics in production, and outside production it refuses forwarded requests.
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

/** Compares digests, so that the timing reveals nothing about the token. */
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
