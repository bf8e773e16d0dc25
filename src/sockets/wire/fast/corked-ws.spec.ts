import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket } from 'ws';
import {
  CorkedWebSocketServer,
  UNSENT_LIMIT,
  WRITES_AT_ONCE,
  writeGathered,
  type CorkedWebSocket,
} from './corked-ws.js';

type Pair = { server: CorkedWebSocket; client: WebSocket; socket: Socket; writes: jest.SpyInstance };

let http: Server;
let engine: CorkedWebSocketServer;
const clients: WebSocket[] = [];

beforeEach(async () => {
  http = createServer().listen(0, '127.0.0.1');
  engine = new CorkedWebSocketServer({ noServer: true, clientTracking: false });
  await once(http, 'listening');
});

afterEach(() => {
  for (const client of clients.splice(0)) client.terminate();
  http.closeAllConnections();
  http.close();
});

async function pair(): Promise<Pair> {
  const accepted = new Promise<Omit<Pair, 'client'>>((resolve) =>
    http.once('upgrade', (request, socket: Socket, head) =>
      engine.handleUpgrade(request, socket, head, (server) => {
        resolve({ server, socket, writes: jest.spyOn(socket, 'write') });
      }),
    ),
  );
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  clients.push(client);
  const [side] = await Promise.all([accepted, once(client, 'open')]);
  return { ...side, client };
}

/** Resolves to the messages the client gets until it has `count`. */
function received(client: WebSocket, count: number): Promise<string[]> {
  const messages: string[] = [];
  return new Promise((resolve) => {
    client.on('message', (data: Buffer) => {
      messages.push(data.toString());
      if (messages.length === count) resolve(messages);
    });
  });
}

