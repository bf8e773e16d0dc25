import { io, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import type { ErrorAnswer } from '../errors.js';
import type { Transport } from './transport.js';

/** How long a connection may take to be opened, in milliseconds. */
const OPEN_WITHIN_MS = 10_000;

/** More options for Socket.IO, such as `extraHeaders` in Node. */
export type SocketIoOptions = Partial<ManagerOptions & SocketOptions>;

/**
 * A connection over WebSocket by Socket.IO. It never connects again by itself, and keeps nothing for later: when to do
 * so is decided where it is known what has been answered.
 */
export function socketIo(url: string, options: SocketIoOptions = {}): Transport {
  return {
    open(auth, listener) {
      const socket = io(url, {
        transports: ['websocket'],
        timeout: OPEN_WITHIN_MS,
        ...options,
        auth,
        reconnection: false,
        forceNew: true,
      });
      let ended = false;
      const end = (say: () => void) => {
        if (ended) return;
        ended = true;
        socket.off();
        socket.offAny();
        socket.disconnect();
        say();
      };
      socket.on('connect_error', (error: Error & { data?: ErrorAnswer }) => {
        const { data } = error;
        end(() => (typeof data?.code === 'string' ? listener.refused(data) : listener.closed()));
      });
      socket.on('disconnect', () => end(() => listener.closed()));
      socket.onAny((name: string, body: unknown) => listener.event(name, body));
      return {
        ask: (command, input) => new Promise((answered) => socket.emit(command, input, answered)),
        close: () => end(() => undefined),
      };
    },
  };
}
