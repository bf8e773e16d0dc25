import type { IncomingMessage } from 'node:http';
import type { Server } from 'socket.io';
import { AppError } from '../contract/index.js';
import type { Limits } from '../commands/limits/limits.js';
import { asText } from '../common/http/http-connection.js';
import { refusal } from '../common/http/refusals.js';
import { goingDown } from '../common/lifecycle.js';
import { Pacer } from '../common/flow/pacer.js';
import { Spacing } from '../common/flow/spacing.js';
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

/** The longest that a handshake waits for others of its address, in milliseconds. Longer ones are refused. */
const WAITS_FOR_ITS_ADDRESS_MS = 10_000;

/** When to try again while this node cannot work. Milliseconds. */
const AWAY_RETRY_AFTER_MS = 1_000;

/**
 * Lets handshakes that `admission.ts` and the `PageGuard` have accepted wait for their turn, so that connected users
 * are still served: first those of one address, which come in some time apart, then those of all. A node that shuts
 * down or cannot work refuses them, and so does one where too many wait: with 503, Retry-After and the error as REST
 * renders it. After that stock clients try again by themselves, which they do not after a `connect_error`.
 */
export function handshakeGuard(
  lifecycle: { readonly isRefusing: boolean },
  readiness: { canWork(): Promise<boolean> },
  limits: Pick<Limits, 'addressOf' | 'handshakesEveryMs'>,
) {
  const pacer = new Pacer(ADMISSION);
  const spacing = new Spacing<string>({
    everyMs: limits.handshakesEveryMs,
    mostMs: WAITS_FOR_ITS_ADDRESS_MS,
  });
  const refuseForNow = (request: IncomingMessage): void =>
    refuse(request, new AppError('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS }));
  const decideNow = (request: IncomingMessage, decide: Decide, canWork: boolean): void => {
    if (request.socket.destroyed) return;
    if (lifecycle.isRefusing) refuse(request, goingDown());
    else if (canWork) decide(null, true);
    else refuse(request, new AppError('UNAVAILABLE', { retryAfterMs: AWAY_RETRY_AFTER_MS }));
  };
  return (request: IncomingMessage, decide: Decide): void => {
    if (lifecycle.isRefusing) {
      refuse(request, goingDown());
      return;
    }
    const enter = () => {
      readiness.canWork().then(
        (canWork) => decideNow(request, decide, canWork),
        () => decideNow(request, decide, false),
      );
    };
    const itsTurn = () => {
      if (!pacer.submit(enter)) refuseForNow(request);
    };
    if (!spacing.submit(limits.addressOf(request), itsTurn)) refuseForNow(request);
  };
}

/** Answers a request or an upgrade with the error as REST renders it, and closes the connection. */
export function refuse({ res, socket }: EngineRequest, error: AppError): void {
  const { status, headers, body } = refusal(error.toView());
  if (res) {
    const length = String(Buffer.byteLength(body));
    res.writeHead(status, [...headers, 'Content-Length', length, 'Connection', 'close']).end(body);
    return;
  }
  socket.end(asText({ status, headers, body }));
  socket.destroySoon();
}

/** Counts the open connections of each address, including those that have not sent CONNECT yet. */
export function countOpen(server: Server, limits: Limits): void {
  if (!limits.on) return;
  server.engine.on('connection', (connection: EngineConnection) => {
    connection.once('close', limits.opened(limits.addressOf(connection.request)));
  });
}
