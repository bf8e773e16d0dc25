import type { Socket } from 'socket.io';
import { CorkedWebSocket, type TextTaker } from './corked-ws.js';
import type { Text } from '../../../delivery/encoding/envelope.js';
import { decode, DEFAULT_BOUNDS, type WirePacket } from '../parser.js';

/** Engine.IO's `message`, and in it Socket.IO's EVENT of the default namespace: how a command's text begins. */
const COMMAND = '42';
const SLASH = 0x2f;

/** What an event frame carries: its arguments, the name first, the id of the answer it asks for, its characters. */
export type EventTaker = (args: unknown[], ackId: number | null, size: number) => boolean;

/** What Engine.IO and Socket.IO use of themselves, and do not declare as theirs to use. */
interface Internals {
  client: { writeToEngine(packets: string[], options: { preEncoded: boolean }): void };
}

interface Engine {
  readonly readyState: string;
  readonly transport: { readonly name: string; readonly writable: boolean; readonly socket?: unknown };
  readonly writeBuffer: readonly unknown[];
  readonly pingTimeoutTimer: { refresh(): void } | null;
  hasRefreshedPingTimeout: boolean;
  once(event: 'upgrade', listener: () => void): void;
}

/**
 * The short way between a WebSocket and the commands of one Socket.IO socket. Socket.IO keeps the handshake,
 * heartbeats, long polling, namespaces and rooms; an event frame of the default namespace that arrives on an open
 * websocket is handed to the taker in the call that read it, and answers and events go to the WebSocket in the call
 * that sends them. On the way through Engine.IO and Socket.IO such a frame costs about as much again as everything
 * that is done for it (docs/adr/0016).
 *
 * Nothing is passed by: what can't go this way at once (long polling, an upgrade under way, packets already queued,
 * a slow reader, a name the taker does not know) goes through Socket.IO, in order.
 */
export class FastPath implements TextTaker {
  private ws: CorkedWebSocket | null = null;
  private taker: EventTaker | null = null;
  private readonly engine: Engine;

  constructor(private readonly socket: Socket) {
    this.engine = socket.conn as unknown as Engine;
    if (!this.useTransport()) this.engine.once('upgrade', () => this.useTransport());
  }

  /**
   * From now on commands come to the taker first; a frame that it returns false for goes to Socket.IO, and is
   * handled there a tick later: later frames overtake it.
   */
  receive(taker: EventTaker): void {
    this.taker = taker;
  }

  /**
   * Sends a packet of Socket.IO's protocol.
   *
   * @param text with Engine.IO's type in front: `42["event",…]`
   * @param frame the same as a finished WebSocket frame, when it has many readers
   */
  send(text: Text, frame?: Buffer): void {
    const { ws, engine } = this;
    if (
      ws !== null &&
      engine.readyState === 'open' &&
      engine.writeBuffer.length === 0 &&
      engine.transport.writable &&
      ws.trySend(text, frame)
    ) {
      return;
    }
    const packet = text.toString().slice(1);
    (this.socket as unknown as Internals).client.writeToEngine([packet], { preEncoded: true });
  }

  take(text: string): boolean {
    if (!text.startsWith(COMMAND) || text.charCodeAt(COMMAND.length) === SLASH) return false;
    const { engine, socket, taker } = this;
    if (taker === null || !socket.connected || engine.readyState !== 'open') return false;
    let packet: WirePacket;
    try {
      packet = decode(text, DEFAULT_BOUNDS, 1);
    } catch {
      // Socket.IO comes to the same end, and closes the connection.
      return false;
    }
    // As Engine.IO does: while a pong is awaited the first other frame is a sign of life as well.
    if (engine.pingTimeoutTimer !== null && !engine.hasRefreshedPingTimeout) {
      engine.pingTimeoutTimer.refresh();
      engine.hasRefreshedPingTimeout = true;
    }
    return taker(packet.data as unknown[], packet.id ?? null, text.length);
  }

  private useTransport(): boolean {
    const { transport } = this.engine;
    if (!(transport.socket instanceof CorkedWebSocket)) return false;
    this.ws = transport.socket;
    this.ws.taker = this;
    return true;
  }
}
