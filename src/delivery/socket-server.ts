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
 * The Socket.IO server of this node. The edge makes it when Nest asks for it, before the first `onModuleInit`; until then
 * it can't be used.
 */
@Injectable()
export class SocketServer {
  private made: Made | null = null;

  constructor(
    private readonly broker: Broker,
    private readonly bus: Bus,
  ) {}

  /** Makes the server, once. `flush` writes at once what connections gather to be written at the end of the turn. */
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

  /** @throws Error before it is made. */
  get server(): Server {
    return this.there().server;
  }

  /** The rooms of its sockets. */
  get rooms(): RoomsAdapter {
    return this.there().rooms;
  }

  /** Its sockets by their ids. */
  get sockets(): ReadonlyMap<string, Socket> {
    return this.server.of('/').sockets;
  }

  /** Its connections, those that have not sent CONNECT yet included. */
  get connections(): number {
    return this.made?.server.engine.clientsCount ?? 0;
  }

  /** What was sent in this turn of the event loop leaves now. */
  flush(): void {
    this.there().flush();
  }

  private there(): Made {
    if (!this.made) throw new Error('The Socket.IO server is not made yet');
    return this.made;
  }
}
