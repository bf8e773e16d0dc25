import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Follows a server's connections from their start, so that they do not keep it from closing: one that has not asked
 * anything yet is not idle to Node, and once the server closes nothing bounds it any more. Called before it listens.
 *
 * `upgrades`: the server has a listener for upgrades, and what is upgraded is that one's to close. Where there is none
 * Node answers such requests as any other, and a listener of ours would change that.
 *
 * @returns closes the connections on which nothing is being answered, and after so many milliseconds the others as
 * well.
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
