import { bearer, mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { RestAsker } from '../support/edges.js';
import { AWKWARD } from '../support/external-names.js';
import { World } from '../support/world.js';

interface Chat {
  id: number;
  externalId: string | null;
  changed?: boolean;
  version: number;
}

describe('The externalId of a chat', () => {
  const key = newApiKey();
  const variables = { ...ownAccounts(), API_KEYS: key };
  let world: World;
  let other: World;
  let app: RestAsker;
  let overThere: RestAsker;
  beforeAll(async () => {
    world = await World.start(variables);
    // Another node on the same database.
    other = await World.start({ ...variables, DATABASE_URL: world.config.database.url! });
    app = new RestAsker(world, 0, { 'X-Api-Key': key });
    overThere = new RestAsker(other, 0, { 'X-Api-Key': key });
  });
  afterAll(async () => {
    await other.stop();
    await world.stop();
  });

  let made = 0;
  const newName = () => `order ${++made}`;
  const person = async () => {
    const { userId, accessToken } = await mint(world, key);
    return { userId, accessToken, asks: new RestAsker(world, 0, bearer(accessToken)) };
  };
  const people = async (count: number) => await Promise.all(Array.from({ length: count }, person));

  it.each(AWKWARD)('stands for the chat in paths, queries and bodies: %j', async (externalId) => {
    const [member] = await people(1);
    const memberIds = [member!.userId];
    const { id } = await app.ok<Chat>('createGroup', { title: 'named', memberIds, externalId });
    const chatId = `external:${externalId}`;
    expect(await app.ok('getChat', { chatId })).toMatchObject({ id, externalId });
    expect(await member!.asks.ok('sendMessage', { chatId, content: 'hi' })).toMatchObject({ chatId: id });
    expect(await overThere.ok('getMessages', { chatId, limit: 1 })).toMatchObject({ chatId: id });
    expect(await app.ok('updateChat', { chatId, title: 'new' })).toMatchObject({ id, title: 'new' });
    await app.ok('deleteChat', { chatId });
    expect(await app.refused('getChat', { chatId })).toBe('NOT_FOUND');
  });

  it('makes one group, whoever asks for it first on two nodes', async () => {
    const members = await people(2);
    const memberIds = members.map(({ userId }) => userId);
    const socket = await world.bearer(members[0]!.userId, members[0]!.accessToken);
    const externalId = newName();
    const asked = Array.from({ length: 50 }, (_, i) =>
      (i % 2 === 0 ? app : overThere).ok<Chat>('createGroup', { title: `${i}`, memberIds, externalId }),
    );
    const chats = await Promise.all(asked);
    expect(new Set(chats.map(({ id }) => id)).size).toBe(1);
    expect(chats.filter(({ changed }) => changed !== false)).toHaveLength(1);
    expect(chats.every((chat) => chat.externalId === externalId)).toBe(true);
    expect(await socket.next('newChat')).toMatchObject({ externalId });
    await socket.settled();
    expect(socket.unread('newChat')).toEqual([]);
    expect(await world.sql('SELECT id FROM chats WHERE "externalId" = $1', [externalId])).toHaveLength(1);
  });

  it('makes one direct chat, whoever asks for it first on two nodes', async () => {
    const [one, two] = await people(2);
    const externalId = newName();
    const pair = { user1Id: one!.userId, user2Id: two!.userId };
    const chats = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        (i % 2 === 0 ? app : overThere).ok<Chat>('createChat', { ...pair, externalId }),
      ),
    );
    expect(new Set(chats.map(({ id }) => id)).size).toBe(1);
    expect(new Set(chats.map((chat) => chat.externalId))).toEqual(new Set([externalId]));
  });

  it('is given to a direct chat that is there without one; both hear it, and sync brings it', async () => {
    const [one, two] = await people(2);
    const pair = { user1Id: one!.userId, user2Id: two!.userId };
    const before = await app.ok<Chat>('createChat', pair);
    expect(before.externalId).toBeNull();
    const socket = await world.bearer(two!.userId, two!.accessToken);
    const externalId = newName();
    const after = await app.ok<Chat>('createChat', { ...pair, externalId });
    expect(after).toMatchObject({ id: before.id, externalId, version: before.version + 1 });
    expect(await socket.next('chatUpdated')).toMatchObject({ id: before.id, externalId });
    const synced = await one!.asks.ok<{ chats: { chat: Chat }[] }>('sync', {
      versions: { [before.id]: before.version },
    });
    expect(synced.chats[0]!.chat).toMatchObject({ id: before.id, externalId });
    expect(await app.ok('createChat', { ...pair, externalId })).toMatchObject({ changed: false });
  });

  it('belongs to one chat', async () => {
    const [one, two, three] = await people(3);
    const [ofPair, ofGroup] = [newName(), newName()];
    const pair = { user1Id: one!.userId, user2Id: two!.userId };
    const group = { title: 'x', memberIds: [one!.userId] };
    await app.ok('createChat', { ...pair, externalId: ofPair });
    await app.ok('createGroup', { ...group, externalId: ofGroup });
    expect(await app.refused('createGroup', { ...group, externalId: ofPair })).toBe('CONFLICT');
    expect(await app.refused('createChat', { ...pair, externalId: ofGroup })).toBe('CONFLICT');
    expect(await app.refused('createChat', { ...pair, externalId: newName() })).toBe('CONFLICT');
    const others = { user1Id: one!.userId, user2Id: three!.userId };
    expect(await app.refused('createChat', { ...others, externalId: ofPair })).toBe('CONFLICT');
  });

  it('is given by the application only', async () => {
    const [one, two] = await people(2);
    const externalId = newName();
    const pair = { user1Id: one!.userId, user2Id: two!.userId, externalId };
    const group = { title: 'x', memberIds: [one!.userId], externalId };
    expect(await one!.asks.refused('createChat', pair)).toBe('FORBIDDEN');
    expect(await one!.asks.refused('createGroup', group)).toBe('FORBIDDEN');
    const socket = await world.bearer(one!.userId, one!.accessToken);
    expect(await socket.refused('createGroup', group)).toBe('FORBIDDEN');
    const inTheirName = new RestAsker(world, one!.userId, { 'X-Api-Key': key });
    expect(await inTheirName.ok('createGroup', group)).toMatchObject({ externalId });
  });

  it('stands for the id for its members, and for others there is no such chat', async () => {
    const [one, two, stranger] = await people(3);
    const externalId = `${newName()}/ü`;
    const external = `external:${externalId}`;
    const { id } = await app.ok<Chat>('createGroup', { title: 'x', memberIds: [one!.userId], externalId });
    await app.ok('addMembers', { chatId: external, userIds: [two!.userId] });
    await app.ok('acceptInvitation', { chatId: external, userId: two!.userId }).catch(() => undefined);
    const sent = await one!.asks.ok('sendMessage', { chatId: external, content: 'x' });
    expect(sent).toMatchObject({ chatId: id });
    const versions = { [external]: 0 };
    expect(await one!.asks.ok('sync', { versions, others: 'none' })).toMatchObject({
      chats: [{ chat: { id } }],
    });
    const nobody = { versions: { 'external:no order': 0 }, others: 'none' };
    const unseen = await stranger!.asks.ok<{ gone: number[] }>('sync', { versions, others: 'none' });
    expect(unseen.gone).toEqual((await stranger!.asks.ok<{ gone: number[] }>('sync', nobody)).gone);
    expect(unseen.gone).not.toContain(id);
    expect(await stranger!.asks.refused('getChat', { chatId: external })).toBe('NOT_FOUND');
  });

  it('is free again when the chat is deleted, also where the former one is remembered', async () => {
    const [one] = await people(1);
    const externalId = newName();
    const chatId = `external:${externalId}`;
    const group = { title: 'x', memberIds: [one!.userId], externalId };
    const first = await app.ok<Chat>('createGroup', group);
    expect(await overThere.ok('getChat', { chatId })).toMatchObject({ id: first.id });
    await app.ok('deleteChat', { chatId });
    expect(await overThere.refused('getChat', { chatId })).toBe('NOT_FOUND');
    const second = await app.ok<Chat>('createGroup', group);
    expect(second.id).not.toBe(first.id);
    expect(await overThere.ok('getChat', { chatId })).toMatchObject({ id: second.id });
    await app.ok('deleteChat', { chatId });
    const third = await app.ok<Chat>('createGroup', group);
    expect(await overThere.ok('getMessages', { chatId })).toMatchObject({ chatId: third.id });
  });
});
