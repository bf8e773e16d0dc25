import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { WebSocket } from 'ws';
import { WaitingOutput } from './waiting-output.js';
import { CorkedWebSocketServer } from './wire/fast/corked-ws.js';
import { engineOf, type WebSocketInternals } from './wire/internals.js';

const MIB = 1024 * 1024;
/** More than the kernel takes on the way to a reader that reads nothing. */
const MORE_THAN_THE_KERNEL = 24;

/** The server's side of a connection, and its client. */
interface Reader {
  socket: Socket;
  client: WebSocket;
  disconnected: Promise<unknown>;
}

describe.each([
  ['fast', CorkedWebSocketServer],
  ['stock', undefined],
])('What waits for slow readers, on the %s path,', (_, wsEngine) => {
  let http: HttpServer;
  let server: Server;
  let waiting: WaitingOutput;
  const clients: WebSocket[] = [];

  beforeEach(async () => {
    http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    server = new Server(http, { perMessageDeflate: false, ...(wsEngine && { wsEngine }) });
    waiting = new WaitingOutput();
    waiting.follow(server);
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.terminate();
    waiting.onApplicationShutdown();
    await server.close();
  });

  const tcpOf = (client: WebSocket) => (client as unknown as WebSocketInternals)._socket;

  async function reader(owner: number, { reads } = { reads: true }): Promise<Reader> {
    const { port } = http.address() as AddressInfo;
    const client = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
    clients.push(client);
    client.once('message', () => client.send('40'));
    const [socket] = (await once(server, 'connection')) as [Socket];
    waiting.belongs(engineOf(socket), () => owner);
    if (!reads) tcpOf(client).pause();
    return { socket, client, disconnected: once(socket, 'disconnect') };
  }

  function send({ socket }: Reader, mib: number): void {
    for (let i = 0; i < mib; i++) socket.emit('page', 'x'.repeat(MIB));
  }

  it('is counted in bytes, not in characters', async () => {
    waiting.bounds.connection = 24 * MIB;
    const deaf = await reader(1, { reads: false });
    for (let i = 0; i < 10; i++) deaf.socket.emit('page', '漢'.repeat(MIB));
    await deaf.disconnected;
    expect(waiting.bytes).toBe(0);
  });

  it('ends the connection for which most waits, when its owner is beyond the bound, and nobody else', async () => {
    Object.assign(waiting.bounds, { connection: 100 * MIB, owner: 30 * MIB });
    const [most, less, other] = [
      await reader(1, { reads: false }),
      await reader(1, { reads: false }),
      await reader(2, { reads: false }),
    ];
    // In one turn of the event loop nobody can take any of it.
    send(other, 20);
    send(most, 20);
    send(less, 12);
    await most.disconnected;
    expect([less.socket.connected, other.socket.connected]).toEqual([true, true]);
  });

  it('ends the connection for which most waits, when the node is beyond its bound', async () => {
    Object.assign(waiting.bounds, { connection: 100 * MIB, owner: 100 * MIB, node: 30 * MIB });
    const [less, most] = [await reader(1, { reads: false }), await reader(2, { reads: false })];
    send(less, 12);
    send(most, 20);
    await most.disconnected;
    expect(less.socket.connected).toBe(true);
  });

  it('ends a connection that takes nothing in time, whatever it sends', async () => {
    Object.assign(waiting.bounds, {
      connection: 100 * MIB,
      owner: 100 * MIB,
      deadAfterMs: 300,
      lookEveryMs: 50,
    });
    const [dead, alive] = [await reader(1, { reads: false }), await reader(2)];
    const pongs = setInterval(() => dead.client.readyState === WebSocket.OPEN && dead.client.send('3'), 20);
    send(dead, MORE_THAN_THE_KERNEL);
    send(alive, MORE_THAN_THE_KERNEL);
    await dead.disconnected;
    clearInterval(pongs);
    expect(alive.socket.connected).toBe(true);
  });

  it('is nothing once readers have read', async () => {
    waiting.bounds.connection = 100 * MIB;
    const slow = await reader(1, { reads: false });
    send(slow, MORE_THAN_THE_KERNEL);
    expect(waiting.bytes).toBeGreaterThan(0);
    let got = 0;
    const all = new Promise<void>((resolve) =>
      slow.client.on('message', () => ++got === MORE_THAN_THE_KERNEL && resolve()),
    );
    tcpOf(slow.client).resume();
    await all;
    slow.socket.emit('one more');
    await new Promise((resolve) => slow.client.once('message', resolve));
    expect(waiting.bytes).toBe(0);
    expect(slow.socket.connected).toBe(true);
  });
});
