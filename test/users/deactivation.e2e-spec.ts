import type { ErrorView, SessionView, UserView } from '../../src/contract/index.js';
import { Database, type Transaction } from '../../src/database/database.js';
import {
  bearer,
  loggedIn,
  mint,
  newApiKey,
  ownAccounts,
  PASSWORD,
  refusal,
  type Minted,
} from '../support/accounts.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { pause } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

const key = newApiKey();
const asApplication = { 'X-Api-Key': key };

const deactivate = (world: World, userId: number, more = {}) =>
  world.http.post(`/users/${userId}/deactivate`).set(asApplication).send(more);

const reactivate = (world: World, userId: number) =>
  world.http.post(`/users/${userId}/reactivate`).set(asApplication);

const login = (world: World, username: string, password = PASSWORD) =>
  world.http.post('/auth/login').send({ username, password });

const refresh = (world: World, refreshToken: string) =>
  world.http.post('/auth/refresh').send({ refreshToken });

const me = (world: World, token: string) => world.http.get('/auth/me').set(bearer(token));

const WHY = { until: null, reason: 'spam' };

/** Of a refusal with an end, how long that is: at most that many milliseconds. */
const expectWait = (error: ErrorView, mostMs: number) => {
  const { until } = error.details as { until: string };
  expect(error.retryAfterMs).toBeGreaterThan(0);
  expect(error.retryAfterMs).toBeLessThanOrEqual(mostMs);
  expect(error.retryAfterMs).toBeGreaterThanOrEqual(Math.min(Date.parse(until) - Date.now(), mostMs));
};

/** Soon refused at this node, on both edges. */
async function refusedAt(world: World, token: string, details: object = WHY): Promise<void> {
  await eventually(async () => (await me(world, token)).status === 403);
  const { body } = await me(world, token).expect(403);
  expect(body.error).toMatchObject({ code: 'DEACTIVATED', details });
  const { retryAfterMs } = body.error;
  expect(await refusal(world, { token })).toEqual(
    retryAfterMs === undefined ? body.error : { ...body.error, retryAfterMs: expect.any(Number) },
  );
}

async function acceptedAt(world: World, { userId, accessToken }: Pick<Minted, 'userId' | 'accessToken'>) {
  await eventually(async () => (await me(world, accessToken)).status === 200);
  const client = await world.bearer(userId, accessToken);
  await client.next('ready');
  client.close();
}

/** The socket is told why, and then closed. */
async function endedOf(client: Client, details: object = WHY): Promise<void> {
  const told = await client.next<ErrorView>('exception');
  expect(told).toMatchObject({ command: null, code: 'DEACTIVATED', details });
  await eventually(() => !client.socket.connected);
}

const start = async (variables: Record<string, string>) => {
  const one = await World.start(variables);
  return [one, await World.start({ ...variables, DATABASE_URL: one.config.database.url! })] as const;
};

const bearerOf = async (world: World, { userId, accessToken }: Minted) => {
  const client = await world.bearer(userId, accessToken);
  await client.next('ready');
  return client;
};

/** Two people with a direct chat in which both have written, the first at one node and the second at the other. */
async function pairAt([one, other]: readonly [World, World]) {
  const [her, his] = await Promise.all([mint(one, key), mint(one, key)]);
  const [alice, bob] = [await bearerOf(one, her), await bearerOf(other, his)];
  const { chatId } = await alice.ok<{ chatId: number }>('sendMessage', {
    receiverId: bob.userId,
    content: 'hi',
  });
  await bob.ok('sendMessage', { chatId, content: 'hello' });
  return { alice, bob, chatId, her, his };
}

