import type { ServerOptions, Socket } from 'socket.io';
import type { Text } from '../../../delivery/encoding/envelope.js';
import { type EngineConnection, engineOf } from '../internals.js';
import { DEFAULT_BOUNDS } from '../../../common/json-bounds.js';
import { createParser, decode, encodeAnswer, type WirePacket } from '../parser.js';
import { metered } from '../metered.js';
import { StockLine } from '../stock/stock-wire.js';
import type { Ack, Ended, Line, TakeEvent, Wire, WireSettings } from '../wire.js';
import { CorkedWebSocket, CorkedWebSocketServer, type TextTaker, writeGathered } from './corked-ws.js';

/** Engine.IO's `message`, and in it Socket.IO's EVENT of the default namespace: how a command's text begins. */
const COMMAND = '42';
const SLASH = 0x2f;

type IsCommand = WireSettings['isCommand'];

/** Socket.IO with a short cut for commands, their answers and events (docs/adr/0016). */
export class FastWire implements Wire {
  constructor(private readonly settings: WireSettings) {}

  serverOptions(): Partial<ServerOptions> {
    const wsEngine = metered(CorkedWebSocketServer, this.settings.meterOf);
    return { parser: createParser({}, this.settings.measured), wsEngine };
  }

  open(socket: Socket, take: TakeEvent, ended: Ended): Line {
    return new FastLine(socket, take, ended, this.settings.isCommand);
  }

  flush(): void {
    writeGathered();
  }
}

/**
 * The short cut between a WebSocket and the commands of one Socket.IO socket. Socket.IO keeps the handshake,
 * heartbeats, long polling, namespaces and rooms. An event frame of the default namespace that arrives on an open
 * websocket is taken in the call that read it, and answers and events go to the WebSocket in the call that sends them.
 * The way through Engine.IO and Socket.IO costs about as much as everything else that is done for such a frame.
 *
 * What cannot take the short cut at once goes through Socket.IO, and order is kept: long polling, an upgrade under way,
 * packets that are queued already, a slow reader. An event that is not a command goes through Socket.IO too; frames
 * after it may overtake it.
 */
class FastLine extends StockLine implements TextTaker {
  private ws: CorkedWebSocket | null = null;
  private readonly engine: EngineConnection;

  constructor(
    socket: Socket,
    take: TakeEvent,
    ended: Ended,
    private readonly isCommand: IsCommand,
  ) {
    super(socket, take, ended);
    this.engine = engineOf(socket);
    if (!this.useTransport()) this.engine.once('upgrade', () => this.useTransport());
  }

  override send(text: Text, frame?: Buffer): void {
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
    super.send(text, frame);
  }

  take(text: string): boolean {
    if (!text.startsWith(COMMAND) || text.charCodeAt(COMMAND.length) === SLASH) return false;
    const { engine } = this;
    if (!this.socket.connected || this.isEnded || engine.readyState !== 'open') return false;
    let packet: WirePacket;
    try {
      packet = decode(text, DEFAULT_BOUNDS, 1);
    } catch {
      // The decoder refuses it.
      return false;
    }
    const args = packet.data as unknown[];
    const name = args[0];
    if (!this.isCommand(name)) return false;
    // As Engine.IO does: while a pong is awaited, the first other frame is also a sign of life.
    if (engine.pingTimeoutTimer !== null && !engine.hasRefreshedPingTimeout) {
      engine.pingTimeoutTimer.refresh();
      engine.hasRefreshedPingTimeout = true;
    }
    args.shift();
    const { id } = packet;
    const ack: Ack | null = id === undefined ? null : (answer) => this.send(encodeAnswer(`43${id}`, answer));
    this.takeEvent(name, args, ack, text.length);
    return true;
  }

  private useTransport(): boolean {
    const { socket } = this.engine.transport;
    if (!(socket instanceof CorkedWebSocket)) return false;
    this.ws = socket;
    this.ws.taker = this;
    return true;
  }
}
