import type { Socket } from 'socket.io';
import type { UserPrincipal } from '../commands/identity/principal.js';
import type { AppError } from '../contract/index.js';
import type { Text } from '../delivery/encoding/envelope.js';
import { type Recipient, recipientOf } from '../delivery/recipient.js';
import { CommandLane } from './command-lane.js';
import { cutOff } from './cut-off.js';
import { engineOf } from './wire/internals.js';
import type { Line } from './wire/wire.js';

/**
 * This many refusals by a rate limit within this time (ms) are a flood. A client that keeps to `retryAfterMs` never
 * gets there.
 */
const FLOOD = { refusals: 100, withinMs: 10_000 };

/** The state of one socket at this edge. */
export class Connection implements Recipient {
  /** The user of this socket; null until `userOnline`. */
  userId: number | null = null;
  /** The user as whose the socket was greeted by `ready`; null: not yet. */
  greetedAs: number | null = null;
  readonly lane = new CommandLane();
  /** Sends to the client. Set by the dispatcher when it attaches the socket. */
  line!: Line;
  /** The client's address, as rate limits count it. */
  address = '';
  mark = 0;
  private refusals = 0;
  private refusalsBegan = 0;
  private left = false;
  private isCutOff = false;

  constructor(
    readonly socket: Socket,
    /** The principal of this socket in jwt mode; replaced when the token is renewed. */
    public principal: UserPrincipal | null = null,
  ) {
    (socket.data as { connection?: Connection }).connection = this;
  }

  /** The connection of a socket; undefined before the dispatcher has attached it. */
  static of(socket: Socket): Connection | undefined {
    return recipientOf(socket) as Connection | undefined;
  }

  /** Marks the socket as leaving because this node shuts down: from now on its commands are refused. */
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

  /** Counts a refusal by a rate limit. Returns true once, when the refusals become a flood. */
  isFlooding(): boolean {
    const now = performance.now();
    if (now - this.refusalsBegan > FLOOD.withinMs) {
      this.refusalsBegan = now;
      this.refusals = 0;
    }
    return ++this.refusals === FLOOD.refusals;
  }

  /** Sends the error, then ends the connection. Nothing that it still sends is read. Once. */
  cutOff(error: AppError): void {
    if (this.isCutOff) return;
    this.isCutOff = true;
    this.socket.emit('exception', { command: null, ...error.toView() });
    const engine = engineOf(this.socket);
    this.socket.disconnect(true);
    cutOff(engine);
  }
}
