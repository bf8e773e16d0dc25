import type { SyncedView, UserView } from '../../src/contract/index.js';
import { edges, over, RestAsker } from '../support/edges.js';
import { groupOf, manyPeople } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

describe('A profile that changes', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const unheard = async (...clients: Client[]) => {
    for (const client of clients) {
      await client.settled();
      expect(client.unread('userUpdated')).toEqual([]);
    }
  };

  const sync = (client: Client, since?: string) => client.ok<SyncedView>('sync', { since, versions: {} });

  it('is told to direct chats, watchers and the user’s own devices, and to nobody else', async () => {
    const { alice, bob } = await world.pair();
    const tablet = await world.person(bob.userId);
    const { members } = await groupOf(world, 1);
    const [watcher, bystander] = [await world.person(), await world.person()];
    const chat = { title: 'All', memberIds: [bob.userId, watcher.userId, bystander.userId] };
    await alice.ok('createGroup', chat);
    await watcher.ok('watchPresence', { userIds: [bob.userId] });
    const changes = { name: 'Bob', metadata: { public: { mood: 'fine' }, phone: '123' } };
    const whole = await new RestAsker(world, bob.userId).ok<UserView>('updateUser', {
      id: bob.userId,
      ...changes,
    });
    expect(whole).toMatchObject(changes);
    const shown = { ...whole, metadata: { public: { mood: 'fine' } }, externalId: null, lastSeenAt: null };
    for (const other of [alice, watcher]) expect(await other.next('userUpdated')).toEqual(shown);
    for (const device of [bob, tablet]) expect(await device.next('userUpdated')).toEqual(whole);
    await unheard(bystander, members[0]!, alice, watcher, bob);
  });

  it('is the user’s own business where others see no difference', async () => {
    const { alice, bob } = await world.pair();
    const before = await sync(alice);
    await world.http
      .patch(`/users/${bob.userId}`)
      .send({ metadata: { phone: '1' } })
      .expect(200);
    expect(await bob.next('userUpdated')).toMatchObject({ metadata: { phone: '1' } });
    // Nothing has changed.
    await world.http
      .patch(`/users/${bob.userId}`)
      .send({ metadata: { phone: '1' } })
      .expect(200);
    await unheard(alice, bob);
    expect((await sync(alice, before.at)).users).toEqual([]);
  });

  it('is not told to whom the user blocks', async () => {
    const { alice, bob } = await world.pair();
    await bob.ok('blockUser', { userId: alice.userId });
    await world.http.patch(`/users/${bob.userId}`).send({ name: 'Bob again' }).expect(200);
    await bob.next('userUpdated');
    await unheard(alice);
  });

  it('is told when the application writes it, once for each user whose profile has changed', async () => {
    const users = ['one', 'two'].map((externalId) => ({ externalId, name: externalId }));
    const made = await new RestAsker(world, 0).ok<UserView[]>('upsertUsers', { users });
    const [one, two] = [await world.person(made[0]!.id), await world.person(made[1]!.id)];
    await one.ok('createChat', { user1Id: one.userId, user2Id: two.userId });
    await new RestAsker(world, 0).ok('upsertUsers', { users: [users[0], { ...users[1], name: 'another' }] });
    expect(await one.next('userUpdated')).toMatchObject({
      id: two.userId,
      name: 'another',
      externalId: null,
    });
    expect(await two.next('userUpdated')).toMatchObject({ id: two.userId, externalId: 'two' });
    await unheard(one, two);
  });

  it.each(edges)('is part of sync for everybody in a chat with the user, over %s', async (edge) => {
    const { owner, members } = await groupOf(world, 2);
    const asker = over(edge, world, owner);
    const [member, other] = members as [Client, Client];
    const stranger = await world.person();
    const { at, users } = await asker.ok<SyncedView>('sync', {});
    expect(users).toEqual([]);
    for (const { userId } of [member, owner, stranger]) {
      const changes = { name: `New ${userId}`, metadata: { public: 1, phone: '1' } };
      await world.http.patch(`/users/${userId}`).send(changes).expect(200);
    }
    const synced = await asker.ok<SyncedView>('sync', { since: at });
    expect(synced.users.map(({ id }) => id)).toEqual([member.userId, owner.userId]);
    expect(synced.users[0]!.metadata).toEqual({ public: 1 });
    expect(synced.users[1]!.metadata).toEqual({ public: 1, phone: '1' });
    // Who leaves and who comes while it changes stand in nobody's way.
    await member.ok('leaveChat', { chatId: synced.chats[0]?.chat.chatId ?? (await chatOf(owner)) });
    await world.http.patch(`/users/${member.userId}`).send({ name: 'Gone' }).expect(200);
    expect((await asker.ok<SyncedView>('sync', { since: at })).users.map(({ id }) => id)).toEqual([
      owner.userId,
    ]);
    expect((await sync(other, at)).users.map(({ id }) => id)).toEqual([owner.userId]);
    expect((await sync(stranger, at)).users).toEqual([]);
  });

  const chatOf = async (client: Client) => (await client.ok<{ id: number }[]>('getChats'))[0]!.id;

  it('comes with sync in pages, of which none is lost', async () => {
    const { chatId, owner } = await groupOf(world, 1);
    const people = await manyPeople(world, 260);
    await owner.ok('addMembers', { chatId, userIds: people });
    const { at } = await sync(owner);
    for (const [i, id] of people.entries()) {
      await world.sql('UPDATE users SET name = $2 WHERE id = $1', [id, `Member ${i}`]);
    }
    // As if it had been an hour ago: what is of the last seconds is not paged.
    await world.sql(`UPDATE profile_changes SET at = at - interval '1 hour' WHERE "chatId" = $1`, [chatId]);
    const since = new Date(Date.parse(at) - 3_600_000).toISOString();
    const seen = new Map<number, string | null>();
    let calls = 0;
    for (let next = since, more = true; more; calls++) {
      const page = await owner.ok<SyncedView>('sync', { since: next, versions: { [chatId]: 2 ** 40 } });
      expect(page.users.length).toBeLessThan(200);
      for (const { id, name } of page.users) seen.set(id, name);
      next = page.at;
      more = page.more;
      expect(calls).toBeLessThan(10);
    }
    expect(calls).toBeGreaterThan(2);
    for (const [i, id] of people.entries()) expect(seen.get(id)).toBe(`Member ${i}`);
  });
});
