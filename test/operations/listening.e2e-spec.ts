import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createNetServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { listen } from '../../src/common/http/listen.js';
import { ownInstallation, serving } from '../support/process.js';
import { World } from '../support/world.js';

const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
const hasIpv6 = addresses.some(({ address }) => address === '::1');
/** An address of this machine by which others reach it. */
const outside = addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
const loopback = hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];

async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  const outcome = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return outcome;
}

async function occupied(host: string, port = 0): Promise<Server> {
  const server = createNetServer().listen(port, host);
  await once(server, 'listening');
  return server;
}

const jwt = { AUTH: 'jwt', JWT_SECRET: randomBytes(48).toString('base64') };
const others = () => [...loopback, ...(outside === undefined ? [] : [outside])];

describe('The ports', () => {
  const reached = async (variables: Record<string, string>): Promise<Record<string, boolean[]>> => {
    const world = await World.start(variables);
    const { httpPort, socketPort } = world.app;
    const found: Record<string, boolean[]> = {};
    for (const host of others()) {
      found[host] = await Promise.all([httpPort, socketPort].map((port) => answers(host, port)));
    }
    await world.stop();
    for (const host of others()) expect(await answers(host, httpPort)).toBe(false);
    return found;
  };
  const expected = (mayReach: (host: string) => boolean) =>
    Object.fromEntries(others().map((host) => [host, [mayReach(host), mayReach(host)]]));

  it('are open to this machine only in open mode, by both loopback addresses', async () => {
    expect(await reached({ HOST: '' })).toEqual(expected((host) => loopback.includes(host)));
    expect(await reached({ HOST: '', AUTH: 'open', NODE_ENV: 'production' })).toEqual(
      expected((host) => loopback.includes(host)),
    );
  });

  it('are open to all with AUTH=jwt, and where HOST says so', async () => {
    expect(await reached({ ...jwt, HOST: '' })).toEqual(expected(() => true));
    expect(await reached({ HOST: '0.0.0.0' })).toEqual(expected((host) => !host.includes(':')));
    expect(await reached({ HOST: '127.0.0.1' })).toEqual(expected((host) => host === '127.0.0.1'));
  });
});

describe('Over both loopback addresses', () => {
  const both = hasIpv6 ? it : it.skip;

  both('people talk with each other, and requests under way end before the server does', async () => {
    const world = await World.start({ HOST: '' });
    const at = (host: string, port: number) => `http://${host}:${port}`;
    const alice = await world.person();
    const created = await fetch(`${at('[::1]', world.app.httpPort)}/chats`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user1Id: alice.userId, user2Id: world.newId() }),
    });
    expect(created.status).toBe(201);
    expect(await alice.next('newChat')).toMatchObject({ user1Id: alice.userId });
    const polling = await fetch(`${at('[::1]', world.app.socketPort)}/socket.io/?EIO=4&transport=polling`);
    expect(await polling.text()).toMatch(/^0\{"sid"/);
    const unfinished = connect({ host: '::1', port: world.app.httpPort });
    unfinished.on('error', () => undefined);
    await once(unfinished, 'connect');
    const closed = once(unfinished, 'close');
    await world.stop();
    await closed;
  });
});

describe('One port of several addresses', () => {
  const open: Server[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
  });

  it('is the first one only where the machine does not have the others', async () => {
    const server = createServer((_request, response) => response.end('here'));
    // Reserved for documentation: no machine has it.
    const port = await listen(server, 0, ['127.0.0.1', '2001:db8::1']);
    open.push(server);
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('here');
  });

  it('is refused as a whole when it is taken on one of them, and may be tried again', async () => {
    const taken = await occupied('127.0.0.2');
    const { port } = taken.address() as AddressInfo;
    const server = createServer();
    await expect(listen(server, port, ['127.0.0.1', '127.0.0.2'])).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await expect(listen(server, port, ['127.0.0.2', '127.0.0.1'])).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    expect(await answers('127.0.0.1', port)).toBe(false);
    await new Promise((resolve) => taken.close(resolve));
    expect(await listen(server, port, ['127.0.0.1', '127.0.0.2'])).toBe(port);
    open.push(server);
  });

  it('calls back at its close when the connections of all have ended', async () => {
    const server = createServer();
    const port = await listen(server, 0, ['127.0.0.1', '127.0.0.2']);
    const asking = connect({ host: '127.0.0.2', port });
    asking.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const [, response] = (await once(server, 'request')) as [unknown, { end(text: string): void }];
    const order: string[] = [];
    const closed = new Promise<void>((resolve) => server.close(() => resolve(void order.push('closed'))));
    expect(await answers('127.0.0.2', port)).toBe(false);
    response.end('done');
    order.push('answered');
    asking.resume();
    await closed;
    expect(order).toEqual(['answered', 'closed']);
  });
});

describe('The server as a program, where nothing is set,', () => {
  const own = ownInstallation();

  it('says how to let a phone in, and works as it says', async () => {
    const program = own.installed.start({ DATABASE_URL: own.database.url });
    await serving(program);
    expect(program.output).toMatch(/this machine only.*HOST=0\.0\.0\.0[\s\S]*ALLOWED_ORIGINS/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    const phone = own.installed.start({
      DATABASE_URL: own.database.url,
      HOST: '0.0.0.0',
      ALLOWED_ORIGINS: 'localhost,http://192.168.1.20:5173',
    });
    const { rest } = await serving(phone);
    expect(phone.output).not.toMatch(/this machine only/);
    const { port } = new URL(rest);
    const page = { headers: { origin: 'http://192.168.1.20:5173' } };
    const reply = await fetch(`http://${outside ?? '127.0.0.1'}:${port}/users/online`, page);
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'http://192.168.1.20:5173',
    ]);
    phone.kill('SIGTERM');
    expect(await phone.exited).toBe(0);
  });

  it('tells of a port that is in use on one of its two addresses', async () => {
    for (const host of loopback) {
      const taken = await occupied(host);
      const port = String((taken.address() as AddressInfo).port);
      const program = own.installed.start({ DATABASE_URL: own.database.url, PORT: port });
      expect(await program.exited).toBe(1);
      expect(program.output).toBe(
        `PORT: port ${port} is in use by another program: stop it, or choose another port\n`,
      );
      taken.close();
    }
  });
});
