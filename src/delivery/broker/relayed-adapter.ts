import type { BroadcastOptions, Room, SocketId } from 'socket.io-adapter';
import { RoomsAdapter, type Target } from '../rooms-adapter.js';
import type { Text } from '../encoding/envelope.js';
import { isUserRoom } from '../room-names.js';
import type { LocalSockets, RedisBroker } from './redis-broker.js';
import type { FrameHeader, NodeMessage } from './node-messages.js';

/** Socket.IO types these as `any`. */
interface Internals {
  encoder: { encode(packet: unknown): unknown[] };
  nsp: { name: string };
}

type Packet = Parameters<RoomsAdapter['broadcast']>[0];

/** A packet that is encoded already. */
class Framed {
  nsp = '/';
  readonly type = 2;
  readonly data: unknown[] = [];

  constructor(readonly frame: string) {}
}

/** Hears of what did not reach this node. */
export interface Losses {
  /** Sockets in these rooms have missed events. */
  events(rooms: ReadonlySet<Room>): void;
  /** Sockets in these rooms, or all, have missed events, and orders to join and leave. */
  orders(rooms: ReadonlySet<Room> | null): void;
}

/**
 * Rooms that reach over all nodes: first this node's sockets, then, through the relay, those of the others. An event
 * is encoded once; the text that travels is the one that sockets get.
 *
 * Answers of other nodes are not asked for: `fetchSockets`, acks of a broadcast and `serverSideEmit` know this node only.
 */
export class RelayedAdapter extends RoomsAdapter implements LocalSockets {
  constructor(
    nsp: ConstructorParameters<typeof RoomsAdapter>[0],
    private readonly relay: RedisBroker,
    private readonly losses: Losses,
  ) {
    super(nsp);
    const internals = this as unknown as Internals;
    const { encoder } = internals;
    internals.encoder = {
      encode: (packet) => (packet instanceof Framed ? [packet.frame] : encoder.encode(packet)),
    };
    this.on('create-room', (room: Room) => this.changed(room));
    this.on('delete-room', (room: Room) => this.changed(room));
    relay.use(this);
  }

  override addAll(id: SocketId, rooms: Set<Room>): Promise<void> | void {
    void super.addAll(id, rooms);
    if (rooms.size === 1 && rooms.has(id)) return;
    return this.relay.heard(rooms) ?? undefined;
  }

  override broadcast(packet: Packet, options: BroadcastOptions): void {
    if (options.flags?.local) {
      super.broadcast(packet, options);
      return;
    }
    const { encoder, nsp } = this as unknown as Internals;
    packet.nsp = nsp.name;
    const frame = encoder.encode(packet)[0] as string;
    super.broadcast(new Framed(frame), options);
    const { rooms, except = [], flags } = options;
    this.pass(frame, [...rooms], this.headerOf([...except], flags?.volatile, null));
  }

  override tell(text: Text, { rooms, except, unless }: Target): void {
    this.deliver(text, rooms, except);
    this.pass(text.toString().slice(1), rooms, this.headerOf(except, false, unless));
  }

  override addSockets(options: BroadcastOptions, rooms: Room[]): void {
    this.put(options, rooms);
    this.order({ do: 'join', rooms }, options);
  }

  override delSockets(options: BroadcastOptions, rooms: Room[]): void {
    super.delSockets(options, rooms);
    this.order({ do: 'leave', rooms }, options);
  }

  override disconnectSockets(options: BroadcastOptions, close: boolean): void {
    super.disconnectSockets(options, close);
    this.order({ do: 'disconnect', close }, options);
  }

  /** Rooms with sockets here, each socket's own left out. */
  *hosted(): Iterable<Room> {
    for (const room of this.rooms.keys()) if (!this.sids.has(room)) yield room;
  }

  has(room: Room): boolean {
    return this.rooms.has(room) && !this.sids.has(room);
  }

  hear(message: NodeMessage, room: Room | null): void {
    if (message.kind === 'frame') {
      const { header, frame } = message;
      if (header?.unless !== undefined && this.has(header.unless)) return;
      const rooms = room === null ? (header?.rooms ?? []) : [room];
      const except = header?.except ?? [];
      if (rooms.length > 0 && !header?.volatile) {
        this.deliver(`4${frame}`, rooms, except);
        return;
      }
      const flags = header?.volatile ? { volatile: true } : {};
      super.broadcast(new Framed(frame), { rooms: new Set(rooms), except: new Set(except), flags });
      return;
    }
    const { order } = message;
    if (order.do === 'sync') {
      this.losses.orders(room === null ? null : new Set([room]));
      return;
    }
    const options: BroadcastOptions = {
      rooms: new Set(order.of),
      except: new Set(order.except ?? []),
      flags: {},
    };
    if (order.do === 'join') this.put(options, order.rooms);
    else if (order.do === 'leave') super.delSockets(options, order.rooms);
    else super.disconnectSockets(options, order.close);
  }

  private put(options: BroadcastOptions, rooms: Room[]): void {
    super.addSockets(options, rooms);
    const hosted = rooms.filter((room) => this.has(room));
    const heard = this.relay.heard(hosted);
    // What was published until then did not come here, and nobody waits for it as at the start of a connection.
    if (heard) void heard.then(() => this.losses.events(new Set(hosted)));
  }

  private changed(room: Room): void {
    if (!this.sids.has(room)) this.relay.roomChanged(room);
  }

  /** The rooms as other nodes know them: not those of single sockets, which are all here. Null: none is left. */
  private shared(rooms: readonly Room[]): Room[] | null {
    if (rooms.length === 0) return [];
    // Groups before people: in a message to both, who is in the group hears it there.
    const shared = [...new Set(rooms)].filter((room) => !this.sids.has(room)).sort(byPersons);
    return shared.length > 0 ? shared : null;
  }

  private pass(frame: string, rooms: readonly Room[], header: FrameHeader | null): void {
    const shared = this.shared(rooms);
    if (shared !== null) this.relay.frame(frame, shared, header);
  }

  private headerOf(
    except: readonly Room[],
    volatile: boolean | undefined,
    unless: Room | null,
  ): FrameHeader | null {
    const others = this.othersOf(except);
    if (others === undefined && !volatile && unless === null) return null;
    return {
      ...(others ? { except: others } : {}),
      ...(volatile ? { volatile: true } : {}),
      ...(unless === null ? {} : { unless }),
    };
  }

  private othersOf(except: readonly Room[]): Room[] | undefined {
    const others = except.filter((room) => !this.sids.has(room));
    return others.length > 0 ? others : undefined;
  }

  private order(
    order: { do: 'join' | 'leave'; rooms: Room[] } | { do: 'disconnect'; close: boolean },
    options: BroadcastOptions,
  ): void {
    const of = this.shared([...options.rooms]);
    if (of === null) return;
    const except = this.othersOf([...(options.except ?? [])]);
    this.relay.order({ ...order, of, ...(except ? { except } : {}) });
  }
}

function byPersons(a: Room, b: Room): number {
  return Number(isUserRoom(a)) - Number(isUserRoom(b));
}
