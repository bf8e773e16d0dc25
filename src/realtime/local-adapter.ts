import { Adapter, type BroadcastOptions, type Room, type SocketId } from 'socket.io-adapter';

/** Up to so many readers an event's text is framed for each; framing it once for all costs more. */
const FEW = 4;

/** What Socket.IO's adapters use of a socket beyond its public interface. */
interface Reader {
  client: { writeToEngine(packets: unknown[], options: { preEncoded: boolean }): void };
}

/** A packet that the adapter completes. */
interface Packet {
  type: number;
  data: unknown[];
  nsp?: string;
}

/** Socket.IO types these as `any`. */
interface Internals {
  encoder: { encode(packet: Packet): unknown[] };
  nsp: { name: string; sockets: ReadonlyMap<SocketId, Reader> };
}

/**
 * Socket.IO's in-memory adapter, leaner where it matters here: most events have one or two readers, or none at
 * all on this node, and then nothing is encoded.
 */
export class LocalAdapter extends Adapter {
  override broadcast(packet: Packet, options: BroadcastOptions): void {
    const readers = this.readers(options);
    if (readers === null) {
      super.broadcast(packet, options);
      return;
    }
    if (readers.length === 0) return;
    const { encoder, nsp } = this as unknown as Internals;
    packet.nsp = nsp.name;
    const encoded = encoder.encode(packet);
    const written = { preEncoded: true };
    for (const reader of readers) reader.client.writeToEngine(encoded, written);
  }

  /** Each reader once; null when they are many, or all. */
  private readers({ rooms, except, flags }: BroadcastOptions): Reader[] | null {
    if (rooms.size === 0 || flags?.volatile) return null;
    const { nsp } = this as unknown as Internals;
    const readers: Reader[] = [];
    for (const room of rooms) {
      const ids = this.rooms.get(room);
      if (!ids) continue;
      if (readers.length + ids.size > FEW) return null;
      for (const id of ids) {
        if (except && this.isIn(except, id)) continue;
        const socket = nsp.sockets.get(id);
        if (socket && !readers.includes(socket)) readers.push(socket);
      }
    }
    return readers;
  }

  private isIn(rooms: ReadonlySet<Room>, id: SocketId): boolean {
    for (const room of rooms) if (this.rooms.get(room)?.has(id)) return true;
    return false;
  }
}
