import { type Client, eventually, World } from '../support/world.js';

interface Status {
  userId: number;
  online: boolean;
  lastSeenAt: string | null;
}

/** Cuts the connection as a lost network does: without a word of goodbye. */
function drop(client: Client): void {
  client.socket.io.reconnection(false);
  client.socket.io.engine.close();
}

describe('Presence', () => {
  describe('without a grace period to wait for', () => {
    let world: World;
    beforeAll(async () => {
      world = await World.start({ PRESENCE_GRACE_MS: '0' });
    });
    afterAll(() => world.stop());

    const onlineOverRest = async (): Promise<number[]> => {
      const { body } = await world.http.get('/users/online').expect(200);
      return (body as Status[]).map(({ userId }) => userId);
    };

    /** Two people with a chat, one of whom has heard nothing of the other yet. */
    const friends = async () => {
      const alice = await world.person();
      const bobId = world.newId();
      await alice.ok('createChat', { user1Id: alice.userId, user2Id: bobId });
      return { alice, bobId };
    };

    it('answers userOnline with what others will see', async () => {
      const client = await world.stranger();
      const userId = world.newId();
      expect(await client.ok('userOnline', userId)).toEqual({ userId, online: true, lastSeenAt: null });
    });

    it.each([
      ['a number', (userId: number) => userId],
      ['a numeric string', (userId: number) => String(userId)],
      ['an object', (userId: number) => ({ userId })],
      ['an object of a string', (userId: number) => ({ userId: String(userId) })],
    ])('takes %s', async (_, form) => {
      const client = await world.stranger();
      const userId = world.newId();
      expect(await client.ok('userOnline', form(userId))).toMatchObject({ userId, online: true });
      expect(await client.ok('userOffline', form(userId))).toMatchObject({ userId, online: false });
      expect(await client.ok('userOnline', form(userId))).toMatchObject({ userId, online: true });
      expect(await client.ok('userOffline')).toMatchObject({ userId, online: false });
    });

    it('is announced to users who share a chat, on every device, and to nobody else', async () => {
      const { alice, bobId } = await friends();
      const [tablet, stranger] = await Promise.all([world.person(alice.userId), world.person()]);
      const bob = await world.person(bobId);
      for (const device of [alice, tablet]) {
        expect(await device.next('userStatus')).toEqual({ userId: bobId, online: true, lastSeenAt: null });
      }
      const before = Date.now();
      await bob.ok('userOffline', bobId);
      for (const device of [alice, tablet]) {
        const status = await device.next<Status>('userStatus');
        expect(status).toMatchObject({ userId: bobId, online: false });
        expect(Date.parse(status.lastSeenAt!)).toBeGreaterThanOrEqual(before);
        expect(Date.parse(status.lastSeenAt!)).toBeLessThanOrEqual(Date.now());
      }
      for (const client of [stranger, bob]) {
        await client.settled();
        expect(client.unread('userStatus')).toEqual([]);
      }
    });

    it('says nothing more of somebody once the chat with them is deleted', async () => {
      const { alice, bobId } = await friends();
      const [carol, bob] = await Promise.all([world.person(), world.stranger()]);
      await carol.ok('createChat', { user1Id: carol.userId, user2Id: bobId });
      const [chat] = await alice.ok<{ id: number }[]>('getChats');
      await alice.ok('deleteChat', chat!.id);
      await bob.ok('userOnline', bobId);
      await carol.next('userStatus');
      await alice.settled();
      expect(alice.unread('userStatus')).toEqual([]);
    });

    it('lasts until the last socket is closed, and each change is announced once', async () => {
      const { alice, bobId } = await friends();
      const [phone, laptop, desk] = [
        await world.person(bobId),
        await world.person(bobId),
        await world.person(bobId),
      ];
      expect(await alice.next('userStatus')).toMatchObject({ userId: bobId, online: true });
      expect(await phone.ok('userOffline', bobId)).toMatchObject({ online: true });
      drop(laptop);
      await desk.settled();
      expect(await onlineOverRest()).toContain(bobId);
      expect(await desk.ok('userOffline', bobId)).toMatchObject({ userId: bobId });
      await eventually(async () => !(await onlineOverRest()).includes(bobId));
      expect(await alice.next('userStatus')).toMatchObject({ userId: bobId, online: false });
      await alice.settled();
      expect(alice.unread('userStatus')).toEqual([]);
    });

    it('takes a socket offline, which receives nothing of its user from then on', async () => {
      const { alice, bobId } = await friends();
      const [phone, laptop] = [await world.person(bobId), await world.person(bobId)];
      await phone.ok('userOffline', bobId);
      const message = await alice.ok('sendMessage', { receiverId: bobId, content: 'still there?' });
      expect(await laptop.next('newMessage')).toEqual(message);
      await phone.settled();
      expect(phone.unread('newMessage')).toEqual([]);
      expect(await phone.refused('getChats')).toBe('UNAUTHENTICATED');
    });

    it('is not ended by a socket of somebody else', async () => {
      const [alice, bob] = await Promise.all([world.person(), world.person()]);
      expect(await alice.ok('userOffline', bob.userId)).toMatchObject({ userId: bob.userId, online: true });
      expect(await onlineOverRest()).toEqual(expect.arrayContaining([alice.userId, bob.userId]));
    });

    it('moves with a socket that says it is somebody else now', async () => {
      const { alice, bobId } = await friends();
      const client = await world.person(bobId);
      expect(await alice.next('userStatus')).toMatchObject({ userId: bobId, online: true });
      const carolId = world.newId();
      await client.ok('userOnline', carolId);
      expect(await alice.next('userStatus')).toMatchObject({ userId: bobId, online: false });
      const online = await onlineOverRest();
      expect(online).toContain(carolId);
      expect(online).not.toContain(bobId);

      await alice.ok('sendMessage', { receiverId: bobId, content: 'for bob' });
      const message = await alice.ok('sendMessage', { receiverId: carolId, content: 'for carol' });
      expect(await client.next('newMessage')).toEqual(message);
    });

    it('needs one userOffline for a socket that said userOnline twice', async () => {
      const bob = await world.person();
      await bob.ok('userOnline', bob.userId);
      expect(await bob.ok('userOffline')).toMatchObject({ online: false });
      expect(await onlineOverRest()).not.toContain(bob.userId);
    });

    it('tells the changes of one person in their order, those that outlast a moment', async () => {
      const { alice, bobId } = await friends();
      const bob = await world.stranger();
      const answers = Array.from({ length: 40 }, (_, i) =>
        bob.ok(i % 2 === 0 ? 'userOnline' : 'userOffline', bobId),
      );
      await Promise.all(answers);
      await bob.ok('userOnline', bobId);
      const carolId = world.newId();
      await alice.ok('createChat', { user1Id: alice.userId, user2Id: carolId });
      await world.person(carolId);
      const heard: boolean[] = [];
      for (;;) {
        const { userId, online } = await alice.next<Status>('userStatus');
        // What came before it has been told.
        if (userId === carolId) break;
        heard.push(online);
      }
      expect(heard).toEqual(heard.map((_, i) => i % 2 === 0));
      expect(heard.at(-1)).toBe(true);
    });

    it('lists the same people over both edges, and says of each when they were last seen', async () => {
      const client = await world.person();
      const online = await client.ok<Status[]>('getOnlineUsers');
      const asked = world.http.get('/users/online').set('X-User-Id', String(client.userId));
      expect((await asked.expect(200)).body).toEqual(online);
      expect(online).toContainEqual({ userId: client.userId, online: true, lastSeenAt: null });
      client.emit('getOnlineUsers');
      expect(await client.next('onlineUsers')).toEqual(online);

      await client.ok('userOffline');
      expect(await onlineOverRest()).not.toContain(client.userId);
    });

    it('stores when somebody was last seen, before it answers', async () => {
      const bob = await world.person();
      const { userId } = bob;
      for (let round = 0; round < 20; round++) {
        const before = Date.now();
        const { lastSeenAt } = await bob.ok<Status>('userOffline');
        expect(Date.parse(lastSeenAt!)).toBeGreaterThanOrEqual(before);
        expect(Date.parse(lastSeenAt!)).toBeLessThanOrEqual(Date.now());
        expect((await world.http.get(`/users/${userId}`).expect(200)).body).toMatchObject({ lastSeenAt });
        expect(await bob.ok('userOnline', userId)).toEqual({ userId, online: true, lastSeenAt });
      }
    });

    it('ends at once with a connection that closes', async () => {
      const { alice, bobId } = await friends();
      const bob = await world.person(bobId);
      expect(await alice.next('userStatus')).toMatchObject({ online: true });
      bob.close();
      expect(await alice.next('userStatus')).toMatchObject({ userId: bobId, online: false });
    });

    it('needs somebody to take offline', async () => {
      expect(await (await world.stranger()).refused('userOffline')).toBe('UNAUTHENTICATED');
    });
  });

  describe('of a dropped connection', () => {
    const GRACE_MS = 300;

    it('ends once the grace period has passed, with the moment of the drop', async () => {
      const world = await World.start({ PRESENCE_GRACE_MS: String(GRACE_MS) });
      try {
        const { alice, bob } = await world.pair();
        await alice.settled();
        for (const status of alice.unread('userStatus')) expect(status).toMatchObject({ online: true });
        const droppedAfter = Date.now();
        drop(bob);
        let status: Status;
        do status = await alice.next<Status>('userStatus');
        while (status.online);
        expect(status.userId).toBe(bob.userId);
        const seen = Date.parse(status.lastSeenAt!);
        expect(seen).toBeGreaterThanOrEqual(droppedAfter);
        // The clock of timers may run a few milliseconds ahead of the clock of the day.
        expect(Date.now() - seen).toBeGreaterThanOrEqual(GRACE_MS - 10);
        expect(await alice.ok('getOnlineUsers')).toMatchObject([{ userId: alice.userId }]);
      } finally {
        await world.stop();
      }
    });

    it('is not needed to know when somebody was last seen whose server stopped', async () => {
      const world = await World.start();
      const node = await World.start({
        DATABASE_URL: world.config.database.url!,
        PRESENCE_GRACE_MS: '600000',
      });
      const [there, gone] = [await node.person(world.newId()), await node.person(world.newId())];
      drop(gone);
      const before = Date.now();
      await node.stop();
      try {
        const seen = await world.sql<{ at: Date }>(
          'SELECT "lastSeenAt" AS at FROM users WHERE id = ANY($1)',
          [[there.userId, gone.userId]],
        );
        expect(seen).toHaveLength(2);
        for (const { at } of seen) expect(at.getTime()).toBeGreaterThanOrEqual(before);
      } finally {
        await world.stop();
      }
    });

    it('goes on without a word when the person is back within the grace period', async () => {
      const world = await World.start({ PRESENCE_GRACE_MS: '600000' });
      try {
        const alice = await world.person();
        const bobId = world.newId();
        await alice.ok('createChat', { user1Id: alice.userId, user2Id: bobId });
        const first = await world.person(bobId);
        expect(await alice.next('userStatus')).toMatchObject({ userId: bobId, online: true });
        drop(first);
        const second = await world.person(bobId);
        expect(await alice.ok('getChats')).toMatchObject([{ otherUser: { id: bobId, online: true } }]);

        await second.ok('userOffline', bobId);
        expect(await alice.next('userStatus')).toMatchObject({ userId: bobId, online: false });
        await alice.settled();
        expect(alice.unread('userStatus')).toEqual([]);
      } finally {
        await world.stop();
      }
    });

    it('lasts through the grace period in every list', async () => {
      const world = await World.start({ PRESENCE_GRACE_MS: '600000' });
      try {
        const { alice, bob } = await world.pair();
        drop(bob);
        await alice.settled();
        expect(await alice.ok<Status[]>('getOnlineUsers')).toContainEqual({
          userId: bob.userId,
          online: true,
          lastSeenAt: null,
        });
        expect((await world.http.get('/users/online')).body).toHaveLength(2);
      } finally {
        await world.stop();
      }
    });
  });
});
