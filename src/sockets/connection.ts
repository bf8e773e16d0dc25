import type { Socket } from 'socket.io';
import type { UserPrincipal } from '../commands/identity/principal.js';
import type { AppError } from '../contract/index.js';
import type { Text } from '../delivery/encoding/envelope.js';
import { type Recipient, recipientOf } from '../delivery/recipient.js';
import { CommandLane } from './command-lane.js';
import type { Line } from './wire/wire.js';

/** So many refusals by a limit in so many milliseconds are a flood: no client that waits as it is told gets there. */
const FLOOD = { refusals: 100, withinMs: 10_000 };

/** What the edge knows of one socket. */
export class Connection implements Recipient {
  /** Who is at this socket; null until somebody said so. */
  userId: number | null = null;
  readonly lane = new CommandLane();
  /** Its way out; opened by the dispatcher when it attaches the socket. */
  line!: Line;
  /** Where it comes from, as limits count it. */
  address = '';
  mark = 0;
  private refusals = 0;
  private refusalsBegan = 0;
  private left = false;

  constructor(
    readonly socket: Socket,
    /** Who has proved to be at this socket, in jwt mode; replaced when the token is renewed. */
    public principal: UserPrincipal | null = null,
  ) {
    (socket.data as { connection?: Connection }).connection = this;
  }

  /** What the edge knows of this socket; undefined before its dispatcher was attached. */
  static of(socket: Socket): Connection | undefined {
    return recipientOf(socket) as Connection | undefined;
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

  send(text: Text, frame?: Buffer): void {
    this.line.send(text, frame);
  }

  /** Counts a refusal by a limit. True once when the socket goes on and on in spite of them. */
  isFlooding(): boolean {
    const now = performance.now();
    if (now - this.refusalsBegan > FLOOD.withinMs) {
      this.refusalsBegan = now;
      this.refusals = 0;
    }
    return ++this.refusals === FLOOD.refusals;
  }

  /** Says why, and closes. */
  cutOff(error: AppError): void {
    this.socket.emit('exception', { command: null, ...error.toView() });
    this.socket.disconnect(true);
  }
}
