import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket as ClientSocket } from 'socket.io-client';
import type { Socket } from 'socket.io';
import { Bus } from '../../src/common/bus.js';
import type { Broker, Target } from '../../src/delivery/broker/broker.js';
import type { Recipient } from '../../src/delivery/recipient.js';
import { SocketServer } from '../../src/delivery/socket-server.js';
import { eventually } from './world.js';

/** A client at a node, and the names of the events that it received, in order. */
export class Reader {
  readonly heard: string[] = [];

  constructor(
    readonly client: ClientSocket,
    /** The server's side of the connection. */
    readonly socket: Socket,
  ) {
    client.onAny((event: string) => this.heard.push(event));
  }
}

/** A node with only sockets, rooms and a broker, without the rest of the application. */
export class BrokerNode {
  /** The reports of the broker: `restored`, `missed <rooms>`, `lost`. */
  readonly said: string[] = [];
  private readonly server: SocketServer;
  private readonly http = createServer();
  private readonly clients: ClientSocket[] = [];

  constructor(readonly broker: Broker) {
    this.server = new SocketServer(broker, new Bus());
    const server = this.server.create(this.http, {}, { flush: () => undefined });
    server.on('connection', (socket) => {
      const recipient: Recipient = {
        socket,
        id: socket.id,
        userId: null,
        mark: 0,
        send: (text) => void socket.conn.write(text.toString().slice(1)),
      };
      (socket.data as { connection?: Recipient }).connection = recipient;
    });
    broker.start(this.server.rooms, {
      restored: async () => void this.said.push('restored'),
      missed: (rooms) => this.said.push(`missed ${rooms === null ? 'all' : [...rooms].sort().join()}`),
      lost: () => this.said.push('lost'),
    });
  }

  get io() {
    return this.server.server;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', resolve));
  }

  /** A client whose socket is in these rooms. */
  async reader(...rooms: string[]): Promise<Reader> {
    const { port } = this.http.address() as AddressInfo;
    const client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
    this.clients.push(client);
    await new Promise<void>((resolve, reject) => {
      client.once('connect', resolve);
      client.once('connect_error', reject);
    });
    await eventually(() => this.server.sockets.has(client.id!));
    const socket = this.server.sockets.get(client.id!)!;
    await socket.join(rooms);
    return new Reader(client, socket);
  }

  /** Sends sockets of all nodes an event without a payload. */
  publish(event: string, rooms: readonly string[], options: Partial<Target> = {}): void {
    this.server.rooms.publish(`42["${event}"]`, { rooms, except: [], unless: null, place: null, ...options });
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.disconnect();
    await this.io.close();
  }
}
