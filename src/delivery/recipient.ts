import type { Socket } from 'socket.io';
import type { Text } from './encoding/envelope.js';

/** A socket as delivery sees it. The edge that accepts the socket creates it, and stores it in the socket's data. */
export interface Recipient {
  readonly socket: Socket;
  readonly id: string;
  /** The user of the socket; null until `userOnline`. */
  readonly userId: number | null;
  /** Set by the adapter while it collects a text's readers. */
  mark: number;

  /**
   * Sends a packet of Socket.IO's protocol.
   *
   * @param text including Engine.IO's type: `42["event",…]`
   * @param frame the same as a finished WebSocket frame, when it has many readers
   */
  send(text: Text, frame?: Buffer): void;
}

/** Undefined before the edge has accepted the socket. */
export function recipientOf(socket: Socket): Recipient | undefined {
  return (socket.data as { connection?: Recipient }).connection;
}
