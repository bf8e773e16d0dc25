import { once } from 'node:events';
import { connect } from 'node:net';
import { MAX_WAITING_BYTES } from '../../src/sockets/waiting-output.js';
import { RawPolling, RawSocket } from '../support/raw-socket.js';
import { LONGEST_AS_JSON } from '../support/texts.js';
import { eventually, World } from '../support/world.js';

jest.setTimeout(90_000);

/** What Linux holds of a connection over the loopback that nobody reads, with room to spare. */
const KERNEL_BYTES = 16 * 1024 * 1024;

/** Milliseconds within which the server has closed a connection on which only these bytes come, one a second. */
async function closedAfter(port: number, bytes: string): Promise<number> {
  const began = performance.now();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  let sent = 0;
  const drip = setInterval(() => {
    if (sent < bytes.length && socket.writable) socket.write(bytes[sent++]!);
  }, 500);
  await once(socket, 'close');
  clearInterval(drip);
  return performance.now() - began;
}

/** As `closedAfter`, for a request whose body never ends. */
async function closedWithin(port: number, line: string): Promise<number> {
  const began = performance.now();
  const head = 'Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{';
  const socket = connect(port, '127.0.0.1', () => socket.write(`${line} HTTP/1.1\r\n${head}`));
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'close');
  return performance.now() - began;
}

/** A connection of that person which is open and reads nothing any more. */
async function deafReader(world: World, userId: number): Promise<RawSocket> {
  const raw = await RawSocket.connect(world.socketUrl);
  await raw.ask('userOnline', String(userId));
  raw.pause();
  return raw;
}

describe('Connections that send their request slowly, or never', () => {
  it('are closed within 15 s on both ports, within 25 s where a body never ends, while others are answered', async () => {
    const world = await World.start();
    const requests = [
      '',
      'GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: abcdefghijklmnopqrstuvwxyz',
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n',
    ];
    const ports = [world.app.httpPort, world.app.socketPort];
    const slow = ports.flatMap((port) =>
      requests.flatMap((bytes) => [1, 2, 3].map(() => closedAfter(port, bytes))),
    );
    const handshakeOnly = RawSocket.open(world.socketUrl).then(async (raw) => {
      const began = performance.now();
      await raw.closed;
      return performance.now() - began;
    });
    const bodies = [
      closedWithin(world.app.httpPort, 'POST /chats'),
      closedWithin(world.app.socketPort, 'POST /socket.io/?EIO=4&transport=polling'),
    ];
    let closed = 0;
    for (const one of [...slow, handshakeOnly, ...bodies]) void one.then(() => closed++);
    const polling = await RawPolling.open(world.socketUrl);
    const alice = await world.person();
    await alice.ok('getChats');
    await world.http.get('/health/live').expect(200);
    // Whoever is made to wait by them waits until they are closed.
    expect(closed).toBe(0);
    for (const ms of await Promise.all([...slow, handshakeOnly])) expect(ms).toBeLessThan(15_000);
    for (const ms of await Promise.all(bodies)) expect(ms).toBeLessThan(25_000);
    expect(await polling.isOpen()).toBe(false);
    await world.stop();
  });
});

describe('A client that stops reading', () => {
  it('is disconnected at the maximum of waiting bytes, with all its sockets; others receive everything', async () => {
    const world = await World.start();
    const [alice, bob, deaf] = [await world.person(), await world.person(), world.newId()];
    await alice.ok('sendMessage', { receiverId: deaf, content: 'hello' });
    const sockets = await Promise.all([1, 2, 3].map(() => deafReader(world, deaf)));
    const isOnline = async () =>
      (await alice.ok<{ userId: number }[]>('getOnlineUsers')).some(({ userId }) => userId === deaf);
    expect(await isOnline()).toBe(true);
    const content = 'x'.repeat(10_000);
    const send = (receiverId: number) =>
      Promise.all(Array.from({ length: 20 }, () => alice.ok('sendMessage', { receiverId, content })));
    let bytes = 0;
    for (; bytes < 12 * MAX_WAITING_BYTES && (await isOnline()); bytes += 20 * content.length)
      await send(deaf);
    // The server holds the cap and as much again at most; the rest is in the kernel's buffers of both sides.
    expect(bytes).toBeLessThan(2 * MAX_WAITING_BYTES + KERNEL_BYTES);
    expect(await isOnline()).toBe(false);
    for (let i = 0; i < 10; i++) await send(bob.userId);
    await eventually(() => bob.unread('newMessage').length === 200);
    for (const socket of sockets) socket.close();
    await world.stop();
  });

  it('is cut off also when it asks for page after page', async () => {
    const world = await World.start();
    const { alice, bob, chatId } = await world.pair();
    const content = LONGEST_AS_JSON;
    for (let i = 0; i < 100; i += 20) {
      await Promise.all(Array.from({ length: 20 }, () => alice.ok('sendMessage', { chatId, content })));
    }
    const deaf = await deafReader(world, bob.userId);
    bob.close();
    for (let i = 0; i < 240; i++) deaf.send(`42${i}["getMessages",{"chatId":${chatId},"limit":100}]`);
    await eventually(async () => {
      // A slow machine may refuse it as too late while it makes all those pages: then ask again.
      const online = await alice.ask('getOnlineUsers');
      if (online.ok)
        return (online.data as { userId: number }[]).every(({ userId }) => userId !== bob.userId);
      expect(online.error.code).toBe('UNAVAILABLE');
      return false;
    });
    deaf.close();
    await world.stop();
  });

  it('is not confused with a client that reads large pages', async () => {
    const world = await World.start();
    const { alice, bob, chatId } = await world.pair();
    for (let i = 0; i < 5; i++) {
      await Promise.all(
        Array.from({ length: 20 }, () => alice.ok('sendMessage', { chatId, content: '漢'.repeat(10_000) })),
      );
    }
    const pages = await Promise.all(
      Array.from({ length: 12 }, () =>
        bob.ok<{ messages: unknown[] }>('getMessages', { chatId, limit: 100 }),
      ),
    );
    // A quarter of a mebibyte each.
    expect(pages.map(({ messages }) => messages.length)).toEqual(pages.map(() => 8));
    await world.stop();
  });
});
