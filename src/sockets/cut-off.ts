import type { EngineConnection, WebSocketInternals } from './wire/internals.js';

/** Milliseconds that a connection has to take its last frames. */
const LAST_FRAMES_WITHIN_MS = 1_000;

/** Bytes that still arrive from a connection that is being cut off, and are thrown away: what was on its way. */
const MOST_DISCARDED = 256 * 1024;

/**
 * Ends a connection whose client does not keep to the rules. What was sent to it before is written, and nothing that it
 * sends is read any more: a closing handshake would read from it for seconds.
 */
export function cutOff(engine: EngineConnection): void {
  const { socket: ws } = engine.transport;
  engine.close();
  if (ws === undefined) {
    setTimeout(() => engine.close(true), LAST_FRAMES_WITHIN_MS).unref();
    return;
  }
  const { _receiver: receiver, _socket: tcp } = ws as unknown as WebSocketInternals;
  let discarded = 0;
  receiver.write = (chunk) => {
    discarded += chunk.length;
    if (discarded > MOST_DISCARDED) tcp.destroy();
    return true;
  };
  // Half closed: a close with unread input would be a reset, and the client would lose the last frames.
  const finish = () => tcp.end();
  if (engine.writeBuffer.length === 0) finish();
  else engine.once('drain', finish);
  setTimeout(() => tcp.destroy(), LAST_FRAMES_WITHIN_MS).unref();
}
