import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../../contract/index.js';
import { declaredBytes } from './declared-bytes.js';
import { refusal as refusalOf } from './refusals.js';

/** Requests of one connection that may wait for their answers. Browsers and proxies send one at a time. */
export const MOST_UNANSWERED = 16;

/** A connection is closed with its answer to this many refused requests. */
export const MOST_REFUSALS = 5;

/** A connection is closed with its answer to this many requests; proxies and browsers open another. */
export const MOST_REQUESTS = 1_000;

/** The body of a refused request is read and thrown away up to this many bytes; a larger one ends the connection. */
const MOST_UNWANTED_BYTES = 64 * 1024;

/** An answer that is given in place of the application's. */
export interface Refusal {
  readonly status: number;
  /** Names and values in turn, without Content-Length and Connection. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** Who is let in on a port. */
export interface Door {
  /** Judges a request once, when its headers have arrived, and counts it. Null: it is let in. */
  judge(request: IncomingMessage): Refusal | null;
  /**
   * Counts a new connection until the returned function is called, which happens once: when it closes, or is upgraded
   * and so counted elsewhere. Null: it is closed at once.
   */
  opened(socket: Socket): (() => void) | null;
  /** Told of each request that `judge` refused. */
  refused?(request: IncomingMessage): void;
}

type Serve = () => void;

/**
 * Judges every request of a server before the application sees it: a refusal costs a hundredth of what Express and Nest
 * would need for it. Call it when all other listeners for `request` and `upgrade` have been added, and before the
 * server listens; listeners that are prepended later still run first, also for what is refused.
 *
 * - Requests of a connection are served one after the other, as their answers leave anyway: one connection holds one
 *   answer in memory, not sixteen, if its client does not read.
 * - A connection ends after some refusals or many requests, and at once when too many requests are unanswered. What its
 *   client has sent beyond that is neither parsed nor served nor answered.
 */
export function admit(server: Server, door: Door): void {
  const connections = new WeakMap<Socket, Connection>();
  server.prependListener('connection', (socket: Socket) => {
    const release = door.opened(socket);
    if (release === null) socket.destroy();
    else connections.set(socket, new Connection(socket, release));
  });

  const take = (request: IncomingMessage, response: ServerResponse, serve: Serve): void => {
    const connection = connections.get(request.socket);
    if (!connection?.enter(response)) return;
    const refusal = isWithoutHost(request) ? WITHOUT_HOST : door.judge(request);
    if (refusal === null) connection.serve(response, serve);
    else {
      connection.refuse(request, response, refusal);
      door.refused?.(request);
    }
  };

  // Read at each request, though documented for the constructor only. Ours also takes care of what follows.
  (server as unknown as { requireHostHeader: boolean }).requireHostHeader = false;
  const forRequests = server.listeners('request');
  const forward = (request: IncomingMessage, response: ServerResponse) => {
    for (const listener of forRequests) listener.call(server, request, response);
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
  guardUpgrades(server, door, connections);
}

function guardUpgrades(server: Server, door: Door, connections: WeakMap<Socket, Connection>): void {
  const listeners = server.listeners('upgrade');
  // Without a listener Node answers upgrade requests like any other.
  if (listeners.length === 0) return;
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const connection = connections.get(socket);
    if (!connection?.leave()) return;
    const refusal = door.judge(request);
    if (refusal === null) for (const listener of listeners) listener.call(server, request, socket, head);
    else {
      socket.end(asText(refusal));
      socket.destroySoon();
      door.refused?.(request);
    }
  });
}

/** One connection of plain HTTP. */
class Connection {
  private requests = 0;
  private refusals = 0;
  private unanswered = 0;
  private isServing = false;
  private waiting: Serve[] = [];
  /** Nothing that still arrives is looked at. */
  private isOver = false;

  constructor(
    private readonly socket: Socket,
    private readonly release: () => void,
  ) {
    socket.once('close', this.closed);
  }

  /** Counts a request. Returns false when it is to be ignored. */
  enter(response: ServerResponse): boolean {
    if (this.isOver) return false;
    if (++this.unanswered > MOST_UNANSWERED) {
      this.end();
      this.socket.destroy();
      return false;
    }
    response.once('close', () => this.unanswered--);
    if (++this.requests >= MOST_REQUESTS) {
      response.setHeader('Connection', 'close');
      this.end();
    }
    return true;
  }

  /** Serves a request, after those before it. */
  serve(response: ServerResponse, serve: Serve): void {
    const begin = () => {
      this.isServing = true;
      response.once('close', () => {
        this.isServing = false;
        this.waiting.shift()?.();
      });
      serve();
    };
    if (this.isServing) this.waiting.push(begin);
    else begin();
  }

  /** Answers a refused request, behind the answers to those before it. */
  refuse(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Refusal): void {
    const isLast =
      ++this.refusals >= MOST_REFUSALS || this.isOver || declaredBytes(request) > MOST_UNWANTED_BYTES;
    const length = String(Buffer.byteLength(body));
    response.writeHead(status, [
      ...headers,
      'Content-Length',
      length,
      ...(isLast ? ['Connection', 'close'] : []),
    ]);
    response.end(body);
    if (!isLast) return;
    this.end();
    this.socket.pause();
  }

  /** It is upgraded. Returns false when it has to end instead: an answer would be written between its frames. */
  leave(): boolean {
    this.closed();
    this.socket.off('close', this.closed);
    if (this.unanswered === 0) return true;
    this.socket.destroy();
    return false;
  }

  private readonly closed = (): void => {
    this.isOver = true;
    this.waiting = [];
    this.release();
  };

  private end(): void {
    this.isOver = true;
    ignoreRest(this.socket);
  }
}

/**
 * Makes Node drop the rest of what has been read from a connection. It would make a request and a response of each of
 * the thousands of requests in a chunk, on a destroyed socket too. `onIncoming` is undocumented: where it is missing,
 * `Connection.enter` ignores what comes, at a higher cost.
 */
function ignoreRest(socket: Socket): void {
  const { parser } = socket as { parser?: { onIncoming?: unknown } | null };
  if (typeof parser?.onIncoming !== 'function') return;
  parser.onIncoming = (request: { upgrade: boolean }) => {
    request.upgrade = false;
    return STOP_PARSING;
  };
}

/** What the parser takes for "the connection is upgraded: what follows is no HTTP". */
const STOP_PARSING = 2;

/** Node would answer such a request, and all that follow it in the same chunk, without asking the door. */
const WITHOUT_HOST = refusalOf(
  new AppError('VALIDATION_FAILED', {
    details: [{ path: '', message: 'expected a Host header' }],
  }).toView(),
);

function isWithoutHost({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.1' && headers.host === undefined;
}

/** A refusal as the bytes of a whole answer, after which the connection ends. */
export function asText({ status, headers, body }: Refusal): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${text}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
}
