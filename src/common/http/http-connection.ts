import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../../contract/index.js';
import { ANSWER_WITHIN_MS } from '../time-bounds.js';
import { declaredBytes } from './declared-bytes.js';
import type { Lines } from './lines.js';
import { type Refusal, refusal } from './refusals.js';

/** Requests of one connection that may wait for their answers. Browsers and proxies send one at a time. */
export const MOST_UNANSWERED = 8;

/** A connection is closed with its answer to this many refused requests. */
export const MOST_REFUSALS = 5;

/** A connection is closed with its answer to this many requests; proxies and browsers open another. */
export const MOST_REQUESTS = 1_000;

/** The body of a refused request is read and thrown away up to this many bytes; a larger one ends the connection. */
const MOST_UNWANTED_BYTES = 64 * 1024;

/** The answer to a request that has waited too long in its line. */
const WAITED_TOO_LONG = refusal(new AppError('OVERLOADED', { retryAfterMs: 1_000 }).toView());

type Serve = () => void;

/** A request that was accepted. `line`: the line in which it waits; null: it does not wait. */
interface Admitted {
  readonly response: ServerResponse;
  readonly line: string | null;
  serve(this: void): void;
}

/** One connection of plain HTTP: its requests are served one after the other, and their number is limited. */
export class HttpConnection {
  private requests = 0;
  private refusals = 0;
  private unanswered = 0;
  private isServing = false;
  private waiting: Serve[] = [];
  /** Ends the turn of the request that is being served. */
  private done: (() => void) | null = null;
  /** Everything that still arrives is ignored. */
  private isOver = false;
  private isClosed = false;

  constructor(
    private readonly socket: Socket,
    private readonly lines: Lines,
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

  /** Serves a request, after those before it on the connection and in its line. */
  serve(admitted: Admitted): void {
    const { line } = admitted;
    const since = performance.now();
    const begin = () => {
      this.isServing = true;
      if (line === null) this.begin(admitted, since);
      else this.lines.enter(line, () => this.begin(admitted, since));
    };
    if (this.isServing) this.waiting.push(begin);
    else begin();
  }

  /** Answers a refused request, after the answers to those before it. */
  refuse(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Refusal): void {
    const isLast =
      ++this.refusals >= MOST_REFUSALS || this.isOver || declaredBytes(request) > MOST_UNWANTED_BYTES;
    answer(response, { status, headers: isLast ? [...headers, 'Connection', 'close'] : headers, body });
    if (!isLast) return;
    this.end();
    this.socket.pause();
  }

  /** It is upgraded. Returns false when it has to end instead: an answer would be written between its frames. */
  leave(): boolean {
    this.socket.off('close', this.closed);
    this.closed();
    if (this.unanswered === 0) return true;
    this.socket.destroy();
    return false;
  }

  private begin({ response, line, serve }: Admitted, since: number): void {
    this.done = () => {
      this.done = null;
      this.isServing = false;
      if (line !== null) this.lines.leave(line);
      this.waiting.shift()?.();
    };
    if (this.isClosed) {
      this.done();
      return;
    }
    response.once('close', () => this.done?.());
    // The answer is due while its client still waits for it.
    if (performance.now() - since > ANSWER_WITHIN_MS) answer(response, WAITED_TOO_LONG);
    else serve();
  }

  /** Node tells a response of the end of its connection only when its turn has come. */
  private readonly closed = (): void => {
    this.isOver = true;
    this.isClosed = true;
    this.waiting = [];
    this.done?.();
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
 * `HttpConnection.enter` ignores what comes, at a higher cost.
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

function answer(response: ServerResponse, { status, headers, body }: Refusal): void {
  response.writeHead(status, [...headers, 'Content-Length', String(Buffer.byteLength(body))]).end(body);
}

/** A refusal as the bytes of a whole answer, after which the connection ends. */
export function asText({ status, headers, body }: Refusal): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${text}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
}
