import type { Socket } from 'socket.io';
import type { Person } from '../auth/caller.js';
import { CommandLane } from './command-lane.js';

/** What the edge knows of one socket. */
export class Connection {
  /** Who is at this socket; null until somebody said so. */
  userId: number | null = null;
  readonly lane = new CommandLane();

  constructor(
    readonly socket: Socket,
    /** Who has proved to be at this socket, in jwt mode; replaced when the token is renewed. */
    public caller: Person | null = null,
  ) {
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
