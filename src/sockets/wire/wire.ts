import type { ServerOptions, Socket } from 'socket.io';
import type { Text } from '../../delivery/encoding/envelope.js';

/** The callback of an emit: takes one answer. */
export type Ack = (answer: unknown) => void;

/** Takes one event of a socket: its name as it came, its arguments, its callback, the characters of its frame. */
export type TakeEvent = (name: unknown, args: unknown[], ack: Ack | null, size: number) => void;

/** One socket's way out. */
export interface Line {
  /**
   * Sends an event or an answer, after everything that was sent before it.
   *
   * @param text with Engine.IO's type in front: `42["event",…]`
   * @param frame the same as a finished WebSocket frame, when it has many readers
   */
  send(text: Text, frame?: Buffer): void;
}

/** How frames come from sockets and go to them. `SOCKET_WIRE` says which of the two there are is used. */
export interface Wire {
  /** What Socket.IO's server has to be made with. */
  serverOptions(): Partial<ServerOptions>;

  /** From now on the socket's events go to `take`, each once, in the order in which they came. */
  open(socket: Socket, take: TakeEvent): Line;

  /** Writes now what is kept for the end of the turn. */
  flush(): void;
}

/** What both wires are made with. */
export interface WireSettings {
  /** Whether an event of this name is a command of ours. */
  isCommand(this: void, name: unknown): boolean;
  /** Whether somebody wants to know how large frames are. */
  measured: boolean;
}

/** Milliseconds after which a connection that is being closed, and whose client does not answer, is cut off. */
export const CLOSED_WITHIN_MS = 5_000;
