import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Observable } from 'rxjs';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import type { AppConfig } from '../config/config.js';
import { Dispatcher } from './dispatcher.js';
import { Drain } from './drain.js';
import { Nodes } from './nodes/nodes.js';
import { Publisher } from './publisher.js';
import { CorkedWebSocketServer } from './wire/corked-ws.js';
import { createParser } from './wire/parser.js';
import { requireUtf8 } from './wire/utf8-body.js';

/** Bytes of one frame or polling body: the longest message with every character escaped, and its envelope. */
const MAX_FRAME_BYTES = 128 * 1024;

/** A dead client is noticed within the sum of the two. Milliseconds. */
const PING_INTERVAL_MS = 15_000;
const PING_TIMEOUT_MS = 10_000;

/** A connection that has not sent CONNECT within this many milliseconds is closed. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Socket.IO on a port of its own, for all gateways.
 *
 * Nest would subscribe every handler of every gateway on every socket; here one dispatcher takes all commands
 * of a socket to the methods marked with `@Command`. Gateways may still use `@SubscribeMessage` for events of
 * their own: those go through Nest as usual.
 */
export class SocketIoAdapter extends IoAdapter {
  private readonly http: HttpServer = createServer((_request, response) => {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end('{"error":{"code":"UNKNOWN_COMMAND","message":"This port speaks Socket.IO only."}}');
  });
  private server: Server | null = null;

  constructor(
    private readonly app: INestApplication,
    private readonly config: AppConfig,
  ) {
    super(app);
  }

  override createIOServer(_port: number, options?: Partial<ServerOptions>): Server {
    if (this.server) return this.server;
    const { allowedOrigins } = this.config;
    const anyOrigin = allowedOrigins.includes('*');
    const drain = this.app.get(Drain);
    const server = new Server(this.http, {
      ...options,
      adapter: this.app.get(Nodes).adapterClass(),
      parser: createParser(),
      wsEngine: CorkedWebSocketServer,
      perMessageDeflate: false,
      httpCompression: false,
      serveClient: false,
      maxHttpBufferSize: MAX_FRAME_BYTES,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      cors: { origin: anyOrigin ? '*' : [...allowedOrigins] },
      // `cors` does not stop a WebSocket: browsers send no preflight for it.
      allowRequest: (request: IncomingMessage, allow) => {
        if (drain.isRefusing) {
          allow('going down', false);
          return;
        }
        const { origin } = request.headers;
        allow(null, anyOrigin || origin === undefined || allowedOrigins.includes(origin));
      },
    });
    this.http.prependListener('request', requireUtf8);
    const dispatcher = this.app.get(Dispatcher);
    server.on('connection', (socket) => dispatcher.attach(socket));
    this.app.get(Publisher).use(server);
    drain.use(server);
    this.server = server;
    return server;
  }

  override bindMessageHandlers(
    socket: Socket,
    handlers: MessageMappingProperties[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    if (handlers.length > 0) super.bindMessageHandlers(socket, handlers, transform);
  }

  /** Resolves with the port that it listens on. */
  async listen(): Promise<number> {
    const { socketPort, host } = this.config;
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen({ port: socketPort, host }, () => {
        this.http.off('error', reject);
        resolve();
      });
    });
    const address = this.http.address();
    return typeof address === 'object' && address ? address.port : socketPort;
  }

  override async close(server: Server): Promise<void> {
    if (!this.http.listening) return;
    await super.close(server);
  }
}
