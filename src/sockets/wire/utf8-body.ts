import type { IncomingMessage } from 'node:http';

/**
 * Cuts a request off when its body turns out to be no UTF-8. Engine.IO's long polling would take it, with U+FFFD
 * in place of what it can't read, and that would be stored; over websocket `ws` refuses such text by itself.
 *
 * To be called in the turn of the `request` event, before any of the body is there.
 */
export function requireUtf8(request: IncomingMessage): void {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const push = request.push.bind(request);
  let refused = false;
  request.push = (chunk: Buffer | null, encoding?: BufferEncoding): boolean => {
    if (refused) return false;
    try {
      decoder.decode(chunk ?? undefined, { stream: chunk !== null });
    } catch {
      refused = true;
      // Not before Engine.IO listens to it, which then ends the session.
      setImmediate(() => request.destroy());
      return false;
    }
    return push(chunk, encoding);
  };
}
