import type { ServerOptions, Socket } from 'socket.io';
import { WebSocketServer, type ServerOptions as WebSocketOptions } from 'ws';
import type { Text } from '../../../delivery/encoding/envelope.js';
import { type FaultListener, followFaults } from '../faults.js';
import { clientOf, engineOf } from '../internals.js';
import { metered } from '../metered.js';
import { createParser, type DecoderOwner, encodeAnswer, RefusedPayload, type WirePacket } from '../parser.js';
import {
  type Ack,
  CLOSED_WITHIN_MS,
  type Ended,
  type Line,
  type TakeEvent,
  type Wire,
  type WireSettings,
} from '../wire.js';

/**
 * Socket.IO as it comes: `ws` reads and writes, Engine.IO queues, Socket.IO's sockets emit events and answer them. Only
 * the parser is ours, because it refuses what is too deep or too large before it is parsed (docs/adr/0016).
 */
export class StockWire implements Wire {
  constructor(private readonly settings: Pick<WireSettings, 'measured' | 'meterOf'>) {}

  serverOptions(): Partial<ServerOptions> {
    const wsEngine = metered(StockWebSocketServer, this.settings.meterOf);
    return { parser: createParser({}, this.settings.measured), wsEngine };
  }

  open(socket: Socket, take: TakeEvent, ended: Ended): Line {
    return new StockLine(socket, take, ended);
  }

  flush(): void {
    // `ws` has written everything when `send` returns.
  }
}

/** `ws` itself, with our bound on how long a closing may take. */
class StockWebSocketServer extends WebSocketServer {
  constructor(options: WebSocketOptions) {
    // `ws` documents `closeTimeout`; its types do not have it yet.
    const settings = { ...options, closeTimeout: CLOSED_WITHIN_MS };
    super(settings);
  }
}

/** Takes events from Socket.IO's socket, and passes texts to Engine.IO as Socket.IO's own adapter does. */
export class StockLine implements Line, DecoderOwner, FaultListener {
  isEnded = false;

  constructor(
    protected readonly socket: Socket,
    protected readonly takeEvent: TakeEvent,
    private readonly ended: Ended,
  ) {
    clientOf(socket).decoder.owner = this;
    followFaults(engineOf(socket), this);
    socket.onAny((name: unknown, ...args: unknown[]) => {
      const last = args.at(-1);
      const ack = typeof last === 'function' ? (args.pop(), last as Ack) : null;
      takeEvent(name, args, ack, clientOf(socket).decoder.sizes.shift() ?? 0);
    });
  }

  get isOpen(): boolean {
    return this.socket.connected;
  }

  hasJoined(namespace: string): boolean {
    return clientOf(this.socket).nsps.has(namespace);
  }

  notJoined({ nsp, id, data }: WirePacket, size: number): void {
    const [name] = data as [unknown];
    const head = `43${nsp},${id}`;
    const ack: Ack | null = id === undefined ? null : (answer) => this.send(encodeAnswer(head, answer));
    this.takeEvent(name, [RefusedPayload.notJoined], ack, size);
  }

  fault(close?: () => void): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.ended(close ?? null);
  }

  send(text: Text, frame?: Buffer): void {
    // Engine.IO adds its type by itself.
    const packet = text.toString().slice(1);
    const finished = frame && { wsPreEncodedFrame: [frame] };
    clientOf(this.socket).writeToEngine([packet], { preEncoded: true, ...finished });
  }
}
