import type { ServerOptions, Socket } from 'socket.io';
import type { MeterOf } from './metered.js';
import type { Text } from '../../delivery/encoding/envelope.js';

/** The callback of an emit: takes one answer. */
export type Ack = (answer: unknown) => void;

/** Handles one event of a socket: its name as sent, its arguments, its ack callback, the characters of its frame. */
export type TakeEvent = (name: unknown, args: unknown[], ack: Ack | null, size: number) => void;

/**
 * The client of a socket has sent what ends its connection. Called once; nothing that comes after it is taken, but it is
 * read and counted, so the connection has to be closed soon.
 *
 * @param close closes the connection as the fault asks for; null: it may be closed in any way.
 */
export type Ended = (close: (() => void) | null) => void;

/** Sends to one socket. */
export interface Line {
  /**
   * Sends an event or an answer, after everything that was sent before it.
   *
   * @param text including Engine.IO's type: `42["event",…]`
   * @param frame the same as a finished WebSocket frame, when it has many readers
   */
  send(text: Text, frame?: Buffer): void;
}

/** Reads the frames of sockets and writes to them. `SOCKET_WIRE` chooses one of the two implementations. */
export interface Wire {
  /** Options that Socket.IO's server has to be created with. */
  serverOptions(): Partial<ServerOptions>;

  /**
   * From now on passes each event of the socket to `take` once, in the order of arrival. What would make Socket.IO,
   * Engine.IO or `ws` close the connection is told to `ended` instead.
   */
  open(socket: Socket, take: TakeEvent, ended: Ended): Line;

  /** Writes now what would wait for the end of the turn. */
  flush(): void;
}

/** Settings of both wires. */
export interface WireSettings {
  /** Counts what a connection sends before it is parsed. */
  meterOf: MeterOf;
  /** Whether an event of this name is a command of ours. */
  isCommand(this: void, name: unknown): boolean;
  /** Whether the sizes of frames are needed: rate limits count them. */
  measured: boolean;
}

/** Milliseconds after which a closing connection is cut off when its client does not answer. */
export const CLOSED_WITHIN_MS = 5_000;