describe('a corked WebSocket', () => {
  it('writes all frames of one turn at once, in order', async () => {
    const { server, client, writes } = await pair();
    const got = received(client, 100);
    const sent = Array.from({ length: 100 }, (_, i) => `message ${i} ${'é'.repeat(i)}`);
    for (const message of sent) server.send(message);
    expect(await got).toEqual(sent);
    expect(writes).toHaveBeenCalledTimes(1);
  });

  it('keeps texts, bytes, large, control and close frames in order', async () => {
    const { server, client } = await pair();
    const order: string[] = [];
    client.on('message', (data: Buffer) => order.push(`message ${data.length}`));
    client.on('ping', () => order.push('ping'));
    client.on('pong', () => order.push('pong'));
    client.on('close', (code) => order.push(`close ${code}`));
    const closed = once(client, 'close');
    server.send('a');
    server.send(Buffer.alloc(2));
    server.ping();
    server.send('b'.repeat(3));
    server.send('c'.repeat(100_000));
    server.send('');
    server.send('text as a fragmentable message', { compress: false });
    server.pong();
    server.send('d'.repeat(20_000), { binary: true });
    server.close(4000);
    await closed;
    expect(order).toEqual([
      'message 1',
      'message 2',
      'ping',
      'message 3',
      'message 100000',
      'message 0',
      'message 30',
      'pong',
      'message 20000',
      'close 4000',
    ]);
  });

  it('writes to a bounded number of connections per turn, with one write for each', async () => {
    const pairs: Pair[] = [];
    for (let i = 0; i < 3 * WRITES_AT_ONCE + 2; i++) pairs.push(await pair());
    const got = Promise.all(pairs.map(({ client }) => received(client, 3)));
    const written = () => pairs.filter(({ writes }) => writes.mock.calls.length > 0).length;
    for (const text of ['a', 'b']) for (const { server } of pairs) server.send(text);
    expect(written()).toBe(0);
    writeGathered();
    expect(written()).toBe(WRITES_AT_ONCE);
    await new Promise(setImmediate);
    expect(written()).toBe(2 * WRITES_AT_ONCE);
    for (const { server } of pairs) server.send('c');
    expect(await got).toEqual(pairs.map(() => ['a', 'b', 'c']));
    expect(pairs.map(({ writes }) => writes.mock.calls.length)).toEqual(
      pairs.map((_, i) => (i < 2 * WRITES_AT_ONCE ? 2 : 1)),
    );
  });

  it('writes before the end of the turn on writeGathered', async () => {
    const { server, client, writes } = await pair();
    const got = received(client, 3);
    server.send('a');
    server.send('b');
    writeGathered();
    expect(writes).toHaveBeenCalledTimes(1);
    writeGathered();
    expect(writes).toHaveBeenCalledTimes(1);
    server.send('c');
    expect(await got).toEqual(['a', 'b', 'c']);
    expect(writes).toHaveBeenCalledTimes(2);
  });

  it('answers at once while little is unsent', async () => {
    const { server } = await pair();
    const written = jest.fn();
    server.send('small', written);
    expect(written).toHaveBeenCalledWith();
  });

  it('answers past the limit only when the kernel has taken the frame', async () => {
    const { server, client } = await pair();
    client.pause();
    const message = 'x'.repeat(8 * 1024);
    let answered = 0;
    let sent = 0;
    // Fill the kernel buffers of a peer that does not read.
    while (answered === sent) {
      for (let i = 0; i < 4; i++) server.send(message, () => answered++);
      sent += 4;
      await new Promise(setImmediate);
      await new Promise(setImmediate);
    }
    expect(server.bufferedAmount).toBeGreaterThanOrEqual(UNSENT_LIMIT);
    const got = received(client, sent);
    client.resume();
    await got;
    await new Promise(setImmediate);
    expect(answered).toBe(sent);
  });

  it('keeps the unsent bytes of a slow connection apart from those of others', async () => {
    const slow = await pair();
    const others = [await pair(), await pair()];
    slow.client.pause();
    const expected: string[] = [];
    let answered = 0;
    for (let i = 0; answered === i; i++) {
      const message = `${i} `.repeat(1_500);
      slow.server.send(message, () => answered++);
      expected.push(message);
      for (const { server } of others) server.send(`other ${i}`.repeat(500));
      await new Promise(setImmediate);
    }
    const got = received(slow.client, expected.length);
    slow.client.resume();
    expect((await got).every((message, i) => message === expected[i])).toBe(true);
  });

  it('does not recurse without end when each answer sends again', async () => {
    const { server, client } = await pair();
    const got = received(client, 20_000);
    let sent = 0;
    const again = () => {
      if (sent < 20_000) server.send(String(sent++), again);
    };
    again();
    expect(await got).toEqual(Array.from({ length: 20_000 }, (_, i) => String(i)));
  });

  it('closes, and fails the waiting callbacks, when the peer is gone', async () => {
    const { server, socket } = await pair();
    const closed = once(server, 'close');
    const early = jest.fn();
    const late = new Promise((resolve) => {
      server.send('early', early);
      server.send('late'.repeat(4_000), () => undefined);
      for (let i = 0; i < 5; i++) server.send('y'.repeat(UNSENT_LIMIT / 5), i === 4 ? resolve : undefined);
    });
    socket.destroy();
    await closed;
    expect(early).toHaveBeenCalledWith();
    await late;
    await expect(new Promise((resolve) => server.send('after', resolve))).resolves.toBeInstanceOf(Error);
  });

  it('fails the callback of a frame that can no longer be written', async () => {
    const { server, client, socket } = await pair();
    client.pause();
    let unanswered = false;
    while (!unanswered) {
      unanswered = true;
      server.send('x'.repeat(8 * 1024), () => (unanswered = false));
      await new Promise(setImmediate);
    }
    const answer = new Promise((resolve) => server.send('last', resolve));
    socket.destroy();
    await expect(answer).resolves.toBeInstanceOf(Error);
  });

  it('still writes what was sent before the peer ended its side', async () => {
    const { server, client, socket } = await pair();
    const got = received(client, 1);
    socket.once('end', () => undefined);
    socket.prependListener('end', () => server.send('just in time'));
    (client as unknown as { _socket: Socket })._socket.end();
    expect(await got).toEqual(['just in time']);
  });

  it('is closed at a bounded rate when many peers end at once, and is sent nothing meanwhile', async () => {
    const pairs: Pair[] = [];
    for (let i = 0; i < 200; i++) pairs.push(await pair());
    const ended = pairs.map(({ socket }) => once(socket, 'end'));
    const closed = pairs.map(({ server }) => once(server, 'close') as Promise<[number, Buffer]>);
    const others = ['setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'nextTick'] as const;
    jest.useFakeTimers({ doNotFake: [...others, 'queueMicrotask', 'performance', 'hrtime', 'Date'] });
    for (const { client } of pairs) (client as unknown as { _socket: Socket })._socket.end();
    await Promise.all(ended);
    for (const { server, writes } of pairs) {
      expect(server.readyState).not.toBe(WebSocket.OPEN);
      expect(server.trySend('anybody there?')).toBe(false);
      expect(writes).not.toHaveBeenCalled();
    }
    // Ten are closed at once, and ten more every 5 ms.
    const left = () => pairs.filter(({ socket }) => !socket.writableEnded).length;
    expect(left()).toBe(190);
    jest.advanceTimersToNextTimer();
    expect(left()).toBe(180);
    jest.advanceTimersByTime(1_000);
    jest.useRealTimers();
    for (const [code] of await Promise.all(closed)) expect(code).toBe(1006);
  });

  it('refuses compression', () => {
    expect(() => new CorkedWebSocketServer({ noServer: true, perMessageDeflate: true })).toThrow(
      'perMessageDeflate',
    );
  });

  describe('with a taker', () => {
    /** Texts that the taker took and texts that it left to the listeners, in one list. */
    function heard(server: CorkedWebSocket, takes: (text: string) => boolean): string[] {
      const texts: string[] = [];
      server.taker = { take: (text) => takes(text) && texts.push(`taken ${text}`) > 0 };
      server.on('message', (data: Buffer) => texts.push(`left ${data.toString()}`));
      return texts;
    }

    it('gives it whole texts first, and everything else to the listeners, in order', async () => {
      const { server, client } = await pair();
      const texts = heard(server, (text) => !text.startsWith('leave'));
      client.send('one');
      client.send('leave this');
      client.send('frag', { fin: false });
      client.ping();
      client.send('mented', { fin: true });
      client.send('ü'.repeat(100_000));
      client.send('last');
      client.ping('done');
      await new Promise<void>((resolve) => {
        client.on('pong', (data: Buffer) => data.toString() === 'done' && resolve());
      });
      expect(texts.slice(0, 4).map((text) => text.slice(0, 20))).toEqual([
        'taken one',
        'left leave this',
        'left fragmented',
        `left ${'ü'.repeat(15)}`,
      ]);
      // Which of the two depends on whether it arrived in one chunk.
      expect(texts.slice(4)).toEqual([expect.stringMatching(/^(taken|left) last$/)]);
    });

    it('gets the same messages however the bytes are split', async () => {
      const { server, socket } = await pair();
      const texts = heard(server, () => true);
      const sent = Array.from({ length: 200 }, (_, i) => `${i} ${'é'.repeat(i % 90)}`);
      const bytes = Buffer.concat(sent.map((text) => clientFrame(text)));
      for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7 + 3) % 311) {
        socket.emit('data', Buffer.from(bytes.subarray(at, at + Math.max(size, 1))));
        if (size === 0) size = 1;
      }
      expect(texts.map((text) => text.replace(/^(taken|left) /, ''))).toEqual(sent);
    });

    it('takes nothing after the connection is closed', async () => {
      const { server, client } = await pair();
      const texts = heard(server, (text) => {
        if (text === 'bye') server.close();
        return true;
      });
      client.send('bye');
      client.send('too late');
      await once(client, 'close');
      expect(texts).toEqual(['taken bye', 'left too late']);
    });
  });

  describe('trySend', () => {
    it('writes with the other frames of the turn, in order', async () => {
      const { server, client, writes } = await pair();
      const got = received(client, 3);
      server.send('one');
      expect(server.trySend('two')).toBe(true);
      server.send('three');
      expect(await got).toEqual(['one', 'two', 'three']);
      expect(writes).toHaveBeenCalledTimes(1);
    });

    it('refuses what is too large, what would pass the limit of unsent bytes, and a closed connection', async () => {
      const { server, client } = await pair();
      expect(server.trySend('x'.repeat(16 * 1024 + 1))).toBe(false);
      let taken = 0;
      while (server.trySend('x'.repeat(1024))) taken++;
      expect(taken).toBe(UNSENT_LIMIT / 1024);
      const got = received(client, taken);
      await got;
      server.close();
      expect(server.trySend('late')).toBe(false);
    });
  });
});

/** A frame as a client masks it, of at most 65,535 bytes. */
function clientFrame(text: string): Buffer {
  const body = Buffer.from(text);
  const mask = [7, 0, 201, 99];
  for (let i = 0; i < body.length; i++) body[i] = body[i]! ^ mask[i & 3]!;
  const size = body.length < 126 ? [0x80 | body.length] : [0x80 | 126, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([0x81, ...size, ...mask]), body]);
}
