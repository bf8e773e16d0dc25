import { nodeStatusView, type NodeStatusView, userSessionView } from '../../src/contract/index.js';
import { bearer, loggedIn, newApiKey, ownAccounts, PASSWORD } from '../support/accounts.js';
import { World } from '../support/world.js';

const KEY = newApiKey();

describe('What the page of operators asks for', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: KEY });
  });
  afterAll(() => world.stop());

  const get = (path: string) => world.http.get(path).set('X-Api-Key', KEY);
  const status = async (): Promise<NodeStatusView> => {
    const { body } = await get('/status').expect(200).expect('Cache-Control', 'private, no-store');
    return nodeStatusView.strict().parse(body);
  };

  it('is how the node does: what is online, what was sent and how long that took', async () => {
    const before = await status();
    expect(before).toMatchObject({
      status: 'ready',
      database: 'up',
      redis: null,
      degraded: [],
      connections: 0,
      people: 0,
      failures: 0,
      waitingBytes: 0,
      writer: { waiting: 0 },
    });
    expect(before.memoryBytes).toBeGreaterThan(1e7);
    expect(before.pool.busy + before.pool.idle).toBeGreaterThan(0);
    expect(Date.parse(before.startedAt)).toBeLessThan(Date.parse(before.now));

    const [alice, bob] = [await loggedIn(world), await loggedIn(world)];
    const socket = await world.bearer(alice.user.id, alice.accessToken);
    const ids = { user1Id: alice.user.id, user2Id: bob.user.id };
    const { body: chat } = await world.http
      .post('/chats')
      .set(bearer(alice.accessToken))
      .send(ids)
      .expect(201);
    await world.http
      .post(`/chats/${chat.id}/messages`)
      .set(bearer(alice.accessToken))
      .send({ content: 'by REST' })
      .expect(201);
    await socket.ok('sendMessage', { chatId: chat.id, content: 'by a socket' });

    const now = await status();
    expect(now).toMatchObject({ node: before.node, connections: 1, people: 1 });
    expect(now.messages - before.messages).toBe(2);
    const acked = (one: NodeStatusView) => one.acks.at(-1)!;
    expect(acked(now).withinMs).toBeNull();
    expect(acked(now).count - acked(before).count).toBe(2);
    const counts = now.acks.map(({ count }) => count);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    socket.close();
  });

  it('is not for people, and not for who has no key', async () => {
    const { accessToken, user } = await loggedIn(world);
    for (const path of ['/status', `/users/${user.id}/sessions`]) {
      await world.http.get(path).set(bearer(accessToken)).expect(403);
      await world.http.get(path).expect(401);
      await world.http.get(path).set('X-Api-Key', newApiKey()).expect(401);
    }
  });

  it('is where somebody is logged in, the latest first, and nothing after that was ended', async () => {
    const first = await loggedIn(world);
    const { user } = first;
    const sessions = async () => {
      const { body } = await get(`/users/${user.id}/sessions`).expect(200);
      return userSessionView.strict().array().parse(body);
    };
    const { body: second } = await world.http
      .post('/auth/login')
      .send({ username: user.username, password: PASSWORD })
      .expect(200);
    await world.http.get('/auth/me').set(bearer(first.accessToken)).expect(200);
    const both = await sessions();
    expect(both).toHaveLength(2);
    expect(both[0]!.refreshedAt >= both[1]!.refreshedAt).toBe(true);
    expect(JSON.stringify(both)).not.toContain(second.refreshToken.slice(0, 21));

    await world.http.post('/auth/logout').send({ refreshToken: second.refreshToken }).expect(200);
    expect(await sessions()).toHaveLength(1);
    await world.http.post(`/users/${user.id}/sessions/revoke`).set('X-Api-Key', KEY).expect(200);
    expect(await sessions()).toEqual([]);
    await world.http.post('/auth/refresh').send({ refreshToken: first.refreshToken }).expect(401);
    await world.http.get('/auth/me').set(bearer(first.accessToken)).expect(401);
    const { body } = await get('/users/9999999/sessions').expect(404);
    expect(body.error.code).toBe('NOT_FOUND');
  });
});
