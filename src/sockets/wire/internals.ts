import type { Socket as TcpSocket } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'socket.io';
import { WebSocket } from 'ws';
import type { DecoderOwner } from './parser.js';

/**
 * Everything undocumented that src/sockets uses of ws, Engine.IO and Socket.IO, each with its use. Checked in these
 * versions: `internals.spec.ts` fails when others are installed or when something is missing. README.md in this folder
 * says how to check an upgrade.
 */
export const CHECKED_VERSIONS = { ws: '8.23.0', 'engine.io': '6.6.12', 'socket.io': '4.8.4' } as const;

/** A `WebSocket` of ws. Only the fast path uses these fields. */
export interface WebSocketInternals {
  /**
   * The TCP connection. The fast path writes to it directly and paces the handling of its end. Engine.IO uses it too.
   */
  readonly _socket: TcpSocket;
  /** Makes and writes frames. Engine.IO hands it frames that are shared by many readers. */
  readonly _sender: {
    /** Writes the parts of one frame. Replaced, so that the frames of one turn leave in one write. */
    sendFrame(frame: readonly (Buffer | string)[], written?: (error?: Error) => void): void;
  };
  readonly _receiver: ReceiverInternals;
  /** Set to CLOSING when the client has ended its side and its closing waits in a pacer. */
  _readyState: number;
}

/**
 * The stream in which ws parses frames. It shows whether ws is between two messages, so that the fast path may read
 * first.
 */
export interface ReceiverInternals {
  /** Takes a chunk. Replaced, to read whole text frames first. */
  write(chunk: Buffer): boolean;
  /** Most bytes of a message. */
  readonly _maxPayload: number;
  /** 0: it expects the header of a frame. */
  readonly _state: number;
  /** Bytes that it has received and not parsed yet. */
  readonly _bufferedBytes: number;
  /** Not 0: a message of several frames is incomplete. */
  readonly _fragmented: number;
  /** Whether it is parsing right now. */
  readonly _loop: boolean;
  /** Of any stream; declared here because the class is not exported. */
  readonly writableLength: number;
  listeners(event: 'error'): unknown[];
  /** The one listener is that of ws, which closes the connection. Replaced, to answer commands before that. */
  removeAllListeners(event: 'error'): void;
  on(event: 'error', listener: (error: Error) => void): void;
}

/** Called by ws when a connection is closed; emits 'close'. The fast path overrides it to pace closings. */
export const { emitClose } = WebSocket.prototype as unknown as { emitClose: (this: WebSocket) => void };

/** An Engine.IO `Socket`: one connection, over any transport. */
export interface EngineConnection {
  /** The session id. */
  readonly id: string;
  readonly readyState: string;
  readonly request: EngineRequest;
  /** Waiting packets. While it is empty, a write past Engine.IO overtakes nothing. It also shows slow readers. */
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    /** `polling` or `websocket`. */
    readonly name: string;
    /** False while packets are being sent. */
    readonly writable: boolean;
    /**
     * The WebSocket, when that is the transport: the fast path writes to it, and a slow or dead client is terminated by
     * it.
     */
    readonly socket?: WebSocket;
  };
  /** Runs while a pong is awaited. The fast path refreshes it on the first frame, as Engine.IO does. */
  readonly pingTimeoutTimer: { refresh(): void } | null;
  /** Whether that was done since the last ping. */
  hasRefreshedPingTimeout: boolean;
  once(event: 'upgrade' | 'close' | 'drain', listener: () => void): void;
  /** `drain`: what was queued is with the transport. */
  on(event: 'drain', listener: () => void): void;
  on(event: 'packetCreate', listener: (packet: { data?: string | Buffer }) => void): void;
  /** `discard`: drops the packets that wait. */
  close(discard?: boolean): void;
  /**
   * Called with `parse error` for a packet of no known type, and with the error `invalid heartbeat direction` for a
   * ping. Overridden, to answer commands before the connection is closed.
   */
  onClose(reason: string, description?: unknown): void;
}

/** A handshake request. Engine.IO stores the response in it for long polling; an upgrade has none. */
export type EngineRequest = IncomingMessage & { res?: ServerResponse };

/** Socket.IO's `Client`: one connection with the sockets of its namespaces. */
export interface ClientInternals {
  /** Sends encoded packets. `wsPreEncodedFrame` is one packet as finished parts of a WebSocket frame. */
  writeToEngine(packets: string[], options: { preEncoded: true; wsPreEncodedFrame?: Buffer[] }): void;
  /** Our parser's decoder of this connection: it holds the sizes of events until they are read. */
  readonly decoder: { readonly sizes: number[]; owner: DecoderOwner | null };
  /** The sockets by namespace: the namespaces that this connection has joined. */
  readonly nsps: ReadonlyMap<string, unknown>;
}

export const engineOf = (socket: Socket): EngineConnection => socket.conn as unknown as EngineConnection;

export const clientOf = (socket: Socket): ClientInternals => socket.client as unknown as ClientInternals;

/** What a `net.Socket` keeps about its writes. */
interface TcpInternals {
  /** Bytes that were handed to the system call layer so far. */
  readonly _bytesDispatched?: number;
  readonly _handle?: { readonly writeQueueSize?: number } | null;
}

const tcpOf = ({ transport }: EngineConnection): TcpSocket | undefined =>
  (transport.socket as unknown as WebSocketInternals | undefined)?._socket;

/** Bytes that the WebSocket's connection holds in this process and the system has not taken; 0 for long polling. */
export function unsentBytes(engine: EngineConnection): number {
  return tcpOf(engine)?.writableLength ?? 0;
}

/** Bytes that the system has taken from this process so far. For long polling those of its answers are not known: 0. */
export function sentBytes(engine: EngineConnection): number {
  const tcp = tcpOf(engine) as unknown as TcpInternals | undefined;
  return (tcp?._bytesDispatched ?? 0) - (tcp?._handle?.writeQueueSize ?? 0);
}

/**
 * Calls `listener` when the fast path has left bytes unsent. The stock path shows that by a transport that is not
 * writable.
 */
export function onUnsent(engine: EngineConnection, listener: () => void): void {
  engine.transport.socket?.on(UNSENT, listener);
}

/** Emitted on a WebSocket by the fast path. */
export const UNSENT = 'unsent';
/** The connection whose session the URL of an Engine.IO request names. */
export function connectionOf(server: Server, url: string): EngineConnection | undefined {
  const sid = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('sid');
  const { clients } = server.engine as unknown as { clients: Record<string, EngineConnection> };
  return sid !== null && Object.hasOwn(clients, sid) ? clients[sid] : undefined;
}
