import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';

/** Headers about one connection only, and those that `ws` makes itself. */
const OWN = /^(connection|keep-alive|upgrade|transfer-encoding|te|trailer|sec-websocket-.*)$/;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The headers as the server behind gets them. On this machine it sees the host that the client asked for, so that the
 * proxy's own pages count as its own; a server elsewhere may need its own name.
 */
function headersFor(target: URL, { headers }: IncomingMessage): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && !OWN.test(name));
  const passed = Object.fromEntries(kept) as Record<string, string | string[]>;
  if (!LOOPBACK.has(target.hostname)) passed.host = target.host;
  return passed;
}

/** Hands a request to the server, and its answer back. 502 when the server cannot be reached. */
export function forwardRequest(target: URL, from: IncomingMessage, answer: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const url = new URL(from.url ?? '/', target);
    const to = send(url, { method: from.method, headers: headersFor(target, from), agent: false }, (got) => {
      const { connection: _, 'keep-alive': __, ...headers } = got.headers;
      answer.writeHead(got.statusCode ?? 502, headers);
      got.pipe(answer);
      got.once('error', () => answer.destroy());
    });
    to.once('error', (error) => {
      if (answer.headersSent) answer.destroy();
      else
        answer.writeHead(502).end(`The server behind the faults proxy does not answer: ${error.message}\n`);
    });
    answer.once('close', () => {
      to.destroy();
      resolve();
    });
    from.pipe(to);
  });
}

/**
 * Opens a WebSocket to the server for a client that asks for one.
 *
 * @returns null when the server refused it: its answer has been handed back.
 */
export function openUpstream(target: URL, from: IncomingMessage, socket: Duplex): Promise<WebSocket | null> {
  return new Promise((resolve) => {
    const url = new URL(from.url ?? '/', target);
    url.protocol = target.protocol === 'https:' ? 'wss:' : 'ws:';
    const upstream = new WebSocket(url, { headers: headersFor(target, from), perMessageDeflate: false });
    const leave = () => upstream.terminate();
    let answered = false;
    socket.once('close', leave);
    upstream.once('open', () => {
      socket.off('close', leave);
      // Whoever listens to it resumes it: its first frames must not get lost before that.
      upstream.pause();
      resolve(upstream);
    });
    upstream.once('unexpected-response', (_request, answer) => {
      answered = true;
      const headers = Object.entries(answer.headers).filter(([name]) => !OWN.test(name));
      const lines = headers.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('');
      socket.write(
        `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines}Connection: close\r\n\r\n`,
      );
      answer.pipe(socket);
      answer.once('end', () => upstream.terminate());
      resolve(null);
    });
    upstream.on('error', () => {
      if (!answered) socket.destroy();
      resolve(null);
    });
  });
}
