import type { Server as HttpServer } from 'node:http';
import { Injectable } from '@nestjs/common';
import { type Namespace, Server, type ServerOptions, type Socket } from 'socket.io';
import { Adapter } from 'socket.io-adapter';
import { Bus } from '../common/bus.js';
import { Broker } from './broker/broker.js';
import { RoomsAdapter } from './rooms-adapter.js';

interface Made {
  server: Server;
  rooms: RoomsAdapter;
  flush: () => void;
}

/**
 * The Socket.IO server of this node. The edge creates it when Nest asks for it, before the first `onModuleInit`; before
 * that it cannot be used.
 */
@Injectable()
export class SocketServer {
  private made: Made | null = null;

  constructor(
    private readonly broker: Broker,
    private readonly bus: Bus,
  ) {}

  /** Creates the server, once. `flush` writes at once what connections keep for the end of the turn. */
  create(http: HttpServer, options: Partial<ServerOptions>, { flush }: { flush: () => void }): Server {
    const { broker, bus } = this;
    // Called with `new`, so no arrow function. Other namespaces have no rooms of ours.
    const adapter = function (namespace: Namespace): Adapter {
      return namespace.name === '/' ? new RoomsAdapter(namespace, broker, bus) : new Adapter(namespace);
    };
    const server = new Server(http, { ...options, adapter });
    this.made = { server, rooms: server.of('/').adapter as RoomsAdapter, flush };
    return server;
  }

  /** @throws Error before `create`. */
  get server(): Server {
    return this.created().server;
  }

  /** The rooms of its sockets. */
  get rooms(): RoomsAdapter {
    return this.created().rooms;
  }

  /** Its sockets by their ids. */
  get sockets(): ReadonlyMap<string, Socket> {
    return this.server.of('/').sockets;
  }

  /** Its connections, including those that have not sent CONNECT yet. */
  get connections(): number {
    return this.made?.server.engine.clientsCount ?? 0;
  }

  /** Writes what was sent in this turn of the event loop now. */
  flush(): void {
    this.created().flush();
  }

  private created(): Made {
    if (!this.made) throw new Error('The Socket.IO server does not exist yet: call create() first');
    return this.made;
  }
}
