import type { ServerOptions, Socket } from 'socket.io';
import { WebSocketServer, type ServerOptions as WebSocketOptions } from 'ws';
import type { Text } from '../../../delivery/encoding/envelope.js';
import { clientOf } from '../internals.js';
import { metered } from '../metered.js';
import { createParser } from '../parser.js';
import {
  type Ack,
  CLOSED_WITHIN_MS,
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

  open(socket: Socket, take: TakeEvent): Line {
    return new StockLine(socket, take);
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
export class StockLine implements Line {
  constructor(
    protected readonly socket: Socket,
    take: TakeEvent,
  ) {
    socket.onAny((name: unknown, ...args: unknown[]) => {
      const last = args.at(-1);
      const ack = typeof last === 'function' ? (args.pop(), last as Ack) : null;
      take(name, args, ack, clientOf(socket).decoder.sizes.shift() ?? 0);
    });
  }

  send(text: Text, frame?: Buffer): void {
    // Engine.IO adds its type by itself.
    const packet = text.toString().slice(1);
    const finished = frame && { wsPreEncodedFrame: [frame] };
    clientOf(this.socket).writeToEngine([packet], { preEncoded: true, ...finished });
  }
}
