import type { ChatListItem, UserView } from '../../src/contract/index.js';
import { bearer, mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { type Asker, edges, RestAsker } from '../support/edges.js';
import { World } from '../support/world.js';

const key = newApiKey();
const metadata = {
  phone: '+49 30 1234567',
  public: { mood: 'fine' },
  app: { customer: 4711, public: { verified: true } },
};
const shown = { public: { mood: 'fine' }, app: { public: { verified: true } } };

/** A stranger's id that nobody has. */
const NOBODY = 987_654_320;

interface Person {
  id: number;
  externalId: string;
  over: Record<(typeof edges)[number], Asker>;
}

let people = 0;

/** A person with a profile, made by the application, who asks over both edges. */
async function person(world: World, name = `Person ${++people}`): Promise<Person> {
  const externalId = `crm-${++people}`;
  const users = [{ externalId, name, avatarUrl: `https://example.com/${people}.png`, metadata }];
  await world.http.put('/users').set('X-Api-Key', key).send({ users }).expect(200);
  const { userId, accessToken } = await mint(world, key, { externalId });
  return {
    id: userId,
    externalId,
    over: {
      REST: new RestAsker(world, 0, bearer(accessToken)),
      'Socket.IO': await world.bearer(userId, accessToken),
    },
  };
}

const application = (world: World) => new RestAsker(world, 0, { 'X-Api-Key': key });

const idsOf = (users: UserView[]) => users.map(({ id }) => id);

const inOrder = (...all: Person[]) => all.map(({ id }) => id).sort((one, other) => one - other);

describe('With AUTH=jwt', () => {
  let world: World;
  let me: Person;
  let friend: Person;
  let colleague: Person;
  let stranger: Person;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: key });
    [me, friend, colleague, stranger] = [
      await person(world),
      await person(world),
      await person(world),
      await person(world),
    ];
    await me.over.REST.ok('createChat', { user1Id: me.id, user2Id: friend.id });
    await application(world).ok('createGroup', { title: 'Work', memberIds: [me.id, colleague.id] });
  });
  afterAll(() => world.stop());

  describe.each(edges)('over %s a person', (edge) => {
    it('finds the people of their chats and themselves by id, in the order asked for', async () => {
      const ids = [stranger.id, colleague.id, NOBODY, me.id, friend.id, me.id];
      const found = await me.over[edge].ok<UserView[]>('getUsers', { ids });
      expect(idsOf(found)).toEqual([colleague.id, me.id, friend.id]);
    });

    it('finds them in pages, by id', async () => {
      const all = inOrder(me, friend, colleague);
      expect(idsOf(await me.over[edge].ok<UserView[]>('getUsers', {}))).toEqual(all);
      const page = await me.over[edge].ok<UserView[]>('getUsers', { after: all[0], limit: 1 });
      expect(idsOf(page)).toEqual(all.slice(1, 2));
      expect(idsOf(await stranger.over[edge].ok<UserView[]>('getUsers', {}))).toEqual([stranger.id]);
    });

    it('sees of others what is public, and everything of themselves', async () => {
      const [other, own] = await me.over[edge].ok<UserView[]>('getUsers', { ids: [friend.id, me.id] });
      expect(other).toMatchObject({ name: expect.any(String), avatarUrl: expect.any(String) });
      expect(other).toMatchObject({ externalId: null, metadata: shown });
      expect(other!.metadata).toEqual(shown);
      expect(own).toMatchObject({ externalId: me.externalId, metadata });
    });

    it('sees no more of them in the list of chats, and in sync', async () => {
      const chats = await me.over[edge].ok<ChatListItem[]>('getChats', { userId: me.id });
      const { chats: synced } = await me.over[edge].ok<{ chats: { chat: ChatListItem }[] }>('sync', {});
      for (const list of [chats, synced.map(({ chat }) => chat)]) {
        const other = list.find(({ otherUser }) => otherUser !== null)?.otherUser;
        expect(other).toMatchObject({ id: friend.id, externalId: null });
        expect(other?.metadata).toEqual(shown);
      }
    });
  });

  it('a person gets the same answer for a stranger and for nobody', async () => {
    const asked = me.over.REST as RestAsker;
    const [there, nowhere] = [
      await asked.wired('getUser', { id: stranger.id }),
      await asked.wired('getUser', { id: NOBODY }),
    ];
    expect(there.answer).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    expect(there.wire).toBe(nowhere.wire);
    expect(await me.over.REST.ok('getUser', { id: friend.id })).toMatchObject({ externalId: null });
    expect(await me.over.REST.ok('getUser', { id: me.id })).toMatchObject({ externalId: me.externalId });
  });

  it('somebody who is no longer in a chat with a person is not found', async () => {
    const [one, other] = [await person(world), await person(world)];
    const { id: chatId } = await one.over.REST.ok<{ id: number }>('createChat', {
      user1Id: one.id,
      user2Id: other.id,
    });
    expect(await one.over.REST.ok<UserView[]>('getUsers', { ids: [other.id] })).toHaveLength(1);
    await one.over.REST.ok('deleteChat', { chatId });
    expect(await one.over.REST.ok<UserView[]>('getUsers', { ids: [other.id] })).toEqual([]);
  });

  it('the application finds all, and sees everything of them', async () => {
    const found = await application(world).ok<UserView[]>('getUsers', {
      ids: [stranger.id, NOBODY, me.id].join(),
    });
    expect(found).toMatchObject([
      { id: stranger.id, externalId: stranger.externalId, metadata },
      { id: me.id, externalId: me.externalId, metadata },
    ]);
    expect(idsOf(await application(world).ok<UserView[]>('getUsers', {}))).toContain(stranger.id);
    expect(await application(world).ok('getUser', { id: stranger.id })).toMatchObject({ metadata });
  });

  it.each([
    ['no ids', { ids: [] }],
    ['more than 200 ids', { ids: Array.from({ length: 201 }, (_, i) => i + 1) }],
    ['what is no id', { ids: ['x'] }],
  ])('a list of %s is refused', async (_, input) => {
    expect(await me.over['Socket.IO'].refused('getUsers', input)).toBe('VALIDATION_FAILED');
  });
});

