import { Adapter, type BroadcastOptions, type Room, type SocketId } from 'socket.io-adapter';
import type { Socket } from 'socket.io';
import { Connection } from './connection.js';
import { framed } from './wire/frames.js';

/** From so many readers on an event is framed once for all; for fewer each connection frames it for itself. */
const MANY = 5;

/** Characters up to which an event can be framed once. */
const FRAMED_LIMIT = 16_384;

/** A packet that the adapter completes. */
interface Packet {
  type: number;
  data: unknown[];
  nsp?: string;
}

/** Socket.IO types these as `any`. */
interface Internals {
  encoder: { encode(packet: Packet): [string] };
  nsp: { name: string; sockets: ReadonlyMap<SocketId, Socket> };
}

/**
 * Socket.IO's in-memory adapter, leaner where it matters here: an event without readers on this node is not
 * encoded, one with readers is encoded once, and goes to each by the fast path.
 */
export class LocalAdapter extends Adapter {
  override broadcast(packet: Packet, options: BroadcastOptions): void {
    const { rooms, flags } = options;
    const { encoder, nsp } = this as unknown as Internals;
    if (rooms.size === 0 || flags?.volatile || nsp.name !== '/') {
      super.broadcast(packet, options);
      return;
    }
    const readers = this.readers(options);
    if (readers.length === 0) return;
    packet.nsp = nsp.name;
    const text = `4${encoder.encode(packet)[0]}`;
    const frame = readers.length < MANY || text.length > FRAMED_LIMIT ? undefined : framed(text);
    for (const reader of readers) reader.fast.send(text, frame);
  }

  /** Each connection once. */
  private readers({ rooms, except }: BroadcastOptions): Connection[] {
    const { sockets } = (this as unknown as Internals).nsp;
    const excepted = except !== undefined && except.size > 0 ? except : null;
    const seen = rooms.size > 1 ? new Set<SocketId>() : null;
    const readers: Connection[] = [];
    for (const room of rooms) {
      for (const id of this.rooms.get(room) ?? []) {
        if (seen?.has(id)) continue;
        seen?.add(id);
        if (excepted && this.isIn(excepted, id)) continue;
        const socket = sockets.get(id);
        const connection = socket && Connection.of(socket);
        if (connection) readers.push(connection);
      }
    }
    return readers;
  }

  private isIn(rooms: ReadonlySet<Room>, id: SocketId): boolean {
    for (const room of rooms) if (this.rooms.get(room)?.has(id)) return true;
    return false;
  }
}