/** What holds for two nodes over one database, whether or not they can speak to each other. */
function deactivating(nodes: () => readonly [World, World]): void {
  it('closes sockets and refuses tokens at all nodes, until the person is let back', async () => {
    const [one, other] = nodes();
    const { user, accessToken, refreshToken } = await loggedIn(one);
    const clients = [await one.bearer(user.id, accessToken), await other.bearer(user.id, accessToken)];
    const { body } = await deactivate(one, user.id, { reason: 'spam' }).expect(200);
    expect(body).toEqual({
      userId: user.id,
      externalId: null,
      deactivated: true,
      at: expect.any(String),
      until: null,
      reason: 'spam',
    });
    // The node that answered knows at once.
    await me(one, accessToken).expect(403);
    const answered = performance.now();
    for (const client of clients) await endedOf(client);
    expect(performance.now() - answered).toBeLessThan(2_000);
    for (const node of nodes()) {
      await refusedAt(node, accessToken);
      expect((await login(node, user.username!).expect(403)).body.error.details).toEqual(WHY);
      expect((await refresh(node, refreshToken).expect(403)).body.error.code).toBe('DEACTIVATED');
      const minted = await node.http.post('/auth/tokens').set(asApplication).send({ userId: user.id });
      expect(minted.body.error.code).toBe('DEACTIVATED');
    }
    const listed = async () => (await other.http.get('/deactivations?limit=200').set(asApplication)).body;
    expect(await listed()).toContainEqual(body);
    const back = await reactivate(other, user.id).expect(200);
    expect(back.body).toEqual({
      userId: user.id,
      externalId: null,
      deactivated: false,
      at: null,
      until: null,
      reason: null,
    });
    expect(await listed()).not.toContainEqual(expect.objectContaining({ userId: user.id }));
    for (const node of nodes()) await acceptedAt(node, { userId: user.id, accessToken });
    // The refusal has not spent the token, and a refresh is not taken for a theft.
    const again = (await refresh(one, refreshToken).expect(200)).body as SessionView;
    await acceptedAt(other, { userId: user.id, accessToken: again.accessToken });
    await login(other, user.username!).expect(200);
  });

  it('is answered as done where no statement succeeds after it', async () => {
    const [one, other] = nodes();
    const { userId } = await mint(one, key);
    const { transaction, run } = Database.prototype;
    const done = new WeakSet<Database>();
    const transactions = jest.spyOn(Database.prototype, 'transaction').mockImplementation(async function <T>(
      this: Database,
      work: (tx: Transaction) => Promise<T>,
    ): Promise<T> {
      const result = (await transaction.call(this, work)) as T;
      done.add(this);
      return result;
    });
    const runs = jest.spyOn(Database.prototype, 'run').mockImplementation(function (this: Database, ...args) {
      if (!done.has(this)) return run.apply(this, args);
      return Promise.reject(Object.assign(new Error('gone'), { code: '08006' }));
    });
    try {
      const { body } = await deactivate(one, userId, { reason: 'spam' }).expect(200);
      expect(body).toMatchObject({
        userId,
        externalId: expect.any(String),
        deactivated: true,
        reason: 'spam',
      });
      const back = await reactivate(other, userId).expect(200);
      expect(back.body).toMatchObject({ userId, externalId: body.externalId, deactivated: false });
    } finally {
      runs.mockRestore();
      transactions.mockRestore();
    }
  });

  it('ends by itself at the time that was named, at all nodes', async () => {
    const [one, other] = nodes();
    const { alice, bob, chatId, his } = await pairAt(nodes());
    const until = new Date(Date.now() + 4_000).toISOString();
    await deactivate(one, bob.userId, { until }).expect(200);
    await endedOf(bob, { until, reason: null });
    await refusedAt(other, his.accessToken, { until, reason: null });
    expect(await alice.next<UserView>('userUpdated')).toMatchObject({ id: bob.userId, deactivated: true });
    expect(await alice.refused('sendMessage', { chatId, content: 'there?' })).toBe('USER_DEACTIVATED');
    expect(await alice.next<UserView>('userUpdated')).toMatchObject({ id: bob.userId, deactivated: false });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
    for (const node of nodes()) await acceptedAt(node, his);
    await eventually(async () => (await alice.ask('sendMessage', { chatId, content: 'back?' })).ok);
  });

  it('refuses new messages to them in direct chats as soon as it is answered, at all nodes', async () => {
    const [one, other] = nodes();
    const { alice, bob, chatId } = await pairAt(nodes());
    const [second, stranger] = [
      await bearerOf(other, await mint(one, key)),
      await bearerOf(one, await mint(one, key)),
    ];
    await second.ok('createChat', { user1Id: second.userId, user2Id: bob.userId });
    const stream = await alice.ok<{ id: number }>('streamMessage', { chatId, content: 'Onc' });
    await deactivate(one, bob.userId).expect(200);
    const to = { receiverId: bob.userId, content: 'psst' };
    for (const client of [alice, second, stranger])
      expect(await client.refused('sendMessage', to)).toBe('USER_DEACTIVATED');
    expect(await alice.refused('sendMessage', { chatId, content: 'psst' })).toBe('USER_DEACTIVATED');
    expect(await alice.refused('sendMessage', { ...to, chatId, metadata: { mentions: [bob.userId] } })).toBe(
      'USER_DEACTIVATED',
    );
    // Nor is anything else written to them: events, typing, more of a message that grows.
    for (const [command, input] of [
      ['sendEvent', { chatId, type: 'x' }],
      ['typing', { chatId, typing: true }],
      ['sendDelta', { messageId: stream.id, offset: 3, text: 'e' }],
    ] as const)
      expect([command, await alice.refused(command, input)]).toEqual([command, 'USER_DEACTIVATED']);
    const pair = { user1Id: stranger.userId, user2Id: bob.userId };
    expect(await stranger.refused('createChat', pair)).toBe('USER_DEACTIVATED');
    expect(await one.sql('SELECT 1 FROM chats WHERE "user1Id" = $1', [stranger.userId])).toEqual([]);
    // What was written can be read, and the chat says that nobody may write.
    const [listed] = await alice.ok<[{ canSend: boolean; otherUser: UserView }]>('getChats', {
      userId: alice.userId,
    });
    expect(listed).toMatchObject({ canSend: false, otherUser: { id: bob.userId, deactivated: true } });
    expect((await alice.ok<{ messages: unknown[] }>('getMessages', { chatId })).messages).toHaveLength(3);
    await reactivate(other, bob.userId).expect(200);
    for (const client of [alice, second, stranger]) await client.ok('sendMessage', to);
    await alice.ok('sendEvent', { chatId, type: 'x' });
  });

  it('leaves them in their groups, where they can do nothing, and what they missed comes when they are back', async () => {
    const [one, other] = nodes();
    const [her, his] = [await mint(one, key), await mint(one, key)];
    const [alice, bob] = [await bearerOf(one, her), await bearerOf(other, his)];
    const { id: chatId } = await alice.ok<{ id: number }>('createGroup', {
      title: 'us',
      memberIds: [bob.userId],
    });
    await bob.next('newChat');
    await deactivate(one, bob.userId, { reason: 'spam' }).expect(200);
    await endedOf(bob);
    await refusedAt(other, his.accessToken);
    await alice.ok('sendMessage', { chatId, content: 'without him' });
    const { members } = await alice.ok<{ members: { userId: number }[] }>('getMembers', { chatId });
    expect(members.map(({ userId }) => userId).sort()).toEqual([alice.userId, bob.userId].sort());
    // Nor can the application act in his name, whatever it is.
    for (const node of nodes()) {
      const inHisName = { ...asApplication, 'X-User-Id': String(bob.userId) };
      const sent = await node.http.post(`/chats/${chatId}/messages`).set(inHisName).send({ content: 'me' });
      const read = await node.http.get(`/chats/${chatId}/messages`).set(inHisName);
      expect([sent.body.error.code, read.body.error.code]).toEqual(['DEACTIVATED', 'DEACTIVATED']);
    }
    await reactivate(one, bob.userId).expect(200);
    await acceptedAt(other, his);
    const back = await bearerOf(other, his);
    const { chats } = await back.ok<{ chats: { messages: { content: string }[] }[] }>('sync');
    expect(chats.flatMap(({ messages }) => messages.map(({ content }) => content))).toContain('without him');
    await back.ok('sendMessage', { chatId, content: 'hello again' });
  });

  it('takes their presence away at once, and tells others no more than that', async () => {
    const [one] = nodes();
    const { alice, bob } = await pairAt(nodes());
    await alice.ok('watchPresence', { userIds: [bob.userId] });
    const since = (await alice.ok<{ now: string }>('sync')).now;
    await deactivate(one, bob.userId, { reason: 'a secret reason' }).expect(200);
    expect(await alice.next('userUpdated')).toMatchObject({ id: bob.userId, deactivated: true });
    await eventually(() =>
      alice.unread('userStatus').some((status) => (status as { online: boolean }).online === false),
    );
    const [presence] = await alice.ok<[{ online: boolean }]>('getPresence', { userIds: [bob.userId] });
    expect(presence.online).toBe(false);
    const synced = await alice.ok<{ users: UserView[] }>('sync', { since });
    expect(synced.users).toMatchObject([{ id: bob.userId, deactivated: true }]);
    const [found] = await alice.ok<UserView[]>('getUsers', { ids: [bob.userId] });
    expect(found).toMatchObject({ deactivated: true });
    const heard = JSON.stringify([synced, found, ...alice.unread('userUpdated')]);
    expect(heard).not.toContain('secret');
  });

  it('stores whole what was sent in the middle of it, or refuses it, and nothing any more after a second', async () => {
    const [one, other] = nodes();
    const { alice, bob, chatId, his } = await pairAt(nodes());
    const second = await bearerOf(one, his);
    const { id: groupId } = await alice.ok<{ id: number }>('createGroup', {
      title: 'us',
      memberIds: [bob.userId],
    });
    const answers = new Map<string, string>();
    let flooding = true;
    const flood = (client: Client, chat: number, name: string) => {
      for (let i = 0; flooding && client.socket.connected && i < 20; i++) {
        const clientId = `${name}-${client.userId}-${answers.size}`;
        answers.set(clientId, 'none');
        client.socket.emit(
          'sendMessage',
          { chatId: chat, content: 'flood', clientId },
          (answer: { ok: boolean }) => answers.set(clientId, answer.ok ? 'ok' : 'refused'),
        );
      }
      if (flooding) setTimeout(() => flood(client, chat, name), 5);
    };
    flood(bob, chatId, 'direct');
    flood(second, groupId, 'group');
    flood(alice, chatId, 'to him');
    await eventually(() => [...answers.values()].filter((answer) => answer === 'ok').length > 100);
    await deactivate(other, bob.userId, { reason: 'spam' }).expect(200);
    const sentTo = async (chat: number) =>
      (
        await one.sql<{ clientId: string }>(
          'SELECT "clientId" FROM messages WHERE "chatId" = $1 AND content = $2',
          [chat, 'flood'],
        )
      ).map(({ clientId }) => clientId);
    const direct = (await sentTo(chatId)).length;
    await eventually(() => !bob.socket.connected && !second.socket.connected);
    await pause(1_000);
    const group = (await sentTo(groupId)).length;
    flooding = false;
    await alice.settled();
    await pause(300);
    // Nothing came into the direct chat after the answer, from neither side, and nothing more into the group.
    expect((await sentTo(chatId)).length).toBe(direct);
    expect((await sentTo(groupId)).length).toBe(group);
    const stored = [...(await sentTo(chatId)), ...(await sentTo(groupId))];
    expect(new Set(stored).size).toBe(stored.length);
    const kept = new Set(stored);
    for (const [clientId, answer] of answers) {
      if (answer === 'ok') expect([clientId, kept.has(clientId)]).toEqual([clientId, true]);
      if (answer === 'refused') expect([clientId, kept.has(clientId)]).toEqual([clientId, false]);
    }
    expect([...answers.values()]).toContain('refused');
    const rows = await one.sql<{ seq: string; lastSeq: string }>(
      'SELECT m.seq, c."lastSeq" FROM messages m JOIN chats c ON c.id = m."chatId" WHERE c.id = ANY($1) ORDER BY c.id, seq',
      [[chatId, groupId]],
    );
    expect(rows.filter(({ seq, lastSeq }) => Number(seq) > Number(lastSeq))).toEqual([]);
  });
}

