import type { Socket as TcpSocket } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'socket.io';
import { WebSocket } from 'ws';

/**
 * Everything that src/sockets uses of ws, Engine.IO and Socket.IO and that they do not document, in one place, each with
 * its use. Read with these versions; `internals.spec.ts` fails when others are installed or when something is gone.
 * README.md in this folder says how to check an upgrade.
 */
export const CHECKED_VERSIONS = { ws: '8.23.0', 'engine.io': '6.6.12', 'socket.io': '4.8.4' } as const;

/** A `WebSocket` of ws. All of it is for the fast path only. */
export interface WebSocketInternals {
  /** The connection below: written to directly; its end is handled in its turn. Engine.IO uses it too. */
  readonly _socket: TcpSocket;
  /** Makes and writes frames. Engine.IO hands it frames that are shared by many readers. */
  readonly _sender: {
    /** Writes the parts of one frame. Replaced, so that frames of one turn leave in one write. */
    sendFrame(frame: readonly (Buffer | string)[], written?: (error?: Error) => void): void;
  };
  readonly _receiver: ReceiverInternals;
  /** Set to CLOSING when the client has ended its side and the closing waits for its turn. */
  _readyState: number;
}

/** The stream with which ws parses frames: tells whether it is between two messages, so that reading may pass it by. */
export interface ReceiverInternals {
  /** Takes a chunk. Replaced, to read whole text frames first. */
  write(chunk: Buffer): boolean;
  /** Most bytes of a message. */
  readonly _maxPayload: number;
  /** 0: it expects the header of a frame. */
  readonly _state: number;
  /** Bytes that it has been given and has not parsed. */
  readonly _bufferedBytes: number;
  /** Not 0: a message of several frames is not whole yet. */
  readonly _fragmented: number;
  /** Whether it is parsing right now. */
  readonly _loop: boolean;
  /** As of any stream; here because the class is not exported. */
  readonly writableLength: number;
}

/** Called by ws when a closing is done; emits 'close'. Overridden for the fast path, to do that in its turn. */
export const { emitClose } = WebSocket.prototype as unknown as { emitClose: (this: WebSocket) => void };

/** An Engine.IO `Socket`: one connection, over whichever transport. */
export interface EngineConnection {
  readonly readyState: string;
  readonly request: EngineRequest;
  /** Packets that wait. Empty: what is written past Engine.IO overtakes nothing. Slow readers are found by it. */
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    /** False while packets are on their way. */
    readonly writable: boolean;
    /** The WebSocket, when that is the transport: written to by the fast path, and cut off without a closing. */
    readonly socket?: WebSocket;
  };
  /** Runs while a pong is awaited. The fast path refreshes it at a first frame, as Engine.IO does. */
  readonly pingTimeoutTimer: { refresh(): void } | null;
  /** Whether that was done since the last ping. */
  hasRefreshedPingTimeout: boolean;
  once(event: 'upgrade' | 'close', listener: () => void): void;
  on(event: 'packetCreate', listener: (packet: { data?: string | Buffer }) => void): void;
  /** `discard`: what waits to be sent is dropped. */
  close(discard?: boolean): void;
}

/** A request of a handshake. Engine.IO puts the response there for long polling; an upgrade has none. */
export type EngineRequest = IncomingMessage & { res?: ServerResponse };

/** Socket.IO's `Client`: one connection with the sockets of its namespaces. */
export interface ClientInternals {
  /** Takes encoded packets. `wsPreEncodedFrame` is one packet as finished parts of a WebSocket frame. */
  writeToEngine(packets: string[], options: { preEncoded: true; wsPreEncodedFrame?: Buffer[] }): void;
  /** What our parser made for this connection: it holds the sizes of events until they are taken. */
  readonly decoder: { readonly sizes: number[] };
}

export const engineOf = (socket: Socket): EngineConnection => socket.conn as unknown as EngineConnection;

export const clientOf = (socket: Socket): ClientInternals => socket.client as unknown as ClientInternals;
