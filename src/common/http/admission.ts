import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../../contract/index.js';
import { asText, HttpConnection } from './http-connection.js';
import { Lines } from './lines.js';
import { type Refusal, refusal as refusalOf } from './refusals.js';

/**
 * Requests of one line that are served at once. In one turn of the event loop they cost some milliseconds at most, and
 * then others are read; one that waits for the database for 5 ms lets six thousand a second pass.
 */
export const MOST_SERVED = 32;

/** Who is let in on a port. */
export interface Door {
  /** Judges a request once, when its headers have arrived, and counts it. Null: it is let in. */
  judge(request: IncomingMessage): Refusal | null;
  /**
   * Counts a new connection until the returned function is called, which happens once: when it closes, or is upgraded
   * and so counted elsewhere. Null: it is closed at once.
   */
  opened(socket: Socket): (() => void) | null;
  /** Whose line a request stands in: `MOST_SERVED` of a line are served at once. Null: it waits for nobody. */
  lineOf(request: IncomingMessage): string | null;
  /** Told of each request that `judge` refused. */
  refused?(request: IncomingMessage): void;
}

/**
 * Judges every request of a server before the application sees it: a refusal costs a fraction of what Express and Nest
 * would need for it. Call it when all other listeners for `request` and `upgrade` have been added, and before the
 * server listens; listeners that are prepended later still run first, also for what is refused.
 *
 * - Requests of a connection are served one after the other, as their answers leave anyway: one connection holds one
 *   answer in memory, not sixteen, if its client does not read.
 * - Requests of one line, as of an address, are served a few at once: however many connections send at the same time,
 *   the process looks after others in between. Who waits for too long is told OVERLOADED.
 * - A connection ends after some refusals or many requests, and at once when too many requests are unanswered. What its
 *   client has sent beyond that is neither parsed nor served nor answered.
 */
export function admit(server: Server, door: Door): void {
  const connections = new WeakMap<Socket, HttpConnection>();
  const lines = new Lines(MOST_SERVED);
  server.prependListener('connection', (socket: Socket) => {
    const release = door.opened(socket);
    if (release === null) socket.destroy();
    else connections.set(socket, new HttpConnection(socket, lines, release));
  });

  const take = (request: IncomingMessage, response: ServerResponse, serve: () => void): void => {
    const connection = connections.get(request.socket);
    if (!connection?.enter(response)) return;
    const refusal = isWithoutHost(request) ? WITHOUT_HOST : door.judge(request);
    if (refusal === null) connection.serve({ response, line: door.lineOf(request), serve });
    else {
      connection.refuse(request, response, refusal);
      door.refused?.(request);
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
  admitUpgrades(server, door, connections);
}

function admitUpgrades(server: Server, door: Door, connections: WeakMap<Socket, HttpConnection>): void {
  const listeners = server.listeners('upgrade');
  // Without a listener Node answers upgrade requests like any other.
  if (listeners.length === 0) return;
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!connections.get(socket)?.leave()) return;
    const refusal = door.judge(request);
    if (refusal === null) for (const listener of listeners) listener.call(server, request, socket, head);
    else {
      socket.end(asText(refusal));
      socket.destroySoon();
      door.refused?.(request);
    }
  });
}

/** Node would answer such a request, and all that follow it in the same chunk, without asking the door. */
const WITHOUT_HOST = refusalOf(
  new AppError('VALIDATION_FAILED', { details: [{ path: '', message: 'expected a Host header' }] }).toView(),
);

function isWithoutHost({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.1' && headers.host === undefined;
}
