import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { WebSocket, WebSocketServer } from 'ws';
import { type FaultsProxy, startFaultsProxy } from '../src/index.js';
import { eventually } from './client.js';

describe('The proxy before any Socket.IO server', () => {
  let http: HttpServer;
  let server: Server;
  let proxy: FaultsProxy;
  const clients: Socket[] = [];
  let target: string;

  beforeAll(async () => {
    http = createServer((request, answer) => {
      answer.writeHead(201, { 'X-Asked': request.headers.host ?? '' });
      request.pipe(answer);
    });
    server = new Server(http);
    server.on('connection', (socket) => {
      socket.on('echo', (...args: unknown[]) => (args.pop() as (...back: unknown[]) => void)(...args));
      socket.on('say', (...args: unknown[]) => socket.emit('said', ...args));
      socket.on('ask', () =>
        socket.emit('question', 1, (answer: unknown) => socket.emit('answered', answer)),
      );
    });
    server.of('/other').on('connection', (socket) => socket.emit('hello', 'other'));
    await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
    target = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    proxy = await startFaultsProxy({ target });
  });
  afterEach(() => {
    proxy.faults(null);
    for (const client of clients.splice(0)) client.disconnect();
  });
  afterAll(async () => {
    await proxy.stop();
    await server.close();
  });

  async function connected(path = '', transports = ['websocket'], url = proxy.url): Promise<Socket> {
    const socket = io(`${url}${path}`, { transports, forceNew: true, reconnection: false });
    clients.push(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return socket;
  }

  it('passes requests and answers as they are', async () => {
    const answer = await fetch(`${proxy.url}/any?x=1`, { method: 'POST', body: 'grüße' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-asked')).toBe(new URL(proxy.url).host);
    expect(await answer.text()).toBe('grüße');
  });

  it('answers 502 when there is no server', async () => {
    const alone = await startFaultsProxy({ target: 'http://127.0.0.1:1' });
    const answer = await fetch(alone.url);
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain('does not answer');
    await expect(connected('', ['websocket'], alone.url)).rejects.toThrow('websocket error');
    await alone.stop();
  });

  it('hands back a refused handshake', async () => {
    const socket = io(proxy.url, { transports: ['websocket'], path: '/elsewhere/', reconnection: false });
    clients.push(socket);
    const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
    expect(error.message).toBe('websocket error');
  });

  it('passes binary data, several arguments and other namespaces', async () => {
    const socket = await connected();
    const data = Buffer.from([0, 255, 1]);
    expect(await socket.emitWithAck('echo', { data, more: [data] })).toEqual({ data, more: [data] });
    const said = new Promise((resolve) => socket.once('said', (...args) => resolve(args)));
    socket.emit('say', data, 'text', data);
    expect(await said).toEqual([data, 'text', data]);
    const other = io(`${proxy.url}/other`, { transports: ['websocket'], forceNew: true });
    clients.push(other);
    expect(await new Promise((resolve) => other.once('hello', resolve))).toBe('other');
  });

  it('does not put a late event between binary data and what it belongs to', async () => {
    const raw = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => raw.once('listening', resolve));
    const header = '451-["file",{"_placeholder":true,"num":0}]';
    raw.on('connection', (socket) => {
      socket.send('42["late"]');
      socket.send(header);
      setTimeout(() => socket.send(Buffer.from('data')), 100);
    });
    const own = await startFaultsProxy({ target: `http://127.0.0.1:${(raw.address() as AddressInfo).port}` });
    own.faults({ delayMs: [10, 20], events: ['late'] });
    const client = new WebSocket(own.url.replace('http', 'ws'));
    const heard: string[] = [];
    client.on('message', (data: Buffer) => heard.push(data.toString()));
    await eventually(() => heard.length === 3);
    expect(heard).toEqual([header, 'data', '42["late"]']);
    client.terminate();
    await own.stop();
    raw.close();
  });

  it('leaves alone what the server asks the client', async () => {
    proxy.faults({ drop: 1 });
    const socket = await connected();
    socket.on('question', (value: number, answer: (value: number) => void) => answer(value + 1));
    const answered = new Promise((resolve) =>
      proxy.watch(({ name, argument }) => name === 'answered' && resolve(argument)),
    );
    socket.emit('ask');
    expect(await answered).toBe(2);
  });

  it('refuses long polling and says why', async () => {
    const answer = await fetch(`${proxy.url}/socket.io/?EIO=4&transport=polling`);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("transports: ['websocket']");
    await expect(connected('', ['polling'])).rejects.toThrow('xhr poll error');
  });

  it('passes long polling, and the change from it to a WebSocket, if it is told to', async () => {
    const passing = await startFaultsProxy({ target, polling: 'pass' });
    passing.faults({ drop: 1 });
    const socket = await connected('', ['polling'], passing.url);
    const said = new Promise((resolve) => socket.once('said', resolve));
    socket.emit('say', 'untouched');
    expect(await said).toBe('untouched');
    const changing = await connected('', ['polling', 'websocket'], passing.url);
    await eventually(() => changing.io.engine.transport.name === 'websocket');
    expect(await changing.emitWithAck('echo', 1)).toBe(1);
    for (const client of [socket, changing]) client.disconnect();
    await passing.stop();
  });

  it('closes the side that is left, and says the same', async () => {
    const socket = await connected();
    const [served] = await server.fetchSockets();
    expect(proxy.open()).toBe(1);
    served!.disconnect(true);
    await new Promise((resolve) => socket.once('disconnect', resolve));
    await eventually(() => proxy.open() === 0);
    const again = await connected();
    again.disconnect();
    await eventually(async () => (await server.fetchSockets()).length === 0 && proxy.open() === 0);
  });

  it('says what is not settled', async () => {
    const socket = await connected();
    socket.emit('silence', () => undefined);
    await expect(proxy.settled({ withinMs: 200 })).rejects.toThrow('a connection of ? waits for silence');
    socket.disconnect();
    await proxy.settled();
  });

  it('leaves nothing open when it stops', async () => {
    const short = await startFaultsProxy({ target });
    const socket = await connected('', ['websocket'], short.url);
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    await short.stop();
    await short.stop();
    expect(await closed).toBe('transport close');
    await expect(fetch(short.url)).rejects.toThrow('fetch failed');
    await eventually(async () => (await server.fetchSockets()).length === 0);
  });
});
