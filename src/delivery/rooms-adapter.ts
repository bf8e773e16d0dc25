import type { Namespace } from 'socket.io';
import { Adapter, type BroadcastOptions, type Room, type SocketId } from 'socket.io-adapter';
import type { Bus } from '../common/bus.js';
import type { Broker, LocalSockets, Order, Place, Target } from './broker/broker.js';
import { chatIdOf, isPresenceRoom, userIdOf } from './broker/room-names.js';
import type { Text } from './encoding/envelope.js';
import { framed } from './encoding/frames.js';
import { type Recipient, recipientOf } from './recipient.js';
import { internalsOf, type Packet } from './socket-io-internals.js';
import { VersionOrder } from './version-order.js';

/** From this many readers on a text is framed once for all; for fewer readers each connection frames it itself. */
const MANY = 5;

/** From this many characters on, a text is framed once for any two readers: each frame of its own would hold a copy. */
const LARGE = 16_384;

/**
 * The rooms of Socket.IO across all nodes. An event goes first to this node's sockets, then, through the broker, to
 * those of the other nodes. It is encoded once: other nodes get the same text as the sockets, and the fast path sends
 * it.
 *
 * Other nodes are not queried: `fetchSockets`, acks of a broadcast and `serverSideEmit` cover this node only. Nothing
 * is volatile: events also go to sockets that cannot take them at once.
 */
export class RoomsAdapter extends Adapter implements LocalSockets {
  /** Rises with every order to join or leave: memberships that were read before it are outdated. */
  orders = 0;
  private marks = 0;
  private readonly order = new VersionOrder();

  constructor(
    nsp: Namespace,
    private readonly broker: Broker,
    private readonly bus: Bus,
  ) {
    super(nsp);
    this.on('create-room', (room: Room) => this.roomChanged(room));
    this.on('delete-room', (room: Room) => this.roomChanged(room));
    this.on('leave-room', (room: Room, id: SocketId) => this.left(room, id));
  }

  /** Sends a text of Engine.IO's protocol to sockets of all nodes. */
  publish(text: Text, target: Target): void {
    this.deliver(text, target.rooms, target.except, target.place);
    this.broker.publish(text, target);
  }

  /** As `publish`, but to sockets of this node only. Events of one chat leave in the order of its versions. */
  deliver(text: Text, rooms: readonly Room[], except: readonly Room[], place: Place | null = null): void {
    if (place === null) this.send(text, rooms, except);
    else
      this.order.pass(
        place,
        () => this.send(text, rooms, except),
        () => rooms.some((room) => this.rooms.has(room)),
      );
  }

  private send(text: Text, rooms: readonly Room[], except: readonly Room[]): void {
    const readers = this.readers(rooms, except);
    const isShared = readers.length >= (text.length > LARGE ? 2 : MANY);
    const frame = isShared ? framed(text) : undefined;
    // What queues keeps the text too: one for all.
    const shared = text.length > LARGE && isShared ? text.toString() : text;
    for (const reader of readers) reader.send(shared, frame);
  }

  override broadcast(packet: Packet, { rooms, except, flags }: BroadcastOptions): void {
    const { encoder, nsp } = internalsOf(this);
    packet.nsp = nsp.name;
    const text = `4${encoder.encode(packet)[0]}`;
    const target = { rooms: [...rooms], except: [...(except ?? [])], unless: null, place: null };
    if (flags?.local) this.deliver(text, target.rooms, target.except);
    else this.publish(text, target);
  }

  /** Once it has resolved, this socket receives everything that is published to the rooms. */
  override addAll(id: SocketId, rooms: Set<Room>): Promise<void> | void {
    void super.addAll(id, rooms);
    if (rooms.size === 1 && rooms.has(id)) return;
    return this.broker.heard(rooms) ?? undefined;
  }

  override addSockets(options: BroadcastOptions, rooms: Room[]): void {
    this.join(options, rooms);
    this.broker.order({ do: 'join', rooms, ...audienceOf(options) });
  }

