import type { Server } from 'node:http';
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net';

/** Errors of an address whose family this machine does not have. */
const NO_FAMILY = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** Ports that are tried when the system chooses one and an address has no use for it. */
const ATTEMPTS = 10;

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? '';

/** Whether the machine goes without this address: ::1 where there is no IPv6. */
export const isMissingFamily = (error: unknown): boolean => NO_FAMILY.has(codeOf(error));

/**
 * Listens on one port of several addresses; null means all addresses of the machine. The first address must be there,
 * of the others those that the machine has. Port 0: a port that is free on all of them.
 *
 * A server of Node has one listener, so the others hand their connections to it. Its `close` closes all, and calls back
 * when all connections have ended.
 *
 * @returns the port.
 * @throws the error of `listen`, for example EADDRINUSE. Then it listens nowhere.
 */
export async function listen(
  server: Server,
  port: number,
  addresses: readonly string[] | null,
): Promise<number> {
  const [first, ...others] = addresses ?? [];
  for (let attempt = 1; ; attempt++) {
    const listeners: NetServer[] = [];
    try {
      let chosen = port;
      for (const address of others) {
        const listener = await besides(server, chosen, address);
        if (listener === null) continue;
        listeners.push(listener);
        chosen = portOf(listener);
      }
      await opened(server, chosen, first);
      if (listeners.length > 0) closeTogether(server, listeners);
      return portOf(server);
    } catch (error) {
      for (const listener of listeners) listener.close();
      if (port !== 0 || codeOf(error) !== 'EADDRINUSE' || attempt === ATTEMPTS) throw error;
    }
  }
}

const portOf = (server: NetServer): number => (server.address() as AddressInfo).port;

function opened(server: NetServer, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A listener whose connections belong to the server; null: the machine does not have the address. */
async function besides(server: Server, port: number, address: string): Promise<NetServer | null> {
  // The options with which a server of node:http accepts.
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket: Socket) => {
    if (server.listening) server.emit('connection', socket);
    else socket.destroy();
  });
  try {
    await opened(listener, port, address);
  } catch (error) {
    if (isMissingFamily(error)) return null;
    throw error;
  }
  listener.on('error', (error) => server.emit('error', error));
  return listener;
}

function closeTogether(server: Server, listeners: readonly NetServer[]): void {
  const close = server.close.bind(server);
  server.close = (done) => {
    const all = listeners.map((one) => new Promise((resolve) => one.close(resolve)));
    return close((error) => void Promise.all(all).then(() => done?.(error)));
  };
}
