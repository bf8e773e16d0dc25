import type { Door } from './admission.js';
import { isForSockets } from './socket-path.js';

/** The door of a port that serves REST and Socket.IO: each judges its own requests; connections are those of REST. */
export function sharedDoor(rest: Door, sockets: Door): Door {
  return {
    judge: (request) => (isForSockets(request) ? sockets : rest).judge(request),
    opened: (socket) => rest.opened(socket),
    lineOf: (request) => (isForSockets(request) ? sockets : rest).lineOf(request),
    refused: (request) => (isForSockets(request) ? sockets : rest).refused?.(request),
  };
}
