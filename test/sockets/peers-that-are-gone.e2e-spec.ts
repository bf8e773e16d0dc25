import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ownInstallation, serving } from '../support/process.js';
import { RawSocket } from '../support/raw-socket.js';
import { World } from '../support/world.js';

/** As raw bytes: what a client sends for a WebSocket. */
const UPGRADE = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/** Well under what a stop may take; more than what is left to what is being answered. */
const STOPPED_WITHIN_MS = 5_000;

async function opened(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

describe('A client that is gone', () => {
  const own = ownInstallation();

  it('while its handshake waits does not end the process, whatever it asked for', async () => {
    const node = own.installed.start({ HOST: '127.0.0.1', DATABASE_URL: own.database.url });
    const { rest, sockets } = await serving(node);
    const port = Number(new URL(sockets).port);
    const ours = '/socket.io/?EIO=4&transport=websocket';
    for (const path of [ours, '/elsewhere']) {
      // More than are let in at once: when the first is, others wait.
      const peers = await Promise.all(Array.from({ length: 50 }, () => opened(port)));
      for (const [i, peer] of peers.entries()) peer.write(UPGRADE(i === 0 ? ours : path));
      await once(peers[0]!, 'data');
      for (const peer of peers) peer.resetAndDestroy();
      const raw = await RawSocket.connect(sockets);
      raw.close();
      expect((await fetch(`${rest}/health/live`)).status).toBe(200);
    }
    // REST upgrades to nothing, and answers as ever.
    const asking = await opened(Number(new URL(rest).port));
    asking.write(
      'GET /health/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
    );
    expect(String(await once(asking, 'data'))).toMatch(/^HTTP\/1.1 200/);
    asking.resetAndDestroy();
    expect((await fetch(`${rest}/health/live`)).status).toBe(200);
    node.kill('SIGTERM');
    expect(await node.exited).toBe(0);
  });

  it('or that never asks anything does not hold up a stop', async () => {
    const world = await World.start({ DRAIN_NOTICE_MS: '0', DRAIN_SPREAD_MS: '0' });
    const deaf = await RawSocket.connect(world.socketUrl);
    deaf.pause();
    const silent = await Promise.all([world.app.httpPort, world.app.socketPort].map(opened));
    const used = await opened(world.app.httpPort);
    used.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(used, 'data');
    // What is asked of it is never whole.
    const asking = await opened(world.app.httpPort);
    asking.write(
      'POST /chats HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    const began = performance.now();
    await world.app.stop();
    expect(performance.now() - began).toBeLessThan(STOPPED_WITHIN_MS);
    await world.stop();
    for (const socket of [...silent, used, asking]) socket.destroy();
    deaf.close();
  });
});
