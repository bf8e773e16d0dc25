import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'socket.io';
import type { InputMeter } from '../commands/limits/input-meter.js';
import type { EngineConnection } from './wire/internals.js';
import type { MeterOf } from './wire/metered.js';

/** Separates the packets of a body: Engine.IO 4. */
const RECORD_SEPARATOR = 0x1e;

/** A session that began with long polling. */
interface Session {
  engine: EngineConnection;
  meter: InputMeter | null;
  /** The answer to its last GET. */
  answer: ServerResponse | null;
}

/**
 * Counts the packets of long polling as those of WebSockets are counted, before Engine.IO splits a body: 128 KiB hold
 * sixty thousand of them. A session that sends too much is ended at once, and so is one that asks for more before it
 * has read the last answer: otherwise it could open many connections in which unread answers wait.
 *
 * @returns what has to see each request before Engine.IO does, on all ports.
 */
export function boundPolling(
  server: Server,
  meterOf: MeterOf,
): (request: IncomingMessage, response: ServerResponse) => void {
  const sessions = new Map<string, Session>();
  server.engine.on('connection', (engine: EngineConnection) => {
    if (engine.transport.name !== 'polling') return;
    const meter = meterOf(engine.request);
    sessions.set(engine.id, { engine, meter, answer: null });
    engine.once('close', () => {
      sessions.delete(engine.id);
      meter?.end();
    });
  });
  return (request, response) => {
    const session = sessions.get(sidOf(request.url ?? ''));
    if (session === undefined) return;
    if (request.method === 'POST') meterBody(request, session);
    else if (isUnread(session.answer)) end(session, request);
    else session.answer = response;
  };
}

function sidOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? '' : (new URLSearchParams(url.slice(query + 1)).get('sid') ?? '');
}

/** As requireUtf8: in the same turn as the request, and destroyed when Engine.IO listens to it and ends the session. */
function meterBody(request: IncomingMessage, { meter }: Session): void {
  if (meter === null) return;
  const push = request.push.bind(request);
  let packets = 1;
  let refused = false;
  request.push = (chunk: Buffer | null, encoding?: BufferEncoding): boolean => {
    if (refused) return false;
    if (chunk === null) return push(chunk, encoding);
    for (const byte of chunk) if (byte === RECORD_SEPARATOR) packets++;
    if (meter.take(packets, chunk.length)) {
      packets = 0;
      return push(chunk, encoding);
    }
    refused = true;
    setImmediate(() => request.destroy());
    return false;
  };
}

/** Written, and not taken by the client yet. */
function isUnread(answer: ServerResponse | null): boolean {
  return answer !== null && answer.writableEnded && !answer.writableFinished && !answer.destroyed;
}

function end({ engine, answer }: Session, request: IncomingMessage): void {
  engine.close(true);
  answer?.socket?.destroy();
  request.destroy();
}
