import { userView } from '../../src/contract/index.js';
import { World } from '../support/world.js';

interface User {
  id: number;
  externalId: string | null;
  name: string | null;
}

describe('Users', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const create = async (user: object): Promise<User> =>
    (await world.http.post('/users').send(user).expect(201)).body;

  it('are created with the given fields', async () => {
    const said = {
      externalId: 'crm-4711',
      name: 'Zoë 👩‍🚀',
      avatarUrl: 'https://example.com/zoe.png',
      metadata: { team: { name: 'blue', seats: [1, 2] } },
    };
    const user = await create(said);
    expect(userView.strict().parse(user)).toMatchObject({
      id: expect.any(Number),
      ...said,
      lastSeenAt: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect((await world.http.get(`/users/${user.id}`).expect(200)).body).toEqual(user);
  });

  it('can be created without any field', async () => {
    expect(userView.strict().parse(await create({}))).toMatchObject({
      id: expect.any(Number),
      externalId: null,
      name: null,
      avatarUrl: null,
      metadata: {},
      lastSeenAt: null,
      createdAt: expect.any(String),
    });
    const { body } = await world.http.post('/users').expect(201);
    expect(body).toMatchObject({ name: null, metadata: {} });
  });

  it('can not choose their id', async () => {
    const { body } = await world.http.post('/users').send({ id: 77_777, name: 'Chooser' }).expect(400);
    expect(body.error.details).toMatchObject([{ path: 'id' }]);
  });

  it('have each an externalId of their own, or none', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world.http.post('/users').send({ externalId: 'the-one' })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status, body } of answers.filter((answer) => answer.status !== 201)) {
      expect(status).toBe(409);
      expect(body.error).toMatchObject({ code: 'CONFLICT', details: [{ path: 'externalId' }] });
    }
    await create({ externalId: null });
    await create({ externalId: null });
  });

  it.each([
    ['a blank name', { name: ' \n ' }],
    ['a name that is no text', { name: 7 }],
    ['a name that is too long', { name: 'x'.repeat(201) }],
    ['an avatar that is no URL', { avatarUrl: 'not a url' }],
    ['an avatar that runs', { avatarUrl: 'javascript:alert(1)' }],
    ['metadata that is a list', { metadata: [1] }],
    ['a blank externalId', { externalId: '' }],
  ])('are refused with %s', async (_, fields) => {
    const [field] = Object.keys(fields);
    const user = await create({ name: 'Before' });
    for (const refused of [world.http.post('/users'), world.http.patch(`/users/${user.id}`)]) {
      if (field === 'externalId' && refused.method === 'PATCH') continue;
      const { body } = await refused.send(fields).expect(400);
      expect(body.error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path: field }] });
    }
    expect((await world.http.get(`/users/${user.id}`)).body).toEqual(user);
  });

  it('are not found when there are none', async () => {
    const { body } = await world.http.get('/users/987654321').expect(404);
    expect(body.error.code).toBe('NOT_FOUND');
    expect((await world.http.patch('/users/987654321').send({ name: 'Nobody' }).expect(404)).body).toEqual(
      body,
    );
  });

  it.each(['0', '-1', '1.5', 'abc', '1e3', '9007199254740992', '%00'])('have no id like %s', async (id) => {
    const { body } = await world.http.get(`/users/${id}`).expect(400);
    expect(body.error.code).toBe('VALIDATION_FAILED');
  });

  describe('listed', () => {
    it('come by id, a page at a time', async () => {
      for (let i = 0; i < 7; i++) await create({ name: `Person ${i}` });
      const rows = await world.sql<{ id: string }>('SELECT id FROM users ORDER BY id');
      const all = rows.map(({ id }) => Number(id));

      const page = async (query: object): Promise<number[]> =>
        ((await world.http.get('/users').query(query).expect(200)).body as User[]).map(({ id }) => id);
      const walked: number[] = [];
      for (let next = await page({ limit: 5 }); next.length > 0;) {
        expect(next.length).toBeLessThanOrEqual(5);
        walked.push(...next);
        next = await page({ limit: 5, after: next.at(-1) });
      }
      expect(walked).toEqual(all);
      expect(await page({ after: all.at(-1) })).toEqual([]);
      expect(await page({ limit: 1 })).toEqual(all.slice(0, 1));
    });

    it('are fifty when nothing else is asked for, a hundred at most', async () => {
      await Promise.all(Array.from({ length: 60 }, (_, i) => create({ name: `One of many ${i}` })));
      expect((await world.http.get('/users').expect(200)).body).toHaveLength(50);
      expect((await world.http.get('/users').query({ limit: 100 }).expect(200)).body.length).toBeGreaterThan(
        60,
      );
      for (const limit of [0, 101, 'many']) await world.http.get('/users').query({ limit }).expect(400);
    });
  });

  describe('changed', () => {
    it('keep what is left out', async () => {
      const user = await create({
        name: 'Ada',
        avatarUrl: 'https://example.com/a.png',
        metadata: { a: 1 },
        externalId: 'ada',
      });
      const change = async (fields: object) =>
        (await world.http.patch(`/users/${user.id}`).send(fields).expect(200)).body;
      expect(await change({ name: 'Ada L.' })).toEqual({ ...user, name: 'Ada L.' });
      expect(await change({ metadata: { b: 2 } })).toEqual({ ...user, name: 'Ada L.', metadata: { b: 2 } });
      expect(await change({})).toEqual({ ...user, name: 'Ada L.', metadata: { b: 2 } });
      expect((await world.http.get(`/users/${user.id}`)).body).toEqual({
        ...user,
        name: 'Ada L.',
        metadata: { b: 2 },
      });
    });

    it('lose what is set to null', async () => {
      const user = await create({ name: 'Bea', avatarUrl: 'https://example.com/b.png' });
      const { body } = await world.http
        .patch(`/users/${user.id}`)
        .send({ name: null, avatarUrl: null })
        .expect(200);
      expect(body).toEqual({ ...user, name: null, avatarUrl: null });
    });

    it('keep their id and their externalId', async () => {
      const user = await create({ externalId: 'fixed', name: 'Fixed' });
      const { body } = await world.http
        .patch(`/users/${user.id}`)
        .send({ id: user.id + 1_000, externalId: 'other', createdAt: '2020-01-01T00:00:00Z' })
        .expect(200);
      expect(body).toEqual(user);
    });

    it('are changed by themselves or by the application, not by others', async () => {
      const [user, other] = [await create({ name: 'Me' }), await create({ name: 'You' })];
      const as = (asker: number) =>
        world.http
          .patch(`/users/${user.id}`)
          .set('X-User-Id', String(asker))
          .send({ name: `By ${asker}` });
      expect((await as(other.id).expect(403)).body.error.code).toBe('FORBIDDEN');
      expect((await as(user.id).expect(200)).body.name).toBe(`By ${user.id}`);
    });

    it('show so in the chat lists of others', async () => {
      const { alice, bob } = await world.pair();
      await world.http
        .patch(`/users/${bob.userId}`)
        .send({ name: 'Bob', metadata: { public: { mood: 'fine' }, size: 44 } })
        .expect(200);
      expect(await alice.ok('getChats')).toMatchObject([
        { otherUser: { id: bob.userId, name: 'Bob', metadata: { public: { mood: 'fine' } } } },
      ]);
    });
  });

  describe('whom open mode makes', () => {
    it('exist from the first use of their id, and stay', async () => {
      const [one, other, third] = [world.newId(), world.newId(), world.newId()];
      await world.http.get(`/users/${one}`).expect(404);
      await world.http.post('/chats').send({ user1Id: one, user2Id: other }).expect(201);
      await world.person(third);
      for (const id of [one, other, third]) {
        expect((await world.http.get(`/users/${id}`).expect(200)).body).toMatchObject({ id, name: null });
      }
    });

    it('keep their ids: those who are made later get others', async () => {
      const { id } = await create({ name: 'Before' });
      const taken = [1, 2, 3, 5, 6].map((step) => id + step);
      await Promise.all(
        taken.map((userId) => world.http.post('/chats').send({ user1Id: 1, user2Id: userId })),
      );
      const made = await Promise.all(Array.from({ length: 20 }, (_, i) => create({ name: `After ${i}` })));
      const ids = made.map((user) => user.id);
      expect(new Set(ids).size).toBe(20);
      for (const userId of taken) expect(ids).not.toContain(userId);
      expect(ids).toContain(id + 4);
      for (const [i, user] of made.entries()) {
        expect((await world.http.get(`/users/${user.id}`)).body.name).toBe(`After ${i}`);
      }
    });

    it('cost few page reads when others are made later, however many there are', async () => {
      const { id } = await create({ name: 'Before' });
      await world.sql(
        'INSERT INTO users (id) SELECT generate_series($1::bigint + 1, $1::bigint + 300000) ON CONFLICT DO NOTHING',
        [id],
      );
      const [plan] = await world.sql<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
        'EXPLAIN (ANALYZE, BUFFERS, FORMAT json) INSERT INTO users DEFAULT VALUES',
      );
      const { Plan } = plan!['QUERY PLAN'][0];
      expect(Plan['Shared Hit Blocks']! + Plan['Shared Read Blocks']!).toBeLessThan(2_000);
      const made = await Promise.all(Array.from({ length: 20 }, (_, i) => create({ name: `After ${i}` })));
      const ids = made.map((user) => user.id).sort((a, b) => a - b);
      expect(ids).toEqual(Array.from({ length: 20 }, (_, i) => id + 300_002 + i));
    });

    it('leave a run of ids once, however many come to it at once', async () => {
      const { id } = await create({ name: 'Before' });
      await world.sql(
        'INSERT INTO users (id) SELECT generate_series($1::bigint + 1, $1::bigint + 5000) ON CONFLICT DO NOTHING',
        [id],
      );
      const made = await Promise.all(Array.from({ length: 50 }, (_, i) => create({ name: `After ${i}` })));
      expect(new Set(made.map((user) => user.id)).size).toBe(50);
      const [{ last }] = (await world.sql<{ last: string }>(
        'SELECT last_value AS last FROM users_id_seq',
      )) as [{ last: string }];
      expect(Number(last)).toBeGreaterThanOrEqual(Math.max(...made.map((user) => user.id)));
    });

    it('can have the largest id there is', async () => {
      const largest = Number.MAX_SAFE_INTEGER;
      const client = await world.person(largest);
      const message = await client.ok('sendMessage', { receiverId: world.newId(), content: 'from afar' });
      expect(message).toMatchObject({ senderId: largest });
      expect((await world.http.get(`/users/${largest}`).expect(200)).body.id).toBe(largest);
      expect((await create({ name: 'Still small' })).id).toBeLessThan(largest);
    });
  });
});
