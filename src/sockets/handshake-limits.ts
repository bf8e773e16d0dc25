import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Server } from 'socket.io';
import { AppError } from '../contract/index.js';
import type { Limits } from '../commands/limits/limits.js';
import { Pacer } from '../common/flow/pacer.js';
import type { EngineConnection, EngineRequest } from './wire/internals.js';

/** Engine.IO's callback: an error text or null, and whether the handshake may continue. */
type Decide = (error: string | null | undefined, allowed: boolean) => void;

/**
 * 500 handshakes a second while the process keeps up: a few thousand users who reconnect at once are back within
 * seconds, and connected users hardly notice. A handshake that would wait for longer than 10 s is refused: clients give
 * up after 20 s.
 */
const ADMISSION = { everyMs: 10, most: 5, lateMs: 5, maxWaiting: 5_000 };
const RETRY_AFTER_MS = 5_000;
const GOING_DOWN = 'going down';

/**
 * Decides which handshakes may continue: those within the rate limits of their address. They are admitted at a pace at
 * which connected users are still served, and not at all on a node that shuts down. Which pages may connect is judged
 * before, by the `PageGuard`.
 *
 * Too many handshakes are refused by 429, or by 503 when too many wait.
 */
export function handshakeGuard(limits: Limits, lifecycle: { readonly isRefusing: boolean }) {
  const pacer = new Pacer(ADMISSION);
  return (request: IncomingMessage, decide: Decide): void => {
    if (lifecycle.isRefusing) {
      decide(GOING_DOWN, false);
      return;
    }
    try {
      limits.handshake(limits.addressOf(request));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refuse(request, error);
      return;
    }
    const enter = () => {
      if (lifecycle.isRefusing) decide(GOING_DOWN, false);
      else if (!request.socket.destroyed) decide(null, true);
    };
    if (!pacer.submit(enter)) {
      refuse(request, new AppError('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS }));
    }
  };
}

/** Answers a request or an upgrade with the error as REST renders it, and closes the connection. */
export function refuse(request: EngineRequest, error: AppError): void {
  const { status, retryAfterMs } = error;
  const body = JSON.stringify({ error: error.toView() });
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    ...(retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterMs / 1_000)) }),
    Connection: 'close',
  };
  const { res, socket } = request;
  if (res) {
    res.writeHead(status, headers).end(body);
    return;
  }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`);
  socket.destroySoon();
}

/** Counts the open connections of each address, including those that have not sent CONNECT yet. */
export function countOpen(server: Server, limits: Limits): void {
  if (!limits.on) return;
  server.engine.on('connection', (connection: EngineConnection) => {
    connection.once('close', limits.opened(limits.addressOf(connection.request)));
  });
}
