import type { Server } from 'node:http';

/** Within this many milliseconds a request's headers have to be there, a connection's first request included. */
const HEADERS_WITHIN_MS = 10_000;

/** Within this many milliseconds a whole request has to be there. */
const REQUEST_WITHIN_MS = 20_000;

/** How often Node looks for those that are late, in milliseconds. */
const LOOK_EVERY_MS = 2_000;

/**
 * A connection on which nothing moves for so many milliseconds is closed: a response that nobody reads, for example.
 * Long polling is asked and answered more often than that; WebSockets are past it.
 */
const IDLE_MS = 60_000;

/** Sees to it that slow requests and slow readers hold no connection for long. Called before the server listens. */
export function boundServer(server: Server): void {
  server.headersTimeout = HEADERS_WITHIN_MS;
  server.requestTimeout = REQUEST_WITHIN_MS;
  server.timeout = IDLE_MS;
  // Set in the constructor as a rule; read when the server begins to listen.
  (server as unknown as { connectionsCheckingInterval: number }).connectionsCheckingInterval = LOOK_EVERY_MS;
}
