import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../../contract/index.js';
import { asText, HttpConnection } from './http-connection.js';
import { Lines } from './lines.js';
import { type Refusal, refusal as refusalOf } from './refusals.js';

/** Requests of one line that are served at the same time. If each waits 5 ms for the database, that is six thousand a second. */
export const MOST_SERVED = 32;

/** Requests of one line that begin in one turn of the event loop: of those that are refused at once, some 3 ms. */
const MOST_BEGUN = 8;

/** Decides which requests and connections a port accepts: `rest/admission.ts`, `sockets/admission.ts`. */
export interface Admission {
  /** Checks a request once, when its headers have arrived, and counts it. Null: it is accepted. */
  judge(request: IncomingMessage): Refusal | null;
  /**
   * Counts a new connection until the returned function is called, which happens once: when it closes, or is upgraded
   * and so counted elsewhere. Null: it is closed at once.
   */
  opened(socket: Socket): (() => void) | null;
  /** The line in which a request waits: `MOST_SERVED` of a line are served at the same time. Null: it does not wait. */
  lineOf(request: IncomingMessage): string | null;
  /** Told of each request that `judge` refused. */
  refused?(request: IncomingMessage): void;
}

/**
 * Checks every request of a server before the application sees it: a refusal here costs a fraction of one by Express and
 * Nest. Call it when all other listeners for `request` and `upgrade` have been added, and before the
 * server listens; listeners that are prepended later still run first, also for what is refused.
 *
 * - Requests of a connection are served one after the other; their answers have to be sent in this order anyway. So if its
 *   client does not read, a connection holds one answer in memory, not eight.
 * - Only a few requests of one line, that is of one address, are served at the same time: however many connections it has,
 *   the process serves others in between. A request that waits too long is answered with OVERLOADED.
 * - A connection ends after some refusals or many requests, and at once when too many requests are unanswered. What its
 *   client sends after that is neither parsed nor answered.
 */
export function admit(server: Server, admission: Admission): void {
  const connections = new WeakMap<Socket, HttpConnection>();
  const lines = new Lines(MOST_SERVED, MOST_BEGUN);
  server.prependListener('connection', (socket: Socket) => {
    const release = admission.opened(socket);
    if (release === null) socket.destroy();
    else connections.set(socket, new HttpConnection(socket, lines, release));
  });

  const take = (request: IncomingMessage, response: ServerResponse, serve: () => void): void => {
    const connection = connections.get(request.socket);
    if (!connection?.enter(response)) return;
    const refusal = isWithoutHost(request) ? WITHOUT_HOST : admission.judge(request);
    if (refusal === null) connection.serve({ response, line: admission.lineOf(request), serve });
    else {
      connection.refuse(request, response, refusal);
      admission.refused?.(request);
    }
  };

  // Read at each request, though documented for the constructor only.
  (server as unknown as { requireHostHeader: boolean }).requireHostHeader = false;
  const listeners = server.listeners('request');
  const forward = (request: IncomingMessage, response: ServerResponse) => {
    for (const listener of listeners) listener.call(server, request, response);
  };
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) =>
    take(request, response, () => forward(request, response)),
  );
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
    take(request, response, () => {
      response.writeContinue();
      forward(request, response);
    }),
  );
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    take(request, response, () => response.writeHead(417, ['Connection', 'close']).end()),
  );
  admitUpgrades(server, admission, connections);
}

function admitUpgrades(
  server: Server,
  admission: Admission,
  connections: WeakMap<Socket, HttpConnection>,
): void {
  const listeners = server.listeners('upgrade');
  // Without a listener Node answers upgrade requests like any other.
  if (listeners.length === 0) return;
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!connections.get(socket)?.leave()) return;
    const refusal = admission.judge(request);
    if (refusal === null) for (const listener of listeners) listener.call(server, request, socket, head);
    else {
      socket.end(asText(refusal));
      socket.destroySoon();
      admission.refused?.(request);
    }
  });
}

/** Node would answer such a request, and all that follow it in the same chunk, without asking `judge`. */
const WITHOUT_HOST = refusalOf(
  new AppError('VALIDATION_FAILED', { details: [{ path: '', message: 'expected a Host header' }] }).toView(),
);

function isWithoutHost({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.1' && headers.host === undefined;
}
