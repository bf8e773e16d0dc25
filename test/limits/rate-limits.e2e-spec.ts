import { createHash, randomBytes } from 'node:crypto';
import { type CommandLimit, commandNames, definitionOf, limitOf } from '../../src/contract/index.js';
import type { Answer } from '../../src/contract/index.js';
import { ownAccounts, register } from '../support/accounts.js';
import { RawHttp } from '../support/raw-http.js';
import { RawPolling, RawSocket } from '../support/raw-socket.js';
import { pause } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

/** The answers to so many commands sent at once. */
const burst = (client: Client, times: number, command: string, input: (i: number) => unknown) =>
  Promise.all(Array.from({ length: times }, (_, i) => client.ask(command, input(i))));

const okCount = (answers: Answer[]) => answers.filter((answer) => answer.ok).length;

/** Of answers of which some were refused: the first refusal. */
function refusalIn(answers: Answer[]): { code: string; retryAfterMs?: number; details?: unknown } {
  const refused = answers.find((answer) => !answer.ok);
  if (!refused || refused.ok) throw new Error('Nothing was refused');
  return refused.error;
}

const limited = (variables: Record<string, string>) => World.start({ RATE_LIMITS: 'on', ...variables });

describe('Limits of a person', () => {
  let world: World;
  beforeAll(async () => {
    world = await limited({
      RATE_LIMIT_MESSAGES: '10/1m',
      RATE_LIMIT_CHATS: '3/1m',
      RATE_LIMIT_OTHER: '30/1m',
      RATE_LIMIT_BYTES: '30kb/1m',
    });
  });
  afterAll(() => world.stop());

  const message = (receiverId: number) => (i: number) => ({ receiverId, content: `number ${i}` });

  it('hold on sockets: what is over is refused with the time to wait, what was within is stored', async () => {
    const alice = await world.person();
    const answers = await burst(alice, 15, 'sendMessage', message(world.newId()));
    expect(okCount(answers)).toBe(10);
    const { code, retryAfterMs, details } = refusalIn(answers);
    expect({ code, details }).toEqual({ code: 'RATE_LIMITED', details: { limit: 'message' } });
    expect(retryAfterMs).toBeGreaterThan(3_000);
    expect(retryAfterMs).toBeLessThanOrEqual(6_000);
    const rows = await world.sql('SELECT 1 FROM messages WHERE "senderId" = $1', [alice.userId]);
    expect(rows).toHaveLength(10);
  });

  it('are refused with an exception, where there is no callback', async () => {
    const alice = await world.person();
    const receiverId = world.newId();
    for (let i = 0; i < 11; i++) alice.emit('sendMessage', message(receiverId)(i));
    expect(await alice.next('exception')).toMatchObject({
      command: 'sendMessage',
      code: 'RATE_LIMITED',
      retryAfterMs: expect.any(Number),
    });
  });

  it('are one for all their devices and both edges', async () => {
    const phone = await world.person();
    const laptop = await world.person(phone.userId);
    const receiverId = world.newId();
    const { id } = await phone.ok<{ id: number }>('createChat', {
      user1Id: phone.userId,
      user2Id: receiverId,
    });
    const send = () =>
      world.http
        .post(`/chats/${id}/messages`)
        .set('X-User-Id', String(phone.userId))
        .send({ content: 'by REST' });
    expect(okCount(await burst(phone, 5, 'sendMessage', message(receiverId)))).toBe(5);
    expect((await send()).status).toBe(201);
    expect(okCount(await burst(laptop, 5, 'sendMessage', message(receiverId)))).toBe(4);
    expect((await send()).status).toBe(429);
  });

  it('are separate: used up messages leave other commands and other people alone', async () => {
    const [alice, bob] = [await world.person(), await world.person()];
    expect(okCount(await burst(alice, 11, 'sendMessage', message(bob.userId)))).toBe(10);
    expect((await alice.ask('getChats')).ok).toBe(true);
    expect((await bob.ask('sendMessage', message(alice.userId)(0))).ok).toBe(true);
    const opened = await burst(alice, 4, 'createChat', () => ({
      user1Id: alice.userId,
      user2Id: world.newId(),
    }));
    expect(refusalIn(opened)).toMatchObject({ code: 'RATE_LIMITED', details: { limit: 'createChat' } });
    // Her messages to bob have opened the first of the three.
    expect(okCount(opened)).toBe(2);
  });

  it('count bytes as well, also of what is refused for another reason', async () => {
    const alice = await world.person();
    const large = (i: number) => ({ receiverId: alice.userId + 1_000_000, content: 'x'.repeat(9_000) + i });
    const answers = await burst(alice, 5, 'sendMessage', large);
    expect(okCount(answers)).toBe(3);
    expect(refusalIn(answers)).toMatchObject({ code: 'RATE_LIMITED', details: { limit: 'bytes' } });
    const rest = await world.http
      .post('/users')
      .set('X-User-Id', String(alice.userId))
      .send({ name: 'x', metadata: { a: 'y'.repeat(4_000) } });
    expect([rest.status, rest.body.error?.details]).toEqual([429, { limit: 'bytes' }]);
  });

  it('hold for a socket without a user, and for unknown commands', async () => {
    const stranger = await world.stranger();
    const answers = await burst(stranger, 40, 'noSuchCommand', (i) => i);
    const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
    expect(codes.filter((code) => code === 'UNKNOWN_COMMAND')).toHaveLength(30);
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(10);
  });

  it('are shown over REST: headers say what is left, the refusal says when to retry', async () => {
    // One comes back in two minutes: none does while thirty are asked for.
    const hourly = await limited({ RATE_LIMIT_OTHER: '30/1h' });
    const userId = String(hourly.newId());
    const ask = () => hourly.http.get('/users/blocks').set('X-User-Id', userId);
    const first = await ask().expect(200);
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '30',
      'ratelimit-remaining': '29',
      'ratelimit-reset': '120',
      'ratelimit-policy': '30;w=3600',
    });
    expect(first.headers['access-control-expose-headers']).toContain('RateLimit-Remaining');
    for (let i = 0; i < 29; i++) await ask().expect(200);
    const { headers, body } = await ask().expect(429);
    expect(headers['ratelimit-remaining']).toBe('0');
    expect(body.error).toMatchObject({ code: 'RATE_LIMITED', details: { limit: 'other' } });
    expect(body.error.retryAfterMs).toBeGreaterThan(60_000);
    expect(body.error.retryAfterMs).toBeLessThanOrEqual(120_000);
    expect(headers['retry-after']).toBe(String(Math.ceil(body.error.retryAfterMs / 1_000)));
    await hourly.stop();
  });
});

