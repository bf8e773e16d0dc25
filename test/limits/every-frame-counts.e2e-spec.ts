import { io } from 'socket.io-client';
import { RawPolling, RawSocket } from '../support/raw-socket.js';
import { type Client, eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

const MASK = Buffer.alloc(4);

/** A masked WebSocket frame. */
function frame(opcode: number, text = '', final = true): Buffer {
  return Buffer.concat([
    Buffer.from([(final ? 0x80 : 0) | opcode, 0x80 | Buffer.byteLength(text)]),
    MASK,
    Buffer.from(text),
  ]);
}

const TEXT = 1;
const PING = 9;
const PONG = 10;

/** More than a connection may send in a moment. */
const MANY = 5_000;

describe('Every frame counts', () => {
  let world: World;
  let bystander: Client;
  beforeAll(async () => {
    world = await World.start({ RATE_LIMITS: 'on' });
    bystander = await world.person();
  });
  afterAll(() => world.stop());

  const kinds: [string, Buffer][] = [
    ['heartbeats of Engine.IO', frame(TEXT, '3')],
    ['pings of Engine.IO', frame(TEXT, '2')],
    ['packets of Engine.IO that mean nothing', frame(TEXT, '6')],
    ['answers that nobody asked for', frame(TEXT, '43[]')],
    ['unknown commands', frame(TEXT, '42["x"]')],
    ['events of other namespaces', frame(TEXT, '42/x,["x"]')],
    ['pings of WebSocket', frame(PING)],
    ['pongs of WebSocket', frame(PONG)],
    ['empty texts', frame(TEXT)],
  ];
  const stages: [string, (url: string) => Promise<RawSocket>][] = [
    ['before CONNECT', (url) => RawSocket.open(url)],
    ['after it', (url) => RawSocket.connect(url)],
  ];
  describe.each(stages)('%s:', (_, open) => {
    it.each(kinds)(
      'a stream of %s ends the connection at once, without a closing handshake',
      async (__, one) => {
        const raw = await open(world.socketUrl);
        raw.sendBytes(Buffer.concat(Array.from({ length: MANY }, () => one)));
        expect(await raw.closed).toBe(1006);
        await bystander.ok('getChats');
      },
    );

    it('a message of endless fragments ends it too', async () => {
      const raw = await open(world.socketUrl);
      raw.sendBytes(frame(TEXT, '4', false));
      raw.sendBytes(Buffer.concat(Array.from({ length: MANY }, () => frame(0, '', false))));
      expect(await raw.closed).toBe(1006);
    });
  });

  it('also in the body of long polling, before it is parsed', async () => {
    const polling = await RawPolling.open(world.socketUrl);
    await polling.post(Array.from({ length: 60_000 }, () => '3').join('\x1e')).catch(() => undefined);
    await eventually(async () => !(await polling.isOpen()));
    await bystander.ok('getChats');
  });

  it('a client at the limits of its commands is refused with an answer, and stays connected', async () => {
    const alice = await world.person();
    const answers = await Promise.all(
      Array.from({ length: 190 }, () => alice.ask('typing', { chatId: 1, typing: true })),
    );
    const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
    expect(codes).toContain('RATE_LIMITED');
    await alice.ok('getChats');
  });
});

describe('What a user sends', () => {
  const TOO_MUCH = 200_000;
  let world: World;
  let bystander: Client;
  beforeAll(async () => {
    world = await World.start({ RATE_LIMITS: 'on', RATE_LIMIT_BYTES: `${TOO_MUCH / 2}/1m` });
    bystander = await world.person();
  });
  afterAll(() => world.stop());

  const polled = { transports: ['polling'] };
  const upgraded = { transports: ['polling', 'websocket'] };
  it.each([
    ['over WebSockets', {}],
    ['over long polling', polled],
    ['over connections that were upgraded', upgraded],
  ])('counts over all their connections together: %s', async (_, options) => {
    const userId = world.newId();
    const opened = await Promise.all(
      [1, 2, 3].map(async () => {
        const socket = io(world.socketUrl, {
          ...options,
          auth: { userId },
          reconnection: false,
          forceNew: true,
        });
        const closed = new Promise<string>((resolve) => socket.once('disconnect', resolve));
        await new Promise<void>((resolve) => socket.once('connect', resolve));
        if (options === upgraded)
          await eventually(() => Promise.resolve(socket.io.engine.transport.name === 'websocket'));
        return { socket, closed };
      }),
    );
    for (const { socket } of opened) {
      for (let nth = 0; nth < 3; nth++) socket.emit('noSuchCommand', 'x'.repeat(0.15 * TOO_MUCH));
    }
    expect(await Promise.race(opened.map(({ closed }) => closed))).toMatch(/^transport /);
    expect(await bystander.ask('getChats')).toMatchObject({ ok: true });
    for (const { socket } of opened) socket.disconnect();
  });

  it('counts over those that come one after the other, each with little', async () => {
    const userId = world.newId();
    let sent = 0;
    for (let isIn = true; isIn; sent += 2_000) {
      const raw = await RawSocket.open(world.socketUrl);
      raw.send(`40{"userId":${userId}}`);
      await raw.next();
      raw.send(`42["noSuchCommand","${'x'.repeat(2_000)}"]`);
      // Answered when it was read, or closed.
      isIn = await Promise.race([
        raw.ask('getBlocks', 'null').then(() => true),
        raw.closed.then(() => false),
      ]);
      raw.close();
      expect(sent).toBeLessThan(2 * TOO_MUCH);
    }
    expect(sent).toBeGreaterThan(TOO_MUCH / 2);
  });
});

describe('A client that is cut off for its flood', () => {
  it.each([
    ['commands', '42["getChats",1]'],
    ['events of a namespace that was not joined', '42/x,["getChats",1]'],
  ])('(%s) is told why, and nothing that it still sends is read', async (_, text) => {
    const world = await World.start({ RATE_LIMITS: 'on', RATE_LIMIT_OTHER: '10/1m' });
    const raw = await RawSocket.connect(world.socketUrl);
    for (let i = 0; i < 400; i++) raw.send(text);
    const heard: string[] = [];
    for (;;) {
      const next = await raw.next().catch(() => null);
      if (next === null) break;
      heard.push(next);
    }
    const refusals = heard.filter((text) => text.includes('RATE_LIMITED'));
    expect(refusals.at(-1)).toContain('"command":null');
    expect(refusals).toHaveLength(101);
    await world.stop();
  });
});
