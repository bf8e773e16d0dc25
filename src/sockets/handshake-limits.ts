import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Server } from 'socket.io';
import type { AppConfig } from '../config/config.js';
import { AppError } from '../contract/index.js';
import type { Limits } from '../commands/limits/limits.js';
import { Pacer } from '../common/flow/pacer.js';
import type { EngineConnection, EngineRequest } from './wire/internals.js';

/** What Engine.IO wants to hear: an error's text or null, and whether the handshake goes on. */
type Decide = (error: string | null | undefined, allowed: boolean) => void;

/**
 * 500 handshakes a second, while the process keeps up: a few thousand people who come back at once are all there
 * within seconds, and those who chat meanwhile hardly notice. Whoever would wait for longer than 10 s is sent away:
 * clients give a handshake up after 20.
 */
const ADMISSION = { everyMs: 10, most: 5, lateMs: 5, maxWaiting: 5_000 };
const RETRY_AFTER_MS = 5_000;
const GOING_DOWN = 'going down';

/**
 * Who may begin a connection: pages of allowed origins (`cors` does not stop a WebSocket: browsers send no preflight
 * for it) and whoever sends no origin, as no browser does; both within the limits of their address, at a pace at which
 * those who are connected are served as well, and nobody at a node that is going down.
 *
 * A foreign page is refused in the manner of Engine.IO, too many handshakes by 429 with Retry-After and the error as
 * REST renders it.
 */
export function handshakeGuard(
  config: Pick<AppConfig, 'allowedOrigins'>,
  limits: Limits,
  lifecycle: { readonly isRefusing: boolean },
) {
  const { allowedOrigins } = config;
  const pacer = new Pacer(ADMISSION);
  const anyOrigin = allowedOrigins.includes('*');
  return (request: IncomingMessage, decide: Decide): void => {
    if (lifecycle.isRefusing) {
      decide(GOING_DOWN, false);
      return;
    }
    const { origin } = request.headers;
    if (!anyOrigin && origin !== undefined && !allowedOrigins.includes(origin)) {
      decide('Origin not allowed', false);
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

function refuse(request: EngineRequest, error: AppError): void {
  const { status } = error;
  const body = JSON.stringify({ error: error.toView() });
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Retry-After': String(Math.ceil((error.retryAfterMs ?? 1_000) / 1_000)),
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

/** Counts the open connections of each address, those that have not sent CONNECT yet as well. */
export function countOpen(server: Server, limits: Limits): void {
  if (!limits.on) return;
  server.engine.on('connection', (connection: EngineConnection) => {
    connection.once('close', limits.opened(limits.addressOf(connection.request)));
  });
}