  override delSockets(options: BroadcastOptions, rooms: Room[]): void {
    this.leave(options, rooms);
    this.broker.order({ do: 'leave', rooms, ...audienceOf(options) });
  }

  override disconnectSockets(options: BroadcastOptions, close: boolean): void {
    super.disconnectSockets(options, close);
    this.broker.order({ do: 'disconnect', close, ...audienceOf(options) });
  }

  obey(order: Order): void {
    const options = { rooms: new Set(order.of), except: new Set(order.except ?? []), flags: {} };
    if (order.do === 'look') this.bus.emit('tokensRevokedElsewhere', null);
    else if (order.do === 'disconnect') super.disconnectSockets(options, order.close);
    else if (order.do === 'join') this.join(options, [...order.rooms], order.at);
    else this.leave(options, [...order.rooms], order.at);
  }

  /** Has the sockets of all nodes that are in the rooms `of` join a chat's room or leave it, by the change with version `at`. */
  move(order: Order & { do: 'join' | 'leave' }): void {
    this.obey(order);
    this.broker.order(order);
  }

  *hosted(): Iterable<Room> {
    for (const room of this.rooms.keys()) if (!this.sids.has(room)) yield room;
  }

  has(room: Room): boolean {
    return this.rooms.has(room) && !this.sids.has(room);
  }

  isSocket(room: Room): boolean {
    return this.sids.has(room);
  }

  /** Carries out an order to enter or leave a chat in its place among the events of the chat that wait. */
  private obeyInOrder(rooms: readonly Room[], order: () => void, at?: number): void {
    const chatId = rooms.length === 1 ? chatIdOf(rooms[0]!) : null;
    this.orders++;
    if (chatId === null) order();
    else this.order.after(chatId, order, at);
  }

  private join(options: BroadcastOptions, rooms: Room[], at?: number): void {
    this.obeyInOrder(rooms, () => this.joinNow(options, rooms), at);
  }

  private joinNow(options: BroadcastOptions, rooms: Room[]): void {
    this.orders++;
    super.addSockets(options, rooms);
    const joined = new Set(rooms.filter((room) => this.has(room)));
    // What was published before that did not arrive here, and unlike at the start of a connection nobody waits for it.
    void this.broker
      .heard(joined)
      ?.then(() => this.bus.emit('eventsMissed', { rooms: joined, orders: false }));
  }

  private leave(options: BroadcastOptions, rooms: Room[], at?: number): void {
    const leaveNow = () => {
      this.orders++;
      super.delSockets(options, rooms);
    };
    this.obeyInOrder(rooms, leaveNow, at);
  }

  private roomChanged(room: Room): void {
    if (!this.sids.has(room)) this.broker.roomChanged(room);
  }

  private left(room: Room, connectionId: SocketId): void {
    if (isPresenceRoom(room)) return;
    this.bus.emit('socketLeft', { connectionId, userId: userIdOf(room), chatId: chatIdOf(room) });
  }

  /** Each connection once. A connection is marked when it is found; the excluded ones are marked first. */
  private readers(rooms: readonly Room[], except: readonly Room[]): Recipient[] {
    const { sockets } = internalsOf(this).nsp;
    const mark = ++this.marks;
    const readers: Recipient[] = [];
    const look = (ids: Iterable<SocketId> | undefined, found: Recipient[] | null) => {
      if (ids === undefined) return;
      for (const id of ids) {
        const socket = sockets.get(id);
        const recipient = socket && recipientOf(socket);
        if (recipient === undefined || recipient.mark === mark) continue;
        recipient.mark = mark;
        found?.push(recipient);
      }
    };
    for (const room of except) look(this.rooms.get(room), null);
    if (rooms.length === 0) look(sockets.keys(), readers);
    for (const room of rooms) look(this.rooms.get(room), readers);
    return readers;
  }
}

function audienceOf({ rooms, except }: BroadcastOptions): { of: Room[]; except: Room[] } {
  return { of: [...rooms], except: [...(except ?? [])] };
}
