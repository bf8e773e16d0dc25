import type { IncomingMessage } from 'node:http';

/** The path of Socket.IO, on both ports. */
export const SOCKET_PATH = '/socket.io/';

/** Whether a request is Socket.IO's, as Engine.IO compares paths. */
export const isForSockets = ({ url = '' }: Pick<IncomingMessage, 'url'>): boolean =>
  url.startsWith(SOCKET_PATH);
