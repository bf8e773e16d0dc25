import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseConfig } from '../config/config.js';
import { Outbound } from './outbound.js';

describe('An answer that is longer than what is kept of it', () => {
  let server: Server;
  let outbound: Outbound;
  let url: string;
  beforeAll(async () => {
    server = createServer((_, response) => response.writeHead(400).end('x'.repeat(100_000)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    outbound = new Outbound(parseConfig({ OUTBOUND_ALLOW: '127.0.0.1', OUTBOUND_PORTS: 'any' }).config);
  });
  afterAll(async () => {
    outbound.onApplicationShutdown();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const post = (rest: { keep?: number; tooLong?: 'cut' | 'fail' }) =>
    outbound.post({ url, headers: {}, body: Buffer.from('{}'), timeoutMs: 5_000, ...rest });

  it('is an error, unless it may be cut', async () => {
    await expect(post({ keep: 1_000 })).rejects.toMatchObject({ code: 'ETOOLARGE' });
    const cut = await post({ keep: 1_000, tooLong: 'cut' });
    expect([cut.status, cut.body.length]).toEqual([400, 1_000]);
    const dropped = await post({});
    expect([dropped.status, dropped.body.length]).toEqual([400, 0]);
  });
});

describe('Calls to the same server', () => {
  it('share a connection, and keep no cookies', async () => {
    const requests: IncomingMessage[] = [];
    let connections = 0;
    const server = createServer((request, response) => {
      requests.push(request);
      response.writeHead(200, { 'set-cookie': 'a=b; Path=/' }).end('{}');
    }).on('connection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const outbound = new Outbound(parseConfig({ OUTBOUND_ALLOW: '127.0.0.1', OUTBOUND_PORTS: 'any' }).config);
    try {
      for (let nth = 0; nth < 2; nth++) {
        const call = { url: `http://127.0.0.1:${port}/`, headers: {}, body: Buffer.from('{}') };
        expect(await outbound.post({ ...call, timeoutMs: 5_000 })).toMatchObject({ status: 200 });
      }
      expect(connections).toBe(1);
      expect(requests.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined]);
      expect(requests.map(({ url }) => url)).toEqual(['/', '/']);
    } finally {
      outbound.onApplicationShutdown();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
