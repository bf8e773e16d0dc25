import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';

/** Takes TCP connections to whichever of its nodes is next: what stands before several nodes. */
export class Balancer {
  private turn = 0;

  private constructor(
    private readonly server: Server,
    /** URLs of the nodes that get new connections; those that there are stay. */
    public nodes: string[],
  ) {}

  static async before(nodes: string[]): Promise<Balancer> {
    const server = createServer();
    const balancer = new Balancer(server, nodes);
    server.on('connection', (client) => {
      const { hostname, port } = new URL(balancer.nodes[balancer.turn++ % balancer.nodes.length]!);
      const upstream = connect(Number(port), hostname);
      for (const [socket, peer] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        socket.on('error', () => undefined);
        socket.on('close', () => peer.destroy());
      }
      client.pipe(upstream).pipe(client);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }
}
