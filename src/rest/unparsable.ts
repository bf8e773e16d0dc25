import { type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError } from '../contract/index.js';

/** Milliseconds that a client has to read its answer before the connection is cut. */
const READ_WITHIN_MS = 1_000;

/** The error for request lines and headers that are longer than Node's parser takes (16 KB). */
const TOO_LONG = 'HPE_HEADER_OVERFLOW';

function refusal({ code }: NodeJS.ErrnoException): AppError {
  if (code === TOO_LONG) return new AppError('PAYLOAD_REFUSED');
  return new AppError('VALIDATION_FAILED', {
    details: [{ path: '', message: 'expected a valid HTTP request' }],
  });
}

/** Answers what Node's HTTP parser refuses with an error like all others; by itself Node answers without a body. */
export function answerUnparsable(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, connection: Duplex) => {
    if (error.code === 'ECONNRESET') connection.destroy();
    if (!connection.writable) return;
    const refused = refusal(error);
    const body = JSON.stringify({ error: refused.toView() });
    connection.end(
      `HTTP/1.1 ${refused.status} ${STATUS_CODES[refused.status]}\r\n` +
        'Content-Type: application/json; charset=utf-8\r\n' +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
    setTimeout(() => connection.destroy(), READ_WITHIN_MS).unref();
  });
}
