import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Observable } from 'rxjs';
import type { Server, ServerOptions, Socket } from 'socket.io';
import type { AppConfig } from '../config/config.js';
import { AppError } from '../contract/index.js';
import { Limits } from '../commands/limits/limits.js';
import { admit, type Admission } from '../common/http/admission.js';
import { MAX_BODY_BYTES } from '../common/http/declared-bytes.js';
import { listen } from '../common/http/listen.js';
import type { PageGuard } from '../common/http/page-guard.js';
import { PREFLIGHT_SECONDS } from '../common/http/refusals.js';
import { isForSockets, SOCKET_PATH } from '../common/http/socket-path.js';
import { boundServer } from '../common/http/server-bounds.js';
import { followConnections } from '../common/http/unused-connections.js';
import { Dispatcher } from './dispatcher.js';
import { countOpen, handshakeGuard, refuse } from './handshake-limits.js';
import { Handlers } from './handlers.js';
import { Handshake } from './handshake.js';
import { Lifecycle } from '../common/lifecycle.js';
import { ReadinessCheck } from '../common/readiness.js';
import { SocketServer } from '../delivery/socket-server.js';
import { boundPolling } from './polling-input.js';
import { socketAdmission } from './admission.js';
import { WaitingOutput } from './waiting-output.js';
import { createWire } from './wire/create-wire.js';
import { connectionOf, type EngineRequest } from './wire/internals.js';
import { requireUtf8 } from './wire/utf8-body.js';

/** A dead client is noticed within the sum of the two. Milliseconds. */
const PING_INTERVAL_MS = 15_000;
const PING_TIMEOUT_MS = 10_000;

/** A connection that has not sent CONNECT within this many milliseconds is closed. */
const CONNECT_TIMEOUT_MS = 10_000;

const ignore = () => undefined;

/** What looks at the input of Socket.IO's requests first. Call it when the admission of the server is set. */
function guardInput(boundPolls: (request: IncomingMessage, response: ServerResponse) => void) {
  return (http: HttpServer): void => {
    http.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      if (!isForSockets(request)) return;
      boundPolls(request, response);
      requireUtf8(request);
    });
    // Node hands over the socket of an upgrade without listeners, and an upgrade waits in a pacer before `ws` adds one.
    // Without this listener a connection reset would end the process.
    http.prependListener('upgrade', (_request, socket) => socket.on('error', ignore));
  };
}

/**
 * Socket.IO for all gateways, on a port of its own and on that of REST.
 *
 * Nest would subscribe every handler of every gateway on every socket. Here one dispatcher passes all commands of a
 * socket to the methods marked with `@Command`. Gateways may still use `@SubscribeMessage` for events of their own:
 * Nest handles those as usual.
 */
export class SocketIoAdapter extends IoAdapter {
  private readonly http: HttpServer = createServer((request, response) => {
    const refused = this.pages.refusalOf(request, 'SOCKET_PORT');
    const message = 'This port is for Socket.IO only: send REST requests to PORT.';
    refuse(
      Object.assign(request, { res: response }),
      refused ?? new AppError('UNKNOWN_COMMAND', { message }),
    );
  });
  /** Closes unused connections at once, and all others after the given milliseconds. */
  readonly endConnections = followConnections(this.http, { upgrades: true });
  private server: Server | null = null;
  private guardInput: ((http: HttpServer) => void) | null = null;
  private shared: { engine: Server['engine']; admission: Admission } | null = null;

  constructor(
    private readonly app: INestApplication,
    private readonly config: AppConfig,
    private readonly pages: PageGuard,
  ) {
    super(app);
  }

  override createIOServer(_port: number, options?: Partial<ServerOptions>): Server {
    if (this.server) return this.server;
    const { socketWire } = this.config;
    const { pages } = this;
    const limits = this.app.get(Limits);
    const handlers = this.app.get(Handlers);
    const meterOf = (request: IncomingMessage) =>
      limits.meterOf(request, connectionOf(server, request.url ?? '')?.request);
    const wire = createWire(socketWire, {
      isCommand: (name) => handlers.of(name) !== undefined,
      measured: limits.on,
      meterOf,
    });
    const settings: Partial<ServerOptions> = {
      ...options,
      ...wire.serverOptions(),
      path: SOCKET_PATH,
      perMessageDeflate: false,
      httpCompression: false,
      serveClient: false,
      maxHttpBufferSize: MAX_BODY_BYTES,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      cors: { origin: pages.corsOrigin, maxAge: PREFLIGHT_SECONDS },
      allowRequest: handshakeGuard(this.app.get(Lifecycle), this.app.get(ReadinessCheck), limits),
    };
    const server: Server = this.app
      .get(SocketServer)
      .create(this.http, settings, { flush: () => wire.flush() });
    // Before every request and upgrade. `cors` does not stop a WebSocket: browsers send no preflight for it.
    server.engine.use((request: EngineRequest, _response: unknown, next: () => void) => {
      const refused = pages.refusalOf(request, 'SOCKET_PORT');
      if (refused === null) next();
      else refuse(request, refused);
    });
    // Nest adds one listener per gateway, so many listeners are no leak.
    server.of('/').setMaxListeners(0);
    const admission = socketAdmission(pages, limits, server);
    this.guardInput = guardInput(boundPolling(server, meterOf));
    this.shared = { engine: server.engine, admission };
    admit(this.http, admission);
    this.guardInput(this.http);
    boundServer(this.http);
    countOpen(server, limits);
    this.app.get(WaitingOutput).follow(server);
    this.app.get(Handshake).guard(server);
    const dispatcher = this.app.get(Dispatcher);
    server.on('connection', (socket) => dispatcher.attach(socket, wire));
    this.server = server;
    return server;
  }

  /**
   * Serves Socket.IO on the port of another server too, below its path, with all that guards it here. For one server,
   * once the application is initialised and before it listens.
   *
   * @param admitBy sets that server's admission; requests for Socket.IO have to pass the one that it is given.
   */
  alsoServe(http: HttpServer, admitBy: (sockets: Admission) => void): void {
    if (this.shared === null || this.guardInput === null) throw new Error('Initialise the application first');
    this.shared.engine.attach(http, { path: SOCKET_PATH });
    admitBy(this.shared.admission);
    this.guardInput(http);
  }

  /** All gateways share the disconnect listener of a socket, but Nest binds it once per gateway. */
  override bindClientDisconnect(socket: Socket, callback: () => void): void {
    const data = socket.data as { disconnectIsBound?: boolean };
    if (data.disconnectIsBound) return;
    data.disconnectIsBound = true;
    super.bindClientDisconnect(socket, callback);
  }

  override bindMessageHandlers(
    socket: Socket,
    handlers: MessageMappingProperties[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    if (handlers.length > 0) super.bindMessageHandlers(socket, handlers, transform);
  }

  /** Resolves with the port it listens on. */
  listen(): Promise<number> {
    return listen(this.http, this.config.socketPort, this.config.listenOn);
  }

  override async close(server: Server): Promise<void> {
    if (!this.http.listening) return;
    await super.close(server);
  }
}
