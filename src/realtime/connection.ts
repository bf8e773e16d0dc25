import type { Socket } from 'socket.io';
import { CommandLane } from './command-lane.js';
import { FastPath } from './wire/fast-path.js';

/** What the edge knows of one socket. */
export class Connection {
  /** Who is at this socket; null until somebody said so. */
  userId: number | null = null;
  readonly lane = new CommandLane();
  readonly fast: FastPath;

  constructor(readonly socket: Socket) {
    this.fast = new FastPath(socket);
    (socket.data as { connection?: Connection }).connection = this;
  }

  /** What the edge knows of this socket; undefined before its dispatcher was attached. */
  static of(socket: Socket): Connection | undefined {
    return (socket.data as { connection?: Connection }).connection;
  }

  get id(): string {
    return this.socket.id;
  }
}
