import type { Server } from 'socket.io';
import type { EngineConnection } from './wire/internals.js';

/**
 * Bytes that may wait for one reader in this process. Past that the reader is cut off: it reconnects and syncs, which
 * costs less than what it has not read. As much again may be on its way to the kernel. Several answers of the largest
 * kind fit, so that a client which asks for pages side by side is not taken for a slow one.
 */
export const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/**
 * Cuts off whoever reads slower than it is told things. Packets wait in `writeBuffer` from the moment on when the
 * connection has too much unsent, and all of them leave it at once: so a packet that finds it empty is the first of
 * those that count.
 */
export function cutOffSlowReaders(server: Server, most = MAX_WAITING_BYTES): void {
  server.engine.on('connection', (reader: EngineConnection) => {
    let waiting = 0;
    let isCut = false;
    const cutOff = () => {
      reader.close(true);
      // A WebSocket that closes waits for what is unsent.
      reader.transport.socket?.terminate();
    };
    reader.on('packetCreate', ({ data }) => {
      const size = data?.length ?? 0;
      const before = reader.writeBuffer.length === 0 ? 0 : waiting;
      waiting = before + size;
      // One packet alone is never too much.
      if (isCut || before === 0 || waiting <= most) return;
      isCut = true;
      // Not in this call: whoever writes may be going through all readers.
      process.nextTick(cutOff);
    });
  });
}
