import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Pair {
  client: Socket;
  upstream: Socket;
}

/** A TCP proxy in front of PostgreSQL that can fail as networks and servers do. */
export class Proxy {
  private readonly pairs = new Set<Pair>();
  private server: Server;
  private frozen = false;

  private constructor(
    private readonly target: URL,
    private port: number,
  ) {
    this.server = this.makeServer();
  }

  /** On a free port of 127.0.0.1, in front of the server of this connection string. */
  static async before(databaseUrl: string): Promise<Proxy> {
    const proxy = new Proxy(new URL(databaseUrl), 0);
    await proxy.listen();
    return proxy;
  }

  /** The connection string, through the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** Stops forwarding in both directions; new connections are accepted, but get no answers. */
  freeze(): void {
    this.frozen = true;
    for (const pair of this.pairs) hold(pair);
  }

  /** Forwards the held data, and everything after it. */
  resume(): void {
    if (!this.frozen) return;
    this.frozen = false;
    for (const pair of this.pairs) join(pair);
  }

  /** Breaks every connection; new ones are accepted. */
  cut(): void {
    for (const { client, upstream } of this.pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  /**
   * Breaks the first open connection that sends this text, when its answer comes: the statement has run, but the client
   * gets no answer. Resolves then.
   */
  loseAnswerTo(text: string): Promise<void> {
    return new Promise((resolve) => {
      const open = [...this.pairs];
      const look = open.map(({ client, upstream }) => (chunk: Buffer) => {
        if (!chunk.includes(text)) return;
        open.forEach((pair, i) => pair.client.off('data', look[i]!));
        upstream.unpipe(client);
        upstream.once('data', () => {
          client.destroy();
          upstream.destroy();
          resolve();
        });
        upstream.resume();
      });
      open.forEach((pair, i) => pair.client.on('data', look[i]!));
    });
  }

  /** Breaks every connection, and refuses new ones. */
  async refuse(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.cut();
    await closed;
  }

  /** Accepts connections again, on the same port. */
  async accept(): Promise<void> {
    this.server = this.makeServer();
    await this.listen();
  }

  async close(): Promise<void> {
    this.resume();
    if (this.server.listening) await this.refuse();
  }

  private makeServer(): Server {
    return createServer({ allowHalfOpen: true }, (client) => {
      const upstream = connect({
        host: this.target.hostname,
        port: Number(this.target.port || 5432),
        allowHalfOpen: true,
      });
      const pair = { client, upstream };
      this.pairs.add(pair);
      for (const [socket, peer] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        socket.on('error', () => undefined);
        socket.on('close', () => {
          peer.end();
          if (peer.destroyed) this.pairs.delete(pair);
        });
      }
      if (!this.frozen) join(pair);
    });
  }

  private async listen(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }
}

function join({ client, upstream }: Pair): void {
  client.pipe(upstream);
  upstream.pipe(client);
}

function hold({ client, upstream }: Pair): void {
  client.unpipe(upstream);
  upstream.unpipe(client);
  client.pause();
  upstream.pause();
}
