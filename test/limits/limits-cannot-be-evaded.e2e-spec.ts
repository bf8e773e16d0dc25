import type { Answer } from '../../src/contract/index.js';
import { mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { edges, over } from '../support/edges.js';
import { type Client, World } from '../support/world.js';

const okCount = (answers: Answer[]) => answers.filter((answer) => answer.ok).length;

describe('Limits of a person with AUTH=jwt', () => {
  it('go on when all their sockets are taken offline', async () => {
    const key = newApiKey();
    const world = await World.start({
      ...ownAccounts(),
      API_KEYS: key,
      RATE_LIMITS: 'on',
      RATE_LIMIT_MESSAGES: '10/1m',
    });
    const { userId, accessToken } = await mint(world, key);
    const { userId: receiverId } = await mint(world, key);
    const sockets = [await world.bearer(userId, accessToken), await world.bearer(userId, accessToken)];
    for (const socket of sockets) await socket.ok('userOffline', userId);
    const answers = await Promise.all(
      sockets.flatMap((socket) =>
        Array.from({ length: 10 }, (_, i) =>
          socket.ask('sendMessage', { receiverId, content: `number ${i}` }),
        ),
      ),
    );
    expect(okCount(answers)).toBe(10);
    await world.stop();
  });
});

describe('Refusals', () => {
  it('count for all sockets of a user together: who opens more of them is cut off all the same', async () => {
    const [sockets, asked] = [5, 80];
    const world = await World.start({ RATE_LIMITS: 'on', RATE_LIMIT_OTHER: `${sockets}/1h` });
    const userId = world.newId();
    const devices: Client[] = [];
    for (let nth = 0; nth < sockets; nth++) devices.push(await world.person(userId));
    const cut: boolean[] = [];
    for (const [nth, { socket }] of devices.entries()) {
      const last: unknown[] = [];
      socket.on('exception', (error) => last.push(error));
      const closed = new Promise<null>((resolve) => socket.once('disconnect', () => resolve(null)));
      const answers = Array.from({ length: asked }, () => {
        const answer = new Promise((resolve) => socket.emit('getChats', { userId }, resolve));
        return Promise.race([answer, closed]);
      });
      await Promise.all(answers);
      // The closing comes right after the last answer.
      if (nth >= 3) await closed;
      cut.push(socket.disconnected);
      if (socket.disconnected)
        expect(last).toEqual([expect.objectContaining({ command: null, code: 'RATE_LIMITED' })]);
    }
    // 300 refusals are three sockets and a bit; none of them was refused a hundred times.
    expect(cut).toEqual([false, false, false, true, true]);
    await world.stop();
  });
});

describe('The limit of chats', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ RATE_LIMITS: 'on', RATE_LIMIT_CHATS: '3/1m' });
  });
  afterAll(() => world.stop());

  const send = (sender: Client, receiverId: number) =>
    sender.ask('sendMessage', { receiverId, content: 'hi' });
  const createChat = (sender: Client, user2Id: number) => ({ user1Id: sender.userId, user2Id });
  const refused = {
    code: 'RATE_LIMITED',
    details: { limit: 'createChat' },
    retryAfterMs: expect.any(Number),
  };

  it('counts chats that messages open: that message alone is refused, others go on', async () => {
    const { alice, bob, chatId } = await world.pair();
    const receivers = Array.from({ length: 10 }, () => world.newId());
    const answers = await Promise.all(
      receivers.flatMap((receiverId) => [send(alice, receiverId), send(alice, bob.userId)]),
    );
    const [fresh, known] = [0, 1].map((rest) => answers.filter((_, i) => i % 2 === rest));
    // The chat with bob was the first.
    expect(fresh!.map(({ ok }) => ok)).toEqual(receivers.map((_, i) => i < 2));
    for (const answer of fresh!.slice(2)) expect(answer).toMatchObject({ ok: false, error: refused });
    expect(okCount(known!)).toBe(10);
    expect(await alice.ok('getChats')).toHaveLength(3);
    for (const edge of edges) {
      const by = over(edge, world, alice);
      expect(await by.ask('createChat', createChat(alice, world.newId()))).toMatchObject({ error: refused });
      await by.ok('sendMessage', { chatId, content: 'still here' });
    }
    await over('Socket.IO', world, alice).ok('sendMessage', {
      receiverId: receivers[0],
      content: 'and here',
    });
    expect((await send(bob, world.newId())).ok).toBe(true);
  });

  it('counts a chat once, however many messages would open it, and does not count one that is not opened', async () => {
    const [alice, bob, blocked] = [await world.person(), await world.person(), await world.person()];
    await blocked.ok('blockUser', { userId: alice.userId });
    const both = [alice, bob].flatMap((one, i, all) =>
      Array.from({ length: 5 }, () => send(one, all[1 - i]!.userId)),
    );
    expect(okCount(await Promise.all(both))).toBe(10);
    for (let i = 0; i < 5; i++) {
      expect(await send(alice, blocked.userId)).toMatchObject({ error: { code: 'FORBIDDEN' } });
    }
    const more = [];
    for (const one of [alice, bob]) {
      for (let i = 0; i < 3; i++) more.push(await send(one, world.newId()));
    }
    // Of the six that the two may open one is theirs.
    expect(okCount(more)).toBe(5);
  });
});
