import type { PresenceView } from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import type { Publisher } from '../../src/delivery/publisher.js';
import type { SocketServer } from '../../src/delivery/socket-server.js';
import { edges, over } from '../support/edges.js';
import { publisherOf } from '../support/publisher.js';
import { type Client, eventually, World } from '../support/world.js';

const MAX_PEOPLE = 500;

describe('The presence of others', () => {
  let world: World;
  let publisher: Publisher;
  beforeAll(async () => {
    world = await World.start({ PRESENCE_GRACE_MS: '0' });
    publisher = await publisherOf(world);
  });
  afterAll(() => world.stop());

  const chat = async (one: number, other: number): Promise<number> => {
    const client = await world.stranger();
    const { id } = await client.ok<{ id: number }>('createChat', { user1Id: one, user2Id: other });
    client.close();
    return id;
  };

  /** A group of people who exist already, the first its owner. */
  const group = async (...userIds: number[]): Promise<number> => {
    const [made] = await world.sql<{ id: number }>(
      `WITH made AS (INSERT INTO chats (type, title) VALUES ('group', 'a group') RETURNING id)
       INSERT INTO chat_members ("chatId", "userId", role)
       SELECT made.id, u.id, CASE u.nr WHEN 1 THEN 'owner' ELSE 'member' END
       FROM made, unnest($1::bigint[]) WITH ORDINALITY AS u(id, nr) RETURNING "chatId"::int AS id`,
      [userIds],
    );
    return made!.id;
  };

  /** People who exist and are offline. */
  const people = async (count: number): Promise<number[]> => {
    const userIds = Array.from({ length: count }, () => world.newId());
    await world.sql('INSERT INTO users (id) SELECT unnest($1::bigint[])', [userIds]);
    return userIds;
  };

  const unseen = (userId: number): PresenceView => ({ userId, online: false, lastSeenAt: null });

  /** What a client has heard of somebody once every change up to now has been told. */
  const heardOf = async (client: Client, userId: number, as = client.userId): Promise<boolean[]> => {
    const [marker] = await people(1);
    await chat(as, marker!);
    await world.person(marker);
    const heard: boolean[] = [];
    for (;;) {
      const status = await client.next<PresenceView>('userStatus');
      if (status.userId === marker) return heard;
      if (status.userId === userId) heard.push(status.online);
    }
  };

  /** The watch of somebody has ended, on every socket. */
  const unwatched = (userId: number): Promise<void> => {
    const { server } = publisher as unknown as { server: SocketServer };
    return eventually(() => !server.rooms.has(`presence:${userId}`));
  };

  describe.each(edges)('asked for over %s', (edge) => {
    it('is shown of people who share a chat with the asker, direct or group, in the order asked', async () => {
      const [directId, groupId, offlineId] = await people(3);
      const alice = await world.person();
      await chat(alice.userId, directId!);
      await group(groupId!, alice.userId, offlineId!);
      await Promise.all([world.person(directId), world.person(groupId)]);
      const userIds = [offlineId!, groupId!, alice.userId, directId!, groupId!];
      expect(await over(edge, world, alice).ok('getPresence', { userIds })).toEqual([
        unseen(offlineId!),
        { userId: groupId, online: true, lastSeenAt: null },
        { userId: alice.userId, online: true, lastSeenAt: null },
        { userId: directId, online: true, lastSeenAt: null },
      ]);
    });

    it('looks the same for somebody without a common chat as for somebody who does not exist', async () => {
      const [alice, bob] = await Promise.all([world.person(), world.person()]);
      await bob.ok('userOffline');
      await bob.ok('userOnline', bob.userId);
      const nobody = world.newId();
      const asker = over(edge, world, alice);
      expect(await asker.ok('getPresence', { userIds: [bob.userId, nobody] })).toEqual([
        unseen(bob.userId),
        unseen(nobody),
      ]);
      const online = await asker.ok<PresenceView[]>('getOnlineUsers');
      expect(online.map(({ userId }) => userId)).toEqual([alice.userId]);
    });

    it('is shown of everybody to the application', async () => {
      const bob = await world.person();
      const application = over(edge, world, await world.stranger());
      expect(await application.ok('getPresence', { userIds: [bob.userId] })).toMatchObject([
        { userId: bob.userId, online: true },
      ]);
      expect(await application.ok('getOnlineUsers')).toContainEqual({
        userId: bob.userId,
        online: true,
        lastSeenAt: null,
      });
    });

    it('is asked for 500 people at most', async () => {
      const alice = over(edge, world, await world.person());
      const userIds = Array.from({ length: MAX_PEOPLE + 1 }, (_, i) => i + 1);
      expect(await alice.refused('getPresence', { userIds })).toBe('VALIDATION_FAILED');
      expect(await alice.ok('getPresence', { userIds: userIds.slice(1) })).toHaveLength(MAX_PEOPLE);
    });
  });

  it('is hidden in the profile, too, from people without a common chat', async () => {
    const bob = await world.person();
    const { lastSeenAt } = await bob.ok<PresenceView>('userOffline');
    const [friend, stranger] = await people(2);
    await chat(bob.userId, friend!);
    const shown = async (path: string, asker: number) =>
      (await world.http.get(path).set('X-User-Id', String(asker)).expect(200)).body;
    expect(await shown(`/users/${bob.userId}`, friend!)).toMatchObject({ lastSeenAt });
    expect(await shown(`/users/${bob.userId}`, stranger!)).toMatchObject({ lastSeenAt: null });
    const page = `/users?after=${bob.userId - 1}&limit=1`;
    expect(await shown(page, friend!)).toMatchObject([{ id: bob.userId, lastSeenAt }]);
    expect(await shown(page, stranger!)).toMatchObject([{ id: bob.userId, lastSeenAt: null }]);
  });

  describe('watched', () => {
    it('is announced from then on, of members of a group as well', async () => {
      const alice = await world.person();
      const [bobId, carolId] = await people(2);
      await group(alice.userId, bobId!, carolId!);
      const bob = await world.person(bobId);
      // It is told that bob is here by the time it is told that the marker is.
      await heardOf(alice, bobId!);
      expect(await alice.ok('watchPresence', { userIds: [bobId, carolId] })).toEqual([
        { userId: bobId, online: true, lastSeenAt: null },
        unseen(carolId!),
      ]);
      await world.person(carolId);
      expect(await alice.next('userStatus')).toEqual({ userId: carolId, online: true, lastSeenAt: null });
      await bob.ok('userOffline');
      expect(await alice.next('userStatus')).toMatchObject({ userId: bobId, online: false });
    });

    it('is not announced to members of a group who do not watch, nor to other devices of the one who does', async () => {
      const [alice, dora] = await Promise.all([world.person(), world.person()]);
      const tablet = await world.person(alice.userId);
      const [bobId] = await people(1);
      await group(alice.userId, bobId!, dora.userId);
      await alice.ok('watchPresence', { userIds: [bobId] });
      await world.person(bobId);
      expect(await alice.next('userStatus')).toMatchObject({ userId: bobId });
      for (const client of [dora, tablet]) expect(await heardOf(client, bobId!)).toEqual([]);
    });

    it('is announced once to somebody who watches a user with whom they have a direct chat', async () => {
      const alice = await world.person();
      const [bobId] = await people(1);
      await chat(alice.userId, bobId!);
      await alice.ok('watchPresence', { userIds: [bobId, bobId] });
      await world.person(bobId);
      expect(await heardOf(alice, bobId!)).toEqual([true]);
    });

    it('is replaced by the next call, and ended by an empty one', async () => {
      const alice = await world.person();
      const [bobId, carolId] = await people(2);
      await group(alice.userId, bobId!, carolId!);
      await alice.ok('watchPresence', { userIds: [bobId] });
      await alice.ok('watchPresence', { userIds: [carolId] });
      const [bob, carol] = [await world.person(bobId), await world.person(carolId)];
      expect(await heardOf(alice, bobId!)).toEqual([]);
      expect(await alice.ok('watchPresence', { userIds: [] })).toEqual([]);
      await Promise.all([bob.ok('userOffline'), carol.ok('userOffline')]);
      expect(await heardOf(alice, carolId!)).toEqual([]);
    });

    it('ends when its socket speaks for somebody else', async () => {
      const alice = await world.person();
      const [bobId, malloryId] = await people(2);
      await group(alice.userId, bobId!);
      await alice.ok('watchPresence', { userIds: [bobId] });
      await alice.ok('userOnline', malloryId);
      await world.person(bobId);
      expect(await heardOf(alice, bobId!, malloryId)).toEqual([]);
    });

    it('is not announced of users without a common chat, although they were named', async () => {
      const alice = await world.person();
      const [bobId] = await people(1);
      expect(await alice.ok('watchPresence', { userIds: [bobId, alice.userId] })).toEqual([
        unseen(bobId!),
        { userId: alice.userId, online: true, lastSeenAt: null },
      ]);
      await world.person(bobId);
      expect(await heardOf(alice, bobId!)).toEqual([]);
    });

    it('ends with the chat that was the reason, unless another is left', async () => {
      const alice = await world.person();
      const [bobId, carolId] = await people(2);
      const both = await group(alice.userId, bobId!, carolId!);
      await group(alice.userId, carolId!);
      await alice.ok('watchPresence', { userIds: [bobId, carolId] });
      await alice.ok('deleteChat', both);
      await unwatched(bobId!);
      await world.person(bobId);
      await world.person(carolId);
      expect(await alice.next('userStatus')).toMatchObject({ userId: carolId });
      expect(await heardOf(alice, bobId!)).toEqual([]);
    });

    it.each(['the one who watches', 'the one who is watched'])('ends when %s is removed', async (who) => {
      const alice = await world.person();
      const [bobId, carolId] = await people(2);
      const chatId = await group(alice.userId, bobId!, carolId!);
      await alice.ok('watchPresence', { userIds: [bobId, carolId] });
      const removed = who === 'the one who watches' ? alice.userId : bobId!;
      await world.sql('DELETE FROM chat_members WHERE "chatId" = $1 AND "userId" = $2', [chatId, removed]);
      // What removing a member calls.
      publisher.leaveChat(chatId, [removed]);
      await unwatched(bobId!);
      await world.person(bobId);
      await world.person(carolId);
      if (removed === bobId) expect(await alice.next('userStatus')).toMatchObject({ userId: carolId });
      expect(await heardOf(alice, bobId!)).toEqual([]);
    });

    it('ends also when the database was away at the moment of the check', async () => {
      const alice = await world.person();
      const [bobId] = await people(1);
      const chatId = await group(alice.userId, bobId!);
      await alice.ok('watchPresence', { userIds: [bobId] });
      const { run } = Database.prototype;
      let asked = 0;
      const spy = jest.spyOn(Database.prototype, 'run').mockImplementation(function (
        this: Database,
        ...args
      ) {
        if (args[0].name !== 'presence.membersOf' || ++asked > 1) return run.apply(this, args);
        return Promise.reject(Object.assign(new Error('gone'), { code: '08006' }));
      });
      await alice.ok('leaveChat', chatId);
      await unwatched(bobId!);
      expect(asked).toBe(2);
      spy.mockRestore();
    });

    it('needs a socket whose own person is online', async () => {
      const alice = await world.person();
      const [bobId] = await people(1);
      await group(alice.userId, bobId!);
      await alice.ok('userOffline');
      const asked = { userIds: [bobId], userId: alice.userId };
      expect(await alice.refused('watchPresence', asked)).toBe('CONFLICT');
      expect(await alice.ok('getPresence', asked)).toEqual([unseen(bobId!)]);
      expect(await alice.ok('watchPresence', { userIds: [], userId: alice.userId })).toEqual([]);
      await alice.ok('userOnline', alice.userId);
      expect(await alice.ok('watchPresence', asked)).toEqual([unseen(bobId!)]);
    });

    it('is 500 people at most', async () => {
      const alice = await world.person();
      const userIds = Array.from({ length: MAX_PEOPLE + 1 }, (_, i) => i + 1);
      expect(await alice.refused('watchPresence', { userIds })).toBe('VALIDATION_FAILED');
    });
  });
});
