import type { Server } from 'socket.io';
import type { EngineConnection } from './wire/internals.js';

/**
 * Maximum number of unsent bytes for one reader in this process. Above it the reader is cut off: it reconnects and
 * syncs, which costs less than what it has not read. As much again may be on its way to the kernel. Several answers of
 * the largest kind fit, so a client that requests several pages at once does not count as slow.
 */
export const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/**
 * Cuts off clients that read more slowly than we send. Packets wait in `writeBuffer` as soon as the connection has too
 * much unsent, and they all leave it at once. So a packet that finds it empty is the first one of a new count.
 */
export function cutOffSlowReaders(server: Server, most = MAX_WAITING_BYTES): void {
  server.engine.on('connection', (reader: EngineConnection) => {
    let waiting = 0;
    let isCut = false;
    const cutOff = () => {
      reader.close(true);
      // A closing WebSocket waits until its unsent bytes are sent.
      reader.transport.socket?.terminate();
    };
    reader.on('packetCreate', ({ data }) => {
      const size = data?.length ?? 0;
      const before = reader.writeBuffer.length === 0 ? 0 : waiting;
      waiting = before + size;
      // A single packet is never too much.
      if (isCut || before === 0 || waiting <= most) return;
      isCut = true;
      // Not in this call: the writer may be iterating over all readers.
      process.nextTick(cutOff);
    });
  });
}
