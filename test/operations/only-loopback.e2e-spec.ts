import { createSocket } from 'node:dgram';
import { lookup as lookUp } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { createServer, get } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { stayedHere } from '../support/only-loopback-jest.js';
import { Installation, type Program } from '../support/process.js';

/** An address for documentation: what is sent there goes nowhere. */
const OUTSIDE = '192.0.2.1';

const failed = async (emitter: NodeJS.EventEmitter): Promise<unknown> => (await once(emitter, 'error'))[0];

const ways: [string, () => Promise<unknown>][] = [
  ['net', () => failed(connect(80, OUTSIDE))],
  ['net with options', () => failed(connect({ host: '2001:db8::1', port: 80 }))],
  ['a name', () => failed(connect(80, 'example.com'))],
  ['tls', () => failed(connectTls({ host: OUTSIDE, port: 443 }))],
  ['http', () => failed(get(`http://${OUTSIDE}/`))],
  [
    'a name that the caller looks up',
    () => {
      const own = (_name: string, _options: unknown, done: (error: null, found: unknown) => void) =>
        done(null, [{ address: OUTSIDE, family: 4 }]);
      return failed(get('http://hooks.example/', { lookup: own as never }));
    },
  ],
  ['http2', () => failed(connectHttp2(`https://${OUTSIDE}`))],
  ['fetch', () => fetch(`http://${OUTSIDE}/`).catch((error: Error) => error.cause)],
  [
    'a datagram',
    async () => {
      const socket = createSocket('udp4');
      try {
        socket.send('hello', 53, OUTSIDE);
        return null;
      } catch (error) {
        return error;
      } finally {
        socket.close();
      }
    },
  ],
  ['a look-up', () => lookup('example.com').catch((error: Error) => error)],
  ['a look-up with a callback', () => new Promise((resolve) => lookUp('example.com', resolve))],
];

describe('A test', () => {
  it.each(ways)('fails if it would leave this machine: %s', async (_, leave) => {
    expect(await leave()).toMatchObject({ code: 'EONLYLOOPBACK' });
    expect(stayedHere).toThrow('A test must not leave this machine');
    // It was said once.
    stayedHere();
  });

  it('reaches what is on this machine', async () => {
    const server: Server = createServer((_request, response) => response.end('here'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const own = (_name: string, _options: unknown, done: (error: null, found: unknown) => void) =>
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    for (const [url, options] of [
      [`http://127.0.0.1:${port}`, {}],
      [`http://hooks.example:${port}`, { lookup: own as never }],
    ] as const) {
      const [response] = await once(get(url, { ...options, agent: false }), 'response');
      expect(response.resume().statusCode).toBe(200);
    }
    const socket: Socket = connect({ port, host: 'localhost' });
    await once(socket, 'connect');
    socket.destroy();
    server.close();
  });
});

it('A program that a test starts is refused the same, and says so', async () => {
  const installed = await Installation.make();
  const program: Program = installed.run(
    process.execPath,
    ['-e', `require('node:net').connect(80, '${OUTSIDE}').on('error', ({ code }) => console.log(code))`],
    {},
  );
  await program.says(/EONLYLOOPBACK/);
  await program.exited;
  await expect(installed.remove()).rejects.toThrow('A test must not leave this machine');
});
