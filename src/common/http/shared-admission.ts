import type { Admission } from './admission.js';
import { isForSockets } from './socket-path.js';

/** The admission at a port that serves REST and Socket.IO: each judges its own requests; connections are those of REST. */
export function sharedAdmission(rest: Admission, sockets: Admission): Admission {
  return {
    judge: (request) => (isForSockets(request) ? sockets : rest).judge(request),
    opened: (socket) => rest.opened(socket),
    lineOf: (request) => (isForSockets(request) ? sockets : rest).lineOf(request),
    refused: (request) => (isForSockets(request) ? sockets : rest).refused?.(request),
  };
}