describeWithRedis('Two nodes that know of each other', () => {
  let nodes: readonly [World, World];
  let redis: Redis;
  beforeAll(async () => {
    redis = await Redis.start();
    nodes = await start({ ...ownAccounts(), API_KEYS: key, REDIS_URL: redis.url, GROUP_ADDS: 'everybody' });
  });
  afterAll(async () => {
    await nodes[1].stop();
    await nodes[0].stop();
    redis.close();
  });

  describe('deactivating somebody', () => deactivating(() => nodes));
});

describe('Two nodes that do not know of each other', () => {
  const variables = { ...ownAccounts(), API_KEYS: key, GROUP_ADDS: 'everybody' };
  let nodes: readonly [World, World];
  beforeAll(async () => {
    nodes = await start(variables);
  });
  afterAll(async () => {
    await nodes[1].stop();
    await nodes[0].stop();
  });

  it('both shut out whom one of them deactivates, and let them back', async () => {
    const [one, other] = nodes;
    const minted = await mint(one, key);
    const client = await bearerOf(other, minted);
    await deactivate(one, minted.userId, { reason: 'spam' }).expect(200);
    await endedOf(client);
    await refusedAt(other, minted.accessToken);
    await reactivate(one, minted.userId).expect(200);
    await acceptedAt(other, minted);
  });

  it.each([
    ['an hour', 3_600_000],
    ['a year', 2 ** 31 - 1],
  ])('say how long it is until then, wherever they refuse: %s', async (_, mostMs) => {
    const [one, other] = nodes;
    const { user, accessToken, refreshToken } = await loggedIn(one);
    const client = await one.bearer(user.id, accessToken);
    const until = new Date(Date.now() + (mostMs > 3_600_000 ? 365 * 86_400_000 : mostMs)).toISOString();
    await deactivate(one, user.id, { until }).expect(200);
    await eventually(async () => (await me(other, accessToken)).status === 403);
    const told = [await client.next<ErrorView>('exception')];
    for (const node of nodes) {
      for (const answer of [
        await me(node, accessToken),
        await login(node, user.username!),
        await refresh(node, refreshToken),
        await node.http.post('/auth/tokens').set(asApplication).send({ userId: user.id }),
        await node.http
          .get('/chats/user/' + user.id)
          .set(asApplication)
          .set('X-User-Id', String(user.id)),
      ]) {
        const { error } = answer.body as { error: ErrorView };
        expect(Number(answer.headers['retry-after'])).toBe(Math.ceil(error.retryAfterMs! / 1_000));
        told.push(error);
      }
      told.push(await refusal(node, { token: accessToken }));
    }
    expect(told.map(({ code }) => code)).toEqual(told.map(() => 'DEACTIVATED'));
    for (const error of told) expectWait(error, mostMs);
    await deactivate(one, user.id).expect(200);
    expect((await me(one, accessToken).expect(403)).body.error).not.toHaveProperty('retryAfterMs');
  });

  it('know it from the start, when they start later', async () => {
    const minted = await mint(nodes[0], key);
    await deactivate(nodes[0], minted.userId, { reason: 'spam' }).expect(200);
    const later = await World.start({ ...variables, DATABASE_URL: nodes[0].config.database.url! });
    await me(later, minted.accessToken).expect(403);
    expect((await refusal(later, { token: minted.accessToken })).code).toBe('DEACTIVATED');
    await later.stop();
  });

  it('tells it to nobody who has not the password', async () => {
    const { user } = await loggedIn(nodes[0]);
    await deactivate(nodes[0], user.id).expect(200);
    expect((await login(nodes[1], user.username!, 'a wrong one').expect(401)).body.error).toMatchObject({
      code: 'CREDENTIALS_WRONG',
    });
    await login(nodes[1], user.username!).expect(403);
  });
});
