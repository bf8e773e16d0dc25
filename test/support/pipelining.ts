import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const MOST_KEPT = 4_000_000;

const STATUS = /HTTP\/1\.1 (\d{3}) /g;
const STATUS_LENGTH = 'HTTP/1.1 200 '.length;

/** A request as bytes; `headers` are whole lines. */
export function requestLine(path: string, method = 'GET', ...headers: string[]): string {
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;
}

/** A connection on which requests are sent without waiting for answers, as no browser or proxy does. */
export class Pipeline {
  private heard = '';
  private tail = '';
  /** The status codes of the answers that have come. */
  readonly statuses: number[] = [];
  /** Resolves when the connection is closed, by whichever side. */
  readonly closed: Promise<unknown>;

  private constructor(private readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => this.hear(chunk.toString('latin1')));
    this.closed = new Promise((resolve) => socket.once('close', resolve));
  }

  static async open(port: number): Promise<Pipeline> {
    const socket = connect(port, '127.0.0.1');
    const pipeline = new Pipeline(socket);
    await once(socket, 'connect');
    return pipeline;
  }

  send(bytes: string): void {
    this.socket.write(bytes);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  close(): void {
    this.socket.destroy();
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  /** What has come, up to `MOST_KEPT` characters. */
  get text(): string {
    return this.heard;
  }

  private hear(chunk: string): void {
    if (this.heard.length < MOST_KEPT) this.heard += chunk;
    const text = this.tail + chunk;
    for (const match of text.matchAll(STATUS)) this.statuses.push(Number(match[1]));
    this.tail = text.slice(-STATUS_LENGTH + 1);
  }
}

/** Counts the requests of which Node's HTTP server makes objects in this process, whoever then answers them. */
export function countRequests(): { readonly count: number; stop(): void } {
  let count = 0;
  const seen = () => count++;
  diagnostics.subscribe('http.server.request.start', seen);
  return {
    get count() {
      return count;
    },
    stop: () => diagnostics.unsubscribe('http.server.request.start', seen),
  };
}
