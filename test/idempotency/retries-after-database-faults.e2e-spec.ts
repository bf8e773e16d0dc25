import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { MessagesPage, MessageView, UserView } from '../../src/contract/index.js';
import { freshDatabase } from '../support/cluster.js';
import { groupOf } from '../support/groups.js';
import { Proxy } from '../support/proxy.js';
import { World } from '../support/world.js';

// What a key stands for is done once, also when the database fails between doing it and saying so.
describe('A command with an idempotency key, tried again after the database failed,', () => {
  let world: World;
  let proxy: Proxy;
  let truth: pg.Pool;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await freshDatabase();
    drop = database.drop;
    proxy = await Proxy.before(database.url);
    truth = new pg.Pool({ connectionString: database.url, max: 2 });
    world = await World.start({ DATABASE_URL: proxy.url });
    await truth.query(`
      CREATE SEQUENCE looks;
      CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('looks') = 1 THEN RAISE EXCEPTION 'going down' USING ERRCODE = '08006'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER fail_once BEFORE UPDATE ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION fail_once()`);
    await truth.query(`SELECT nextval('looks')`);
  });
  afterAll(async () => {
    await proxy.close();
    await world.stop();
    await truth.end();
    await drop();
  });

  const faults: [string, (statement: string) => Promise<unknown>][] = [
    ['its answer can not be kept', () => truth.query(`ALTER SEQUENCE looks RESTART`)],
    [
      'nobody hears whether it was committed',
      (statement) => Promise.resolve(void proxy.loseAnswerTo(statement)),
    ],
  ];

  /** Fails the first time, and is asked again as clients do; `meanwhile` happens in between. */
  const retried = async (
    path: string,
    body: object,
    statement: string,
    fault: (of: string) => unknown,
    meanwhile: () => unknown = () => undefined,
  ) => {
    const key = randomUUID();
    const ask = (of: object) => world.http.post(path).set('Idempotency-Key', key).send(of);
    await fault(statement);
    const first = await ask(body);
    expect([first.status, first.body.error?.code]).toEqual([503, 'UNAVAILABLE']);
    await meanwhile();
    const other = await ask({ ...body, metadata: { other: true } });
    expect([other.status, other.body.error?.code]).toEqual([409, 'IDEMPOTENCY_MISMATCH']);
    const { body: answer } = await ask(body).expect(201);
    expect((await ask(body).expect(201)).body).toEqual(answer);
    return answer as unknown;
  };

  describe.each(faults)('because %s', (_, fault) => {
    it('writes one system message, which members receive and which does not show the key', async () => {
      const { alice, chatId } = await world.pair();
      const path = `/chats/${chatId}/system-messages`;
      const message = await retried(path, { content: 'Your parcel is here' }, 'COMMIT', fault);
      expect(message).toMatchObject({ seq: 1, senderId: null, clientId: null });
      const { rows } = await truth.query('SELECT id FROM messages WHERE "chatId" = $1', [chatId]);
      expect(rows).toEqual([{ id: (message as MessageView).id }]);
      expect(await alice.next('newMessage')).toEqual(message);
      expect((await alice.ok<MessagesPage>('getMessages', { chatId })).messages).toEqual([message]);
      expect(await alice.ok('getChats')).toMatchObject([{ lastSeq: 1, unread: 1, lastMessage: message }]);
    });

    it('does not tell of a system message to somebody who joined after it and may not see the past', async () => {
      const { chatId, owner, members } = await groupOf(world, 1, { historyVisible: 'fromJoin' });
      const late = await world.person();
      const path = `/chats/${chatId}/system-messages`;
      const message = await retried(
        path,
        { content: 'For those who are here' },
        'COMMIT',
        fault,
        async () => {
          await owner.ok('addMembers', { chatId, userIds: [late.userId] });
          await late.next('newChat');
        },
      );
      const own = await owner.ok('sendMessage', { chatId, content: 'Welcome' });
      const heard: unknown[] = [];
      do heard.push(await late.next('newMessage'));
      while ((heard.at(-1) as MessageView).id !== (own as unknown as MessageView).id);
      expect(heard).not.toContainEqual(message);
      expect(members[0]!.unread('newMessage')).toContainEqual(message);
    });

    it.each([
      ['with an externalId', () => ({ externalId: randomUUID() })],
      ['without one', () => ({})],
    ])('makes one user: %s', async (_, ids) => {
      await world.http.post('/users').send({ name: 'of the pool' }).expect(201);
      const name = randomUUID();
      const user = await retried('/users', { name, ...ids() }, 'INSERT INTO "users"', fault);
      const { rows } = await truth.query('SELECT id FROM users WHERE name = $1', [name]);
      expect(rows).toEqual([{ id: (user as UserView).id }]);
      expect(user).not.toHaveProperty('creationKey');
    });
  });

  it('is separate for each person: two people make two users with the same key', async () => {
    const key = randomUUID();
    const make = (userId: number) =>
      world.http
        .post('/users')
        .set({ 'Idempotency-Key': key, 'X-User-Id': String(userId) })
        .send({ name: 'same' })
        .expect(201);
    const [one, other] = [await make(world.newId()), await make(world.newId())];
    expect(one.body.id).not.toBe(other.body.id);
  });

  it('is refused for an externalId in use, and may use the same key for another externalId', async () => {
    const [key, externalId] = [randomUUID(), randomUUID()];
    await world.http.post('/users').send({ externalId }).expect(201);
    const make = (of: object) => world.http.post('/users').set('Idempotency-Key', key).send(of);
    expect((await make({ externalId }).expect(409)).body.error.code).toBe('CONFLICT');
    expect((await make({ externalId: randomUUID() }).expect(201)).body.id).toEqual(expect.any(Number));
  });

  it('makes one user at most: the table itself refuses a second one with the key', async () => {
    const make = () => truth.query(`INSERT INTO users ("creationKey") VALUES ('0 key')`);
    await make();
    await expect(make()).rejects.toThrow(/users_creation_key/);
  });
});