describe('After a refusal, time', () => {
  it('allows again what a limit refused, as soon as the refusal said', async () => {
    const world = await limited({ RATE_LIMIT_MESSAGES: '4/1s' });
    const alice = await world.person();
    const receiverId = world.newId();
    const answers = await burst(alice, 5, 'sendMessage', (i) => ({ receiverId, content: `${i}` }));
    const { retryAfterMs = 0 } = refusalIn(answers);
    expect(retryAfterMs).toBeLessThanOrEqual(250);
    await pause(retryAfterMs);
    expect((await alice.ask('sendMessage', { receiverId, content: 'later' })).ok).toBe(true);
    await world.stop();
  });
});

describe('Somebody who goes on in spite of refusals', () => {
  it('is told, disconnected, and may reconnect; others do not notice', async () => {
    const world = await limited({ RATE_LIMIT_MESSAGES: '5/1m' });
    const bob = await world.person();
    const flood = await RawSocket.connect(world.socketUrl);
    for (let i = 0; i < 2_000; i++) {
      flood.send(`42["sendMessage",{"senderId":7,"receiverId":${bob.userId},"content":"flood ${i}"}]`);
    }
    await flood.closed;
    const exceptions = flood.unread.filter((frame) => frame.startsWith('42["exception"'));
    expect(exceptions.length).toBeLessThanOrEqual(101);
    expect(exceptions.at(-1)).toMatch(/^42\["exception",\{"command":null,"code":"RATE_LIMITED"/);
    expect(flood.unread.at(-1)).toBe('41');
    await eventually(() => bob.unread('newMessage').length === 5);
    expect(await world.sql('SELECT 1 FROM messages')).toHaveLength(5);
    expect((await bob.ask('getChats')).ok).toBe(true);
    await RawSocket.connect(world.socketUrl).then((again) => again.close());
    await world.stop();
  });
});

describe('Limits of an address', () => {
  it('hold for all its people together, who may be made up', async () => {
    const world = await limited({ RATE_LIMIT_ADDRESS: '20/1m' });
    const clients = await Promise.all([world.stranger(), world.stranger(), world.stranger()]);
    const answers = await Promise.all(
      clients.map((client, n) => burst(client, 10, 'getChats', (i) => ({ userId: 1 + n * 100 + i }))),
    );
    expect(okCount(answers.flat())).toBe(20);
    expect(refusalIn(answers.flat())).toMatchObject({ details: { limit: 'address commands' } });
    const { status, headers } = await world.http.get('/users/online').set('X-User-Id', '999');
    expect([status, Number(headers['retry-after'])]).toEqual([429, 3]);
    await world.http.get('/nowhere').expect(429);
    await world.http.get('/health/live').expect(200);
    await world.stop();
  });

  it('hold for handshakes of either transport: 429 with the time to wait', async () => {
    const world = await limited({ RATE_LIMIT_HANDSHAKES: '4/1m' });
    const url = `${world.socketUrl}/socket.io/?EIO=4&transport=polling`;
    for (let i = 0; i < 2; i++) expect((await fetch(url)).status).toBe(200);
    for (let i = 0; i < 2; i++) await world.stranger();
    const polling = await fetch(url);
    expect([polling.status, polling.headers.get('retry-after')]).toEqual([429, '15']);
    expect(await polling.json()).toMatchObject({
      error: { code: 'RATE_LIMITED', details: { limit: 'handshake' } },
    });
    const upgrade = await new RawHttp(world.app.socketPort).tell(
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    expect(upgrade).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n/);
    expect(upgrade).toMatch(/\r\nRetry-After: 15\r\n/);
    expect(upgrade).toMatch(/\{"error":\{"code":"RATE_LIMITED"/);
    await expect(world.stranger({ reconnection: false })).rejects.toThrow('websocket error');
    await world.stop();
  });

  it('hold for open sockets, with or without CONNECT; one that closes makes room', async () => {
    const world = await limited({ RATE_LIMIT_SOCKETS: '3' });
    const [first] = await Promise.all([RawSocket.open(world.socketUrl), RawPolling.open(world.socketUrl)]);
    await world.stranger();
    await expect(world.stranger({ reconnection: false })).rejects.toThrow();
    first.close();
    await eventually(() =>
      world.stranger({ reconnection: false }).then(
        () => true,
        () => false,
      ),
    );
    await world.stop();
  });

  it('are those of the client behind a trusted proxy, and of nobody else', async () => {
    const behind = await limited({ RATE_LIMIT_ADDRESS: '5/1m', TRUST_PROXY: '1' });
    const ask = (world: World, forwarded: string) =>
      world.http
        .get('/users/online')
        .set('X-Forwarded-For', forwarded)
        .then(({ status }) => status);
    for (let i = 0; i < 5; i++) expect(await ask(behind, `10.0.0.${i}, 203.0.113.1`)).toBe(200);
    expect(await ask(behind, '10.9.9.9, 203.0.113.1')).toBe(429);
    expect(await ask(behind, '203.0.113.2')).toBe(200);
    const extraHeaders = { 'x-forwarded-for': '203.0.113.1' };
    const same = await behind.stranger({ extraHeaders });
    expect(await same.refused('getOnlineUsers')).toBe('RATE_LIMITED');
    const other = await behind.stranger({ extraHeaders: { 'x-forwarded-for': '203.0.113.3' } });
    expect((await other.ask('getOnlineUsers')).ok).toBe(true);
    await behind.stop();

    const direct = await limited({ RATE_LIMIT_ADDRESS: '5/1m' });
    for (let i = 0; i < 5; i++) expect(await ask(direct, `203.0.113.${i}`)).toBe(200);
    expect(await ask(direct, '203.0.113.9')).toBe(429);
    await direct.stop();
  });
});

describe('The limit of a command', () => {
  const countedAs = (limit: CommandLimit) =>
    commandNames.filter((name) => limitOf(definitionOf(name)) === limit);
  const there = (...names: string[]) => names.filter((name) => (commandNames as string[]).includes(name));

  it('is that of its kind: what takes or makes a password, what is sent, what opens a chat, what types', () => {
    const secret = commandNames.filter((name) =>
      /^\/auth\/(login|register|password)$/.test(definitionOf(name).rest?.path ?? ''),
    );
    expect(countedAs('login').sort()).toEqual(['eraseMe', ...secret].sort());
    expect(countedAs('message').sort()).toEqual([
      'editMessage',
      'finishStream',
      'sendMessage',
      'sendSystemMessage',
      'streamMessage',
    ]);
    expect(countedAs('createChat').sort()).toEqual(there('createChat', 'createGroup').sort());
    expect(countedAs('typing')).toEqual(there('sendDelta', 'typing', 'sendEvent'));
  });
});

describe('Renewing tokens', () => {
  /** The refresh token of a new session of somebody. */
  const session = async (world: World, userId: number): Promise<string> => {
    const [id, secret] = [randomBytes(16), randomBytes(32)];
    const hash = createHash('sha256').update(secret).digest();
    await world.sql(
      `INSERT INTO sessions (id, "userId", "tokenHash", "expiresAt") VALUES ($1, $2, $3, now() + interval '1 day')`,
      [id.toString('hex'), userId, hash],
    );
    return Buffer.concat([id, secret]).toString('base64url');
  };
  const refresh = (world: World, refreshToken: string) =>
    world.http.post('/auth/refresh').send({ refreshToken });

  it('does not count as a login: many people behind one address may do it', async () => {
    const world = await limited(ownAccounts());
    const { user } = await register(world);
    const tokens = await Promise.all(Array.from({ length: 60 }, () => session(world, user.id)));
    for (const token of tokens) await refresh(world, token).expect(200);
    await world.stop();
  });

  it('is counted by session, whichever token is its newest', async () => {
    const world = await limited({ ...ownAccounts(), RATE_LIMIT_OTHER: '3/1m' });
    const { user } = await register(world);
    let token = await session(world, user.id);
    for (let i = 0; i < 3; i++) token = (await refresh(world, token).expect(200)).body.refreshToken;
    expect((await refresh(world, token).expect(429)).body.error.details).toEqual({ limit: 'other' });
    await refresh(world, await session(world, user.id)).expect(200);
    await world.stop();
  });
});

describe('Without limits', () => {
  it('nothing is counted or refused, and no header speaks of it', async () => {
    const world = await World.start({
      RATE_LIMITS: 'off',
      RATE_LIMIT_MESSAGES: '1/1h',
      RATE_LIMIT_ADDRESS: '1/1h',
    });
    const alice = await world.person();
    const receiverId = world.newId();
    expect(okCount(await burst(alice, 500, 'sendMessage', (i) => ({ receiverId, content: `${i}` })))).toBe(
      500,
    );
    const { headers } = await world.http.get('/users/online').expect(200);
    expect(Object.keys(headers).filter((name) => name.startsWith('ratelimit'))).toEqual([]);
    await world.stop();
  });
});
