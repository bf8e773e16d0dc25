import { MOST_UNANSWERED } from '../../src/common/http/http-connection.js';
import { Pipeline, requestLine } from '../support/pipelining.js';
import { type Client, eventually, World } from '../support/world.js';

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

  it('count for somebody whose connection ends before they come', async () => {
    const bob = await world.person();
    for (let i = 0; i < 20; i++)
      await bob.ok('sendMessage', { receiverId: alice.userId, content: 'x'.repeat(5_000) });
    const { id } = await bob.ok<{ id: number }>('createChat', { user1Id: bob.userId, user2Id: alice.userId });
    const page = requestLine(`/chats/${id}/messages`, 'GET', `X-User-Id: ${bob.userId}`);
    for (let n = 0; n < 6; n++) {
      const pipeline = await Pipeline.open(world.app.httpPort);
      // The first one is served, and the others end the connection.
      pipeline.send(page.repeat(MOST_UNANSWERED + 2));
      await pipeline.closed;
      expect(pipeline.statuses).toEqual([]);
    }
    await eventually(async () => {
      const { body } = await world.http.get('/users/online').set('X-User-Id', `${bob.userId}`);
      return body.error?.details.limit === 'answers';
    });
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
