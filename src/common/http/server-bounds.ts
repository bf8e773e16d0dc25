import type { Server } from 'node:http';

/** Milliseconds within which a request's headers must arrive, including those of a connection's first request. */
const HEADERS_WITHIN_MS = 10_000;

/** Milliseconds within which a complete request must arrive. */
const REQUEST_WITHIN_MS = 20_000;

/** Milliseconds between two checks of Node for late requests. */
const LOOK_EVERY_MS = 2_000;

/**
 * A connection without traffic for so many milliseconds is closed, for example when nobody reads a response. Long
 * polling has traffic more often; WebSockets are not affected.
 */
const IDLE_MS = 60_000;

/**
 * Milliseconds that a connection is kept for its next request. Balancers keep theirs for 60 s: one that is closed here
 * while it seems open there fails the request that it is used for. The bound of headers counts from the first byte of a
 * request, so it does not have to be longer (ADR 0047).
 */
const KEPT_MS = 65_000;

/** Limits how long slow requests and slow readers hold a connection. Call it before the server listens. */
export function boundServer(server: Server): void {
  server.headersTimeout = HEADERS_WITHIN_MS;
  server.requestTimeout = REQUEST_WITHIN_MS;
  server.timeout = IDLE_MS;
  server.keepAliveTimeout = KEPT_MS;
  // Usually set in the constructor; Node reads it when the server begins to listen.
  (server as unknown as { connectionsCheckingInterval: number }).connectionsCheckingInterval = LOOK_EVERY_MS;
}
