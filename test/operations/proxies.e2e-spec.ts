import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type ManagerOptions, type Socket } from 'socket.io-client';
import type { Answer } from '../../src/contract/index.js';
import { freshDatabase } from '../support/cluster.js';
import { METRICS_SPELLINGS } from '../support/metrics-spellings.js';
import { Installation, type Program, serving } from '../support/process.js';
import { RawHttp } from '../support/raw-http.js';
import type { KindName, Ports, ReverseProxy } from '../../tools/chaos/subjects/reverse-proxy.js';
import { describeWith, proxyBefore, shippedConfiguration } from '../support/reverse-proxy.js';
import { eventually } from '../support/world.js';

jest.setTimeout(60_000);

interface Node {
  program: Program;
  ports: Ports;
}

const portOf = (url: string): number => Number(new URL(url).port);

const answer = (socket: Socket, command: string, data: unknown): Promise<Answer> =>
  socket.timeout(8_000).emitWithAck(command, data) as Promise<Answer>;

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

/** The same promises behind either proxy: two nodes that run as programs, and the configuration in `deploy/`. */
function behind(name: KindName): void {
  let installed: Installation;
  let database: { url: string; drop(): Promise<void> };
  let nodes: [Node, Node];
  let proxy: ReverseProxy;
  const sockets: Socket[] = [];

  const start = async (): Promise<Node> => {
    const program = installed.start({
      DATABASE_URL: database.url,
      HOST: '127.0.0.1',
      PRESENCE_GRACE_MS: '50',
    });
    const { rest, sockets: at } = await serving(program);
    return { program, ports: { rest: portOf(rest), sockets: portOf(at) } };
  };

  const connect = async (userId: number, options: Partial<ManagerOptions> = {}): Promise<Socket> => {
    const socket = io(proxy.url, {
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 50,
      ...options,
    });
    sockets.push(socket);
    // After every reconnection too.
    socket.on('connect', () => socket.emit('userOnline', userId));
    await once(socket as unknown as NodeJS.EventEmitter, 'connect');
    return socket;
  };

  const post = async (path: string, body: object): Promise<Record<string, number>> => {
    const response = await fetch(`${proxy.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
    return (await response.json()) as Record<string, number>;
  };

  /** Sockets at each node, as it counts them itself. */
  const connections = (): Promise<number[]> =>
    Promise.all(
      nodes.map(async ({ ports }) => {
        const text = await (await fetch(`http://127.0.0.1:${ports.rest}/metrics`)).text();
        return Number(/^chat_connections (\d+)$/m.exec(text)?.[1]);
      }),
    );

  beforeAll(async () => {
    [installed, database] = await Promise.all([Installation.make(), freshDatabase()]);
    nodes = await Promise.all([start(), start()]);
    proxy = await proxyBefore(name, [nodes[0].ports, nodes[1].ports]);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.disconnect();
    await eventually(async () => (await connections().catch(() => [0])).every((count) => count === 0));
  });
  afterAll(async () => {
    await proxy?.stop();
    for (const { program } of nodes ?? []) program.kill('SIGTERM');
    await Promise.all((nodes ?? []).map(({ program }) => program.exited));
    await database.drop();
    await installed.remove();
  });

  it('spreads sockets over both nodes, and their messages stay one order', async () => {
    const { id: chatId } = await post('/chats', { user1Id: 1, user2Id: 2 });
    const clients = await Promise.all(upTo(12).map((i) => connect(1 + (i % 2))));
    for (const count of await connections()) expect(count).toBeGreaterThanOrEqual(3);
    const answers = await Promise.all(
      clients.map((client, i) => answer(client, 'sendMessage', { chatId, content: `m${i}` })),
    );
    const seqs = answers.map((one) => (one.ok ? (one.data as { seq: number }).seq : NaN));
    expect(seqs.sort((a, b) => a - b)).toEqual(upTo(12));
    const page = await (await fetch(`${proxy.url}/chats/${chatId}/messages`)).json();
    expect(page).toMatchObject({ messages: { length: 12 } });
  });

  it('leads a client that begins with long polling to one node, until it is upgraded', async () => {
    const clients = await Promise.all(
      upTo(8).map((userId) => connect(userId, { transports: ['polling', 'websocket'] })),
    );
    for (const client of clients) expect(await answer(client, 'getChats', {})).toMatchObject({ ok: true });
    await eventually(() => clients.every(({ io: { engine } }) => engine.transport.name === 'websocket'));
    for (const client of clients) expect(await answer(client, 'getChats', {})).toMatchObject({ ok: true });
  });

  it('leads a client that has long polling only to one node', async () => {
    const client = await connect(1, { transports: ['polling'] });
    for (let i = 0; i < 5; i++) expect(await answer(client, 'getChats', {})).toMatchObject({ ok: true });
  });

  it('says who asks, whatever the client says of itself', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const echo = createServer((request, response) => {
      seen.push(request.headers);
      response.end('ok');
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const { port } = echo.address() as AddressInfo;
    const other = await proxyBefore(name, [
      { rest: port, sockets: port },
      { rest: port, sockets: port },
    ]);
    const forged = { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-proto': 'gopher' };
    for (const path of ['/chats/1', '/socket.io/?EIO=4&transport=polling']) {
      seen.length = 0;
      await fetch(`${other.url}${path}`, { headers: forged });
      expect(seen.filter(({ host }) => host === new URL(other.url).host)).toEqual([
        expect.objectContaining({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' }),
      ]);
    }
    await other.stop();
    echo.close();
    echo.closeAllConnections();
  });

  it('keeps the metrics to the operators, however their path is written', async () => {
    // A node that serves them by any path: only the proxy is in the way.
    const node = createServer((request, response) => response.end(`metrics by ${request.url}`)).listen(
      0,
      '127.0.0.1',
    );
    await once(node, 'listening');
    const { port } = node.address() as AddressInfo;
    const ports = { rest: port, sockets: port };
    const before = await proxyBefore(name, [ports, ports]);
    const at = portOf(before.url);
    const outside = new RawHttp(at);
    const heard = await Promise.all(
      ['/metrics', '/metrics?x=1', '/metrics#x', `${before.url}/metrics`, ...METRICS_SPELLINGS].map(
        async (path) => {
          const { status, text } = await outside.ask({ path });
          return { path, status, text };
        },
      ),
    );
    // What nobody would take for it may pass, and reaches no metrics on a real node.
    const passed = heard.filter(({ status, text }) => status < 400 || text.startsWith('metrics by'));
    expect(passed.map(({ path }) => path).filter((path) => !path.startsWith('/health/'))).toEqual([]);
    await before.stop();
    node.close();
    node.closeAllConnections();
    const through = new RawHttp(portOf(proxy.url));
    for (const path of ['/metrics', `${proxy.url}/metrics`, ...METRICS_SPELLINGS]) {
      expect((await through.ask({ path })).text).not.toMatch(/chat_build_info|process_cpu/);
    }
    expect((await fetch(`${proxy.url}/health/ready`)).status).toBe(200);
  });

  it('waits longer than the server does before it takes a silent socket for dead', async () => {
    const handshake = await (await fetch(`${proxy.url}/socket.io/?EIO=4&transport=polling`)).text();
    const { pingInterval, pingTimeout } = JSON.parse(handshake.slice(1)) as Record<string, number>;
    const bounds = shippedConfiguration(name).matchAll(
      /(?:proxy_(?:read|send)_timeout|timeout (?:client|server|tunnel)) (\d+)s/g,
    );
    const forSockets = [...bounds].map(([, seconds]) => Number(seconds)).filter((seconds) => seconds !== 10);
    expect(forSockets.length).toBeGreaterThanOrEqual(2);
    for (const seconds of forSockets) expect(seconds * 1_000).toBeGreaterThan(pingInterval! + pingTimeout!);
    // What that handshake opened is given up: nobody will ask for it again.
    const { sid } = JSON.parse(handshake.slice(1)) as { sid: string };
    await fetch(`${proxy.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: '1' });
  });

  it('goes on when a node stops: nothing that was acked is lost, nobody stays without a node', async () => {
    const { id: chatId } = await post('/chats', { user1Id: 11, user2Id: 12 });
    const clients = await Promise.all(upTo(10).map((i) => connect(11 + (i % 2))));
    for (const count of await connections()) expect(count).toBeGreaterThanOrEqual(2);
    const acked: string[] = [];
    const failed: number[] = [];
    let over = false;
    const sending = clients.map(async (client, i) => {
      for (let n = 0; !over; n++) {
        const clientId = `${i}-${n}`;
        // Until it is acked: the same key makes one message of it, at whichever node.
        for (;;) {
          const result = await client
            .timeout(1_000)
            .emitWithAck('sendMessage', { chatId, senderId: 11 + ((i + 1) % 2), content: clientId, clientId })
            .catch(() => null);
          if ((result as Answer | null)?.ok) break;
        }
        acked.push(clientId);
      }
    });
    const asking = (async () => {
      while (!over) {
        const { status } = await fetch(`${proxy.url}/chats/${chatId}`);
        if (status !== 200) failed.push(status);
      }
    })();
    await eventually(() => acked.length > 50);
    nodes[1].program.kill('SIGTERM');
    expect(await nodes[1].program.exited).toBe(0);
    const then = acked.length;
    await eventually(() => acked.length > then + 100 && clients.every(({ connected }) => connected));
    over = true;
    await Promise.all([...sending, asking]);
    expect(failed).toEqual([]);
    const stored: string[] = [];
    for (let after = 0; ;) {
      const page = (await (
        await fetch(`${proxy.url}/chats/${chatId}/messages?after=${after}&limit=100`)
      ).json()) as { messages: { seq: number; content: string }[]; more: boolean };
      stored.push(...page.messages.map(({ content }) => content));
      after = page.messages.at(-1)?.seq ?? after;
      if (!page.more) break;
    }
    expect(stored.sort()).toEqual(acked.sort());
  });
}

describeWith('nginx', 'Behind nginx', () => behind('nginx'));
describeWith('haproxy', 'Behind HAProxy', () => behind('haproxy'));
