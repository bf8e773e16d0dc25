import type { IncomingMessage } from 'node:http';

/**
 * Cuts off a request whose body is not valid UTF-8. Engine.IO's long polling would accept it with U+FFFD in place of
 * the invalid bytes, and that would be stored; over websocket `ws` refuses such text by itself.
 *
 * Call it in the same turn as the `request` event, before any of the body has arrived.
 */
export function requireUtf8(request: IncomingMessage): void {
  const push = request.push.bind(request);
  // Most requests have no body.
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let refused = false;
  request.push = (chunk: Buffer | null, encoding?: BufferEncoding): boolean => {
    if (refused) return false;
    if (chunk === null && decoder === undefined) return push(null);
    decoder ??= new TextDecoder('utf-8', { fatal: true });
    try {
      decoder.decode(chunk ?? undefined, { stream: chunk !== null });
    } catch {
      refused = true;
      // Later, when Engine.IO listens to the request and so ends the session.
      setImmediate(() => request.destroy());
      return false;
    }
    return push(chunk, encoding);
  };
}
