import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { hostOf, isPublicName } from '../common/http/host-names.js';
import type { AppConfig } from '../config/config.js';
import { LOOPBACK_ADDRESSES } from '../config/loopback.js';

type Config = Pick<AppConfig, 'listenOn' | 'metrics' | 'production'>;

/** The addresses that METRICS_PORT listens on: without a token, loopback only. */
export function metricsAddresses({ listenOn, metrics }: Config): readonly string[] | null {
  return metrics.token === null ? LOOPBACK_ADDRESSES : listenOn;
}

/**
 * Whether a request may read the metrics. With METRICS_TOKEN it needs the token; without, it must come from this
 * machine, and not from a web page that has found a way here (by a name of its own: see `isPublicName`).
 *
 * Behind a proxy on the same machine, every request comes from this machine. PORT is the proxied port, so without a
 * token it serves no metrics in production, and outside production it refuses forwarded requests. Proxies guard the
 * path, so it has one spelling: Express also takes /METRICS and /metrics/ for it.
 */
export function mayReadMetrics(
  { metrics, production }: Config,
  port: 'PORT' | 'METRICS_PORT',
  request: IncomingMessage,
): boolean {
  if (request.url?.split('?', 1)[0] !== '/metrics') return false;
  if (port === 'PORT' && metrics.port !== null) return false;
  if (metrics.token !== null) return isBearer(request.headers.authorization, metrics.token);
  const host = hostOf(request.headers.host ?? 'localhost');
  if (host === null || isPublicName(host)) return false;
  if (port === 'METRICS_PORT') return true;
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
