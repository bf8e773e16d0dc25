import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { fixedPort } from './ports.js';

/** A connection that goes through the proxy. */
interface Line {
  client: Socket;
  server: Socket;
  /** Data from the server is dropped. */
  deaf: boolean;
}

/** A proxy between clients and servers that makes their connections fail as networks do. */
export class Proxy {
  /** Ports to which new connections go, in turn; none: they are refused. */
  targets: readonly number[];
  private readonly lines = new Set<Line>();
  private next = 0;
  private holds = false;

  private constructor(
    private readonly listener: Server,
    readonly port: number,
    targets: readonly number[],
  ) {
    this.targets = targets;
  }

  static async to(...targets: readonly number[]): Promise<Proxy> {
    const port = await fixedPort();
    const listener = createServer({ noDelay: true });
    const proxy = new Proxy(listener, port, targets);
    listener.on('connection', (client) => proxy.carry(client));
    listener.listen(port, '127.0.0.1');
    await once(listener, 'listening');
    return proxy;
  }

  /** The open connections. */
  get open(): readonly Line[] {
    return [...this.lines];
  }

  /** From now on data from the server is lost, and data from the client still arrives, until `cut`. */
  deafen(line: Line): void {
    line.deaf = true;
  }

  /** Both ends see a reset. */
  cut(line: Line): void {
    this.lines.delete(line);
    line.client.resetAndDestroy();
    line.server.resetAndDestroy();
  }

  /** Carries nothing in either direction and closes nothing, like a network that swallows packets. */
  hold(): void {
    this.holds = true;
    for (const { client, server } of this.lines) for (const end of [client, server]) end.pause();
  }

  /** Carries the held data now. */
  letGo(): void {
    this.holds = false;
    for (const { client, server } of this.lines) for (const end of [client, server]) end.resume();
  }

  async close(): Promise<void> {
    for (const line of this.open) this.cut(line);
    this.listener.close();
    await once(this.listener, 'close');
  }

  private carry(client: Socket): void {
    client.on('error', () => undefined);
    const target = this.targets[this.next++ % this.targets.length];
    if (target === undefined) return void client.resetAndDestroy();
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
      if (this.holds) end.pause();
      end.on('error', () => undefined);
      end.on('close', () => {
        this.lines.delete(line);
        other.destroy();
      });
    }
  }
}
