import type { Socket } from 'socket.io';
import { CommandLane } from './command-lane.js';

/** What the edge knows of one socket. */
export class Connection {
  /** Who is at this socket; null until somebody said so. */
  userId: number | null = null;
  readonly lane = new CommandLane();
  private left = false;

  constructor(readonly socket: Socket) {
    (socket.data as { connection?: Connection }).connection = this;
  }

  /** What the edge knows of this socket; undefined before its dispatcher was attached. */
  static of(socket: Socket): Connection | undefined {
    return (socket.data as { connection?: Connection }).connection;
  }

  /** This node is going down, and this socket is next: what it asks from now on is refused. */
  leave(): void {
    this.left = true;
  }

  get isLeaving(): boolean {
    return this.left;
  }

  get id(): string {
    return this.socket.id;
  }
}
