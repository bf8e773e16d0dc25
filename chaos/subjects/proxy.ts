import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { fixedPort } from './ports.js';

/** A connection that goes through the proxy. */
interface Line {
  client: Socket;
  server: Socket;
  /** What the server says is dropped. */
  deaf: boolean;
}

/** Stands between clients and a server, and does to their connections what networks do. */
export class Proxy {
  private readonly lines = new Set<Line>();

  private constructor(
    private readonly listener: Server,
    readonly port: number,
  ) {}

  static async to(target: number): Promise<Proxy> {
    const port = await fixedPort();
    const listener = createServer({ noDelay: true });
    const proxy = new Proxy(listener, port);
    listener.on('connection', (client) => proxy.carry(client, target));
    listener.listen(port, '127.0.0.1');
    await once(listener, 'listening');
    return proxy;
  }

  /** The connections there are. */
  get open(): readonly Line[] {
    return [...this.lines];
  }

  /** From now on what the server sends is lost; what the client sends still arrives. Only `cut` ends it. */
  deafen(line: Line): void {
    line.deaf = true;
  }

  /** Both ends see a reset. */
  cut(line: Line): void {
    this.lines.delete(line);
    line.client.resetAndDestroy();
    line.server.resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const line of this.open) this.cut(line);
    this.listener.close();
    await once(this.listener, 'close');
  }

  private carry(client: Socket, target: number): void {
    const server = connect({ port: target, host: '127.0.0.1', noDelay: true });
    const line: Line = { client, server, deaf: false };
    this.lines.add(line);
    client.on('data', (chunk) => server.write(chunk));
    server.on('data', (chunk) => {
      if (!line.deaf) client.write(chunk);
    });
    for (const [end, other] of [
      [client, server],
      [server, client],
    ] as const) {
      end.on('error', () => undefined);
      end.on('close', () => {
        this.lines.delete(line);
        other.destroy();
      });
    }
  }
}
