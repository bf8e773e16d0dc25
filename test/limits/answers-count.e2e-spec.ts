import { type Client, World } from '../support/world.js';

jest.setTimeout(60_000);

/** Answers are counted like commands, by their bytes. */
describe('The bytes of answers', () => {
  let world: World;
  let alice: Client;
  let chatId: number;
  beforeAll(async () => {
    world = await World.start({ RATE_LIMITS: 'on', RATE_LIMIT_BYTES: '300kb/1m' });
    alice = await world.person();
    const receiverId = world.newId();
    for (let i = 0; i < 20; i++) {
      chatId = (await alice.ok<{ chatId: number }>('sendMessage', { receiverId, content: 'x'.repeat(5_000) }))
        .chatId;
    }
  });
  afterAll(() => world.stop());

  it('are refused beyond the limit, and messages are not', async () => {
    let pages = 0;
    for (;;) {
      const answer = await alice.ask('getMessages', { chatId });
      if (answer.ok) pages++;
      else {
        expect(answer.error).toMatchObject({ code: 'RATE_LIMITED', details: { limit: 'answers' } });
        expect(answer.error.retryAfterMs).toBeGreaterThan(0);
        break;
      }
      expect(pages).toBeLessThan(10);
    }
    expect(pages).toBeGreaterThan(1);
    await alice.ok('sendMessage', { chatId, content: 'still' });
  });

  it('count over REST and over all sockets of a user together', async () => {
    const phone = await world.person(alice.userId);
    expect(await phone.refused('getMessages', { chatId })).toBe('RATE_LIMITED');
    await world.http.get(`/chats/${chatId}/messages`).set('X-User-Id', `${alice.userId}`).expect(429);

    const bob = world.newId();
    await alice.ok('sendMessage', { receiverId: bob, content: 'y'.repeat(5_000) });
    let status = 200;
    for (let i = 0; status === 200; i++) {
      ({ status } = await world.http.get(`/chats/user/${bob}`).set('X-User-Id', `${bob}`));
      expect(i).toBeLessThan(200);
    }
    expect(status).toBe(429);
  });
});

describe('The sockets of a user', () => {
  it('are bounded; the newest is refused, and one that closes makes room', async () => {
    const world = await World.start({ RATE_LIMITS: 'on', RATE_LIMIT_USER_SOCKETS: '3' });
    const first = await world.person();
    const others = [await world.person(first.userId), await world.person(first.userId)];
    const late = await world.stranger();
    const refused = await late.ask('userOnline', first.userId);
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'RATE_LIMITED', details: { limit: 'user sockets' } },
    });
    await first.ok('userOnline', first.userId);
    await others[0]!.ok('userOffline');
    await late.ok('userOnline', first.userId);
    await world.stop();
  });
});
