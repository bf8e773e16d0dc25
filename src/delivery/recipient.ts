import type { Socket } from 'socket.io';
import type { Text } from './encoding/envelope.js';

/** A socket as delivery knows it. The edge that takes the socket in makes it, and leaves it in the socket's data. */
export interface Recipient {
  readonly socket: Socket;
  readonly id: string;
  /** Who is at the socket; null until somebody said so. */
  readonly userId: number | null;
  /** Set by the adapter as it looks for a text's readers. */
  mark: number;

  /**
   * Sends a packet of Socket.IO's protocol.
   *
   * @param text with Engine.IO's type in front: `42["event",…]`
   * @param frame the same as a finished WebSocket frame, when it has many readers
   */
  send(text: Text, frame?: Buffer): void;
}

/** Undefined before the edge has taken the socket in. */
export function recipientOf(socket: Socket): Recipient | undefined {
  return (socket.data as { connection?: Recipient }).connection;
}