describe.each([
  ['all', true],
  ['none', false],
])('With DIRECTORY=%s', (directory, found) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: key, DIRECTORY: directory });
  });
  afterAll(() => world.stop());

  it(`a person ${found ? 'finds everybody' : 'finds nobody but themselves'}`, async () => {
    const [me, friend, stranger] = [await person(world), await person(world), await person(world)];
    await me.over.REST.ok('createChat', { user1Id: me.id, user2Id: friend.id });
    const everybody = inOrder(me, friend, stranger);
    for (const edge of edges) {
      const asker = me.over[edge];
      const seen = found ? everybody : [me.id];
      expect(idsOf(await asker.ok<UserView[]>('getUsers', { ids: everybody }))).toEqual(seen);
      expect(idsOf(await asker.ok<UserView[]>('getUsers', {}))).toEqual(seen);
      const others = await asker.ok<UserView[]>('getUsers', { after: me.id });
      expect(idsOf(others)).toEqual(found ? everybody.filter((id) => id > me.id) : []);
      for (const other of others) expect(other).toMatchObject({ externalId: null, metadata: shown });
      // Who is in a chat with somebody sees whom they write to.
      expect(await asker.ok('getChats', { userId: me.id })).toMatchObject([
        { otherUser: { id: friend.id, name: expect.any(String), externalId: null } },
      ]);
    }
    const asked = me.over.REST.ask('getUser', { id: stranger.id });
    expect(await asked).toMatchObject(found ? { ok: true } : { ok: false, error: { code: 'NOT_FOUND' } });
    expect(idsOf(await application(world).ok<UserView[]>('getUsers', {}))).toEqual(everybody);
  });
});

describe('In open mode', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('a person finds everybody and sees what is public; who names nobody is the application', async () => {
    const { body: user } = await world.http
      .post('/users')
      .send({ externalId: 'one', name: 'One', metadata })
      .expect(201);
    const me = await world.person();
    const publicly = { ...user, externalId: null, metadata: shown };
    expect(await me.ok('getUsers', { ids: [user.id] })).toEqual([publicly]);
    expect(await new RestAsker(world, me.userId).ok('getUser', { id: user.id })).toEqual(publicly);
    expect(await new RestAsker(world, 0).ok('getUsers', { ids: String(user.id) })).toEqual([user]);
    expect(await new RestAsker(world, user.id).ok('getUser', { id: user.id })).toEqual(user);
  });
});
