import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { Server, type Socket as ServerSocket } from 'socket.io';
import { io, type ManagerOptions, type Socket as ClientSocket, type SocketOptions } from 'socket.io-client';
import { CorkedWebSocketServer } from '../../src/sockets/wire/fast/corked-ws.js';
import { Encoded } from '../../src/delivery/encoding/encoded.js';
import { createParser, RefusedPayload } from '../../src/sockets/wire/parser.js';
import { RawSocket } from '../support/raw-socket.js';

type Ack = (answer: unknown) => void;

/** The part of Engine.IO's connection that its types leave out. */
type Connection = { writeBuffer: unknown[] };

let http: HttpServer;
let server: Server;
let url: string;
const clients: ClientSocket[] = [];
const raws: RawSocket[] = [];

beforeEach(async () => {
  http = createServer();
  server = new Server(http, { parser: createParser(), wsEngine: CorkedWebSocketServer });
  server.on('connection', (socket) => {
    socket.on('join', (room: string, ack: Ack) => {
      void socket.join(room);
      ack({ ok: true });
    });
    socket.on('echo', (value: unknown, ack: Ack) =>
      ack(
        value instanceof RefusedPayload
          ? { ok: false, error: { code: 'PAYLOAD_REFUSED' } }
          : { ok: true, value },
      ),
    );
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  for (const raw of raws.splice(0)) raw.close();
  await server.close();
});

async function connect(options: Partial<ManagerOptions & SocketOptions> = {}): Promise<ClientSocket> {
  const client = io(url, { forceNew: true, transports: ['websocket'], ...options });
  clients.push(client);
  await new Promise<void>((resolve, reject) => client.once('connect', resolve).once('connect_error', reject));
  return client;
}

function serverSide(client: ClientSocket): ServerSocket {
  return server.of('/').sockets.get(client.id!)!;
}

/** Resolves to the payloads of `count` events. */
function take(client: ClientSocket, event: string, count: number): Promise<unknown[]> {
  const payloads: unknown[] = [];
  return new Promise((resolve) => {
    client.on(event, (payload: unknown) => {
      payloads.push(payload);
      if (payloads.length === count) resolve(payloads);
    });
  });
}

/** A client of bare frames, past the handshakes. */
async function raw(): Promise<RawSocket> {
  const socket = await RawSocket.connect(url);
  raws.push(socket);
  return socket;
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe.each([
  ['websocket', { transports: ['websocket'] }],
  ['polling', { transports: ['polling'] }],
  ['polling and then websocket', { transports: ['polling', 'websocket'] }],
])('a stock client over %s', (_name, options) => {
  it('gets 5,000 events in order', async () => {
    const client = await connect(options);
    const got = take(client, 'tick', 5_000);
    const socket = serverSide(client);
    for (const i of numbers(5_000)) {
      socket.emit('tick', i);
      if (i % 97 === 0) await new Promise(setImmediate);
    }
    expect(await got).toEqual(numbers(5_000));
  });

  it('gets an ack for each of 1,000 commands', async () => {
    const client = await connect(options);
    const values = numbers(1_000).map((i) => ({
      i,
      text: 'é😀'.repeat(i % 50),
      list: [null, true, { deep: [i] }],
    }));
    const answers = await Promise.all(
      values.map((value) => client.timeout(10_000).emitWithAck('echo', value)),
    );
    expect(answers).toEqual(values.map((value) => ({ ok: true, value })));
  });

  it('answers with an ack when the server asks', async () => {
    const client = await connect(options);
    client.on('question', (value: number, ack: Ack) => ack(value + 1));
    expect(await serverSide(client).timeout(5_000).emitWithAck('question', 1)).toBe(2);
  });
});

it('keeps order through the upgrade from polling to websocket', async () => {
  // Held back until the namespace is joined and events flow over polling.
  const held: (() => void)[] = [];
  let holds = true;
  server.engine.use((request: IncomingMessage, _response: ServerResponse, next: () => void) => {
    if (request.headers.upgrade && holds) held.push(next);
    else next();
  });
  const client = await connect({ transports: ['polling', 'websocket'] });
  const socket = serverSide(client);
  expect(socket.conn.transport.name).toBe('polling');
  const got: number[] = [];
  client.on('tick', (i: number) => got.push(i));
  let sent = 0;
  let after = 0;
  while (after < 200) {
    socket.emit('tick', sent++);
    if (got.length > 0) {
      holds = false;
      for (const next of held.splice(0)) next();
    }
    if (socket.conn.transport.name === 'websocket') after++;
    await new Promise(setImmediate);
  }
  await client.timeout(5_000).emitWithAck('echo', 'all arrived');
  expect(got).toEqual(numbers(sent));
});

it('reaches a room, and others not, with one write a turn for each member', async () => {
  const tcp: TcpSocket[] = [];
  http.on('connection', (socket: TcpSocket) => tcp.push(socket));
  const members = [await connect(), await connect(), await connect()];
  const stranger = await connect();
  const strays = jest.fn();
  stranger.onAny(strays);
  for (const member of members) await member.emitWithAck('join', 'chat');
  const writes = tcp.map((socket) => jest.spyOn(socket, 'write'));
  const got = members.map((member) => take(member, 'news', 300));
  for (const i of numbers(300)) {
    if (i % 3 === 0) server.to('chat').emit('news', i);
    else if (i % 3 === 1) server.to('chat').emit('news', Encoded.of(i));
    else for (const member of members) serverSide(member).emit('news', i);
  }
  for (const payloads of await Promise.all(got)) expect(payloads).toEqual(numbers(300));
  await stranger.emitWithAck('echo', 'all arrived');
  expect(strays).not.toHaveBeenCalled();
  expect(writes.map((write) => write.mock.calls.length)).toEqual([1, 1, 1, expect.any(Number)]);
});

it('sends what was emitted before a disconnect', async () => {
  const client = await connect({ reconnection: false });
  const got = take(client, 'last', 1);
  const reason = new Promise((resolve) => client.once('disconnect', resolve));
  serverSide(client).emit('last', 'words');
  serverSide(client).disconnect(true);
  expect(await got).toEqual(['words']);
  expect(await reason).toBe('io server disconnect');
});

it('serves a client again that reconnects after its connection was cut', async () => {
  const client = await connect({ reconnectionDelay: 10, reconnectionDelayMax: 20 });
  for (const i of numbers(3)) {
    const back = new Promise<void>((resolve) => client.once('connect', resolve));
    serverSide(client).conn.close();
    await back;
    expect(await client.emitWithAck('echo', i)).toEqual({ ok: true, value: i });
  }
});

it('shows a slow reader in writeBuffer, and loses nothing when it reads on', async () => {
  const reader = await raw();
  const socket = [...server.of('/').sockets.values()][0]!;
  const waiting = () => (socket.conn as unknown as Connection).writeBuffer.length;
  const padding = 'x'.repeat(4_000);
  reader.pause();
  let sent = 0;
  while (waiting() < 500) {
    for (let i = 0; i < 50; i++) socket.emit('tick', sent++, padding);
    await new Promise(setImmediate);
  }
  reader.resume();
  while (reader.unread.length < sent) await new Promise(setImmediate);
  expect(reader.unread.map((frame) => Number(/\["tick",(\d+)/.exec(frame)?.[1]))).toEqual(numbers(sent));
  expect(waiting()).toBe(0);
});

describe('bad input', () => {
  it('closes the connection on credentials of 100,000 brackets, and only that one', async () => {
    const bystander = await connect();
    const socket = await raw();
    socket.send(`40/x,{"a":${'['.repeat(100_000)}`);
    await socket.closed;
    expect(await bystander.emitWithAck('echo', 1)).toEqual({ ok: true, value: 1 });
  });

  it.each([
    ['a binary event', ['451-7["echo",{"_placeholder":true,"num":0}]', Buffer.from([1])]],
    ['a binary event that lies about its attachments', ['459999999-7["echo"]']],
    ['a broken frame', ['427["echo"']],
  ])('answers %s with a coded error, and what came before and comes after', async (_name, frames) => {
    const socket = await raw();
    socket.send('426["echo",1]');
    for (const frame of frames) socket.send(frame);
    socket.send('428["echo",2]');
    const answers = [await socket.next(), await socket.next(), await socket.next()].sort();
    expect(answers).toEqual([
      '436[{"ok":true,"value":1}]',
      '437[{"ok":false,"error":{"code":"PAYLOAD_REFUSED"}}]',
      '438[{"ok":true,"value":2}]',
    ]);
  });

  it.each([
    ['a binary frame', Buffer.from([4, 2, 1])],
    ['an unknown packet type', '49["echo"]'],
    ['a reserved event', '42["disconnect"]'],
  ])('keeps the connection on %s', async (_name, frame) => {
    const socket = await raw();
    socket.send(frame);
    socket.send('428["echo",2]');
    expect(await socket.next()).toBe('438[{"ok":true,"value":2}]');
  });

  it.each([
    ['nested too deep', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['of 60,000 keys', JSON.stringify(Object.fromEntries(numbers(60_000).map((i) => [`k${i}`, i])))],
  ])('answers a command %s with a coded error and keeps the connection', async (_name, payload) => {
    const socket = await raw();
    socket.send(`4217["echo",${payload}]`);
    expect(await socket.next()).toBe('4317[{"ok":false,"error":{"code":"PAYLOAD_REFUSED"}}]');
    socket.send('4218["echo",1]');
    expect(await socket.next()).toBe('4318[{"ok":true,"value":1}]');
  });
});
