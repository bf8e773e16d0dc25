import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Follows a server's connections from their start, so that they do not keep it from closing: to Node a connection
 * without a first request is not idle, and once the server closes no timeout ends it. Call it before the server
 * listens.
 *
 * `upgrades`: the server has a listener for upgrades, and that listener closes what is upgraded. Without such a
 * listener Node answers upgrade requests like any other, and a listener of ours would change that.
 *
 * @returns a function that closes the connections on which nothing is being answered, and after so many milliseconds
 * all others.
 */
export function followConnections(
  server: Server,
  { upgrades }: { upgrades: boolean },
): (withinMs: number) => void {
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.prependListener('request', ({ socket }: { socket: Socket }, response: ServerResponse) => {
    unused.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) unused.add(socket);
    });
  });
  if (upgrades) server.prependListener('upgrade', (_request, socket: Socket) => unused.delete(socket));
  return (withinMs) => {
    for (const socket of unused) socket.destroy();
    setTimeout(() => server.closeAllConnections(), withinMs).unref();
  };
}
