import { Adapter, type BroadcastOptions, type Room, type SocketId } from 'socket.io-adapter';
import type { Socket } from 'socket.io';
import { Connection } from '../sockets/connection.js';
import type { Text } from './encoding/envelope.js';
import { framed } from './encoding/frames.js';

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

/** Whom a text is for. */
export interface Target {
  rooms: readonly Room[];
  except: readonly Room[];
  /** Other nodes that have sockets in this room tell nobody. */
  unless: Room | null;
}

/** Socket.IO types these as `any`. */
interface Internals {
  encoder: { encode(packet: Packet): [string] };
  nsp: { name: string; sockets: ReadonlyMap<SocketId, Socket> };
}

/**
 * Socket.IO's in-memory adapter, leaner where it matters here: what is broadcast is encoded once, if anybody is there
 * to read it, and goes to each by the fast path.
 */
export class RoomsAdapter extends Adapter {
  /** Rises with every order to join or leave: whoever read memberships before it has read old ones. */
  orders = 0;
  private marks = 0;

  override addSockets(options: BroadcastOptions, rooms: Room[]): void {
    this.orders++;
    super.addSockets(options, rooms);
  }

  override delSockets(options: BroadcastOptions, rooms: Room[]): void {
    this.orders++;
    super.delSockets(options, rooms);
  }

  override broadcast(packet: Packet, options: BroadcastOptions): void {
    const { rooms, except, flags } = options;
    const { encoder, nsp } = this as unknown as Internals;
    if (rooms.size === 0 || flags?.volatile || nsp.name !== '/') {
      super.broadcast(packet, options);
      return;
    }
    const readers = this.readers([...rooms], [...(except ?? [])]);
    if (readers.length === 0) return;
    packet.nsp = nsp.name;
    send(`4${encoder.encode(packet)[0]}`, readers);
  }

  /** Sends a text of Engine.IO's protocol to all sockets in `rooms` that are in none of `except`, once to each. */
  tell(text: Text, { rooms, except }: Target): void {
    this.deliver(text, rooms, except);
  }

  /** The same, to the sockets of this node. */
  deliver(text: Text, rooms: readonly Room[], except: readonly Room[]): void {
    send(text, this.readers(rooms, except));
  }

  /** Each connection once: those that are in are marked, and those that are to be left out before. */
  private readers(rooms: readonly Room[], except: readonly Room[]): Connection[] {
    const { sockets } = (this as unknown as Internals).nsp;
    const mark = ++this.marks;
    const readers: Connection[] = [];
    const look = (room: Room, found: Connection[] | null) => {
      const ids = this.rooms.get(room);
      if (ids === undefined) return;
      for (const id of ids) {
        const socket = sockets.get(id);
        const connection = socket && Connection.of(socket);
        if (connection === undefined || connection.mark === mark) continue;
        connection.mark = mark;
        found?.push(connection);
      }
    };
    for (const room of except) look(room, null);
    for (const room of rooms) look(room, readers);
    return readers;
  }
}

function send(text: Text, readers: readonly Connection[]): void {
  const frame = readers.length < MANY || text.length > FRAMED_LIMIT ? undefined : framed(text);
  for (const reader of readers) reader.fast.send(text, frame);
}
