import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Server, type Socket } from 'socket.io';
import { WebSocket } from 'ws';
import { projectRoot } from '../../common/project-root.js';
import {
  CHECKED_VERSIONS,
  clientOf,
  emitClose,
  type EngineConnection,
  engineOf,
  type WebSocketInternals,
} from './internals.js';
import { createParser } from './parser.js';

/** Fails after each upgrade: README.md in this folder says what to check before you change the versions. */
describe('The undocumented fields of ws, Engine.IO and Socket.IO', () => {
  let http: HttpServer;
  let server: Server;
  let client: WebSocket;
  let socket: Socket;
  let engine: EngineConnection;
  let ws: WebSocketInternals;
  const packets: unknown[] = [];

  beforeAll(async () => {
    http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    server = new Server(http, { parser: createParser({}, true) });
    server.engine.on('connection', (connection: EngineConnection) =>
      connection.on('packetCreate', (packet) => packets.push(packet)),
    );
    const { port } = http.address() as AddressInfo;
    client = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
    client.once('message', () => client.send('40'));
    [[socket]] = await Promise.all([
      once(server, 'connection') as Promise<[Socket]>,
      new Promise<void>((resolve) =>
        client.on('message', (data: Buffer) => data.toString().startsWith('40') && resolve()),
      ),
    ]);
    engine = engineOf(socket);
    ws = engine.transport.socket as unknown as WebSocketInternals;
  });

  afterAll(async () => {
    client.terminate();
    await server.close();
  });

  it('were checked in the installed versions', () => {
    const installed = Object.keys(CHECKED_VERSIONS).map((name) => {
      const text = readFileSync(join(projectRoot(), 'node_modules', name, 'package.json'), 'utf8');
      return [name, (JSON.parse(text) as { version: string }).version];
    });
    expect(Object.fromEntries(installed)).toEqual(CHECKED_VERSIONS);
    // There must be one copy of ws: sockets of a second copy would not be instances of our WebSocket.
    const ofEngine = createRequire(createRequire(import.meta.filename).resolve('engine.io')).resolve('ws');
    expect(ofEngine).toBe(createRequire(import.meta.filename).resolve('ws'));
  });

  it('exist in a WebSocket of ws', () => {
    expect(ws).toBeInstanceOf(WebSocket);
    expect(typeof ws._socket.write).toBe('function');
    expect(typeof ws._sender.sendFrame).toBe('function');
    expect(ws._readyState).toBe(WebSocket.OPEN);
    expect(typeof emitClose).toBe('function');
    const { _receiver } = ws;
    expect(typeof _receiver.write).toBe('function');
    const { _maxPayload, _state, _bufferedBytes, _fragmented, _loop, writableLength } = _receiver;
    expect({ _maxPayload, _state, _bufferedBytes, _fragmented, _loop, writableLength }).toEqual({
      _maxPayload: 1e6,
      _state: 0,
      _bufferedBytes: 0,
      _fragmented: 0,
      _loop: false,
      writableLength: 0,
    });
    expect(_receiver.listeners('error')).toEqual([expect.any(Function)]);
  });

  it('tell what Engine.IO makes of what is no packet', () => {
    const reasons: [string, unknown][] = [];
    engine.onClose = (reason, description) => reasons.push([reason, description]);
    ws._receiver.write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x7a]));
    ws._receiver.write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x32]));
    delete (engine as Partial<EngineConnection>).onClose;
    expect(reasons).toEqual([
      ['parse error', undefined],
      ['transport error', new Error('invalid heartbeat direction')],
    ]);
    expect(typeof engine.onClose).toBe('function');
  });

  it('tell whether ws is between two messages', () => {
    const { _receiver } = ws;
    const read = (...bytes: number[]) => _receiver.write(Buffer.from(bytes));
    // Engine.IO's pong in two frames, the header of the second in two parts; then a text in two parts.
    read(0x01, 0x81, 0, 0, 0, 0, 0x33);
    expect([_receiver._state, _receiver._fragmented]).toEqual([0, 1]);
    read(0x80);
    expect(_receiver._bufferedBytes).toBe(1);
    read(0x80, 0, 0, 0, 0);
    expect([_receiver._state, _receiver._bufferedBytes, _receiver._fragmented]).toEqual([0, 0, 0]);
    read(0x81, 0x85, 0, 0);
    expect(_receiver._state).not.toBe(0);
    read(0, 0, 0x34, 0x32, 0x5b, 0x31, 0x5d);
    expect([_receiver._state, _receiver._bufferedBytes]).toEqual([0, 0]);
  });

  it('exist in a connection of Engine.IO', () => {
    expect(engine.readyState).toBe('open');
    expect(engine.writeBuffer).toEqual([]);
    expect(engine.transport.writable).toBe(true);
    expect(engine.hasRefreshedPingTimeout).toBe(false);
    expect('pingTimeoutTimer' in engine).toBe(true);
    expect(engine.request.headers.upgrade).toBe('websocket');
    expect(packets).toEqual([
      expect.objectContaining({ type: 'message', data: expect.stringMatching(/^0/) as string }),
    ]);
  });

  it('exist in a client of Socket.IO', async () => {
    const { decoder, nsps } = clientOf(socket);
    expect([...nsps.keys()]).toEqual(['/']);
    decoder.sizes.length = 0;
    client.send('42["event"]');
    await new Promise<void>((resolve) => socket.once('event', resolve));
    expect(decoder.sizes).toEqual([9 + 1]);
    const heard = once(client, 'message');
    const text = '2["as a frame"]';
    const frame = Buffer.from(`\x81${String.fromCharCode(text.length + 1)}4${text}`, 'latin1');
    clientOf(socket).writeToEngine([text], { preEncoded: true, wsPreEncodedFrame: [frame] });
    expect(String((await heard)[0])).toBe(`4${text}`);
  });
});
