import type { ChatView, MemberRemovedView, MessageView } from '../../src/contract/index.js';
import { Publisher } from '../../src/delivery/publisher.js';
import { groupOf, heardUpTo } from '../support/groups.js';
import { type Client, eventually, World } from '../support/world.js';

/** When a node has seen a removal at the latest, however it was told of it: milliseconds. */
const SEEN_WITHIN_MS = 1_000;

describe('Being removed from a group', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /** Members write as fast as they are answered, until the flood is ended. */
  const flood = (clients: Client[], chatId: number) => {
    let on = true;
    const done = Promise.all(
      clients.flatMap((client) =>
        [1, 2, 3, 4].map(async () => {
          while (on) await client.ask('sendMessage', { chatId, content: 'flood' });
        }),
      ),
    );
    return async () => {
      on = false;
      await done;
    };
  };

  it('ends what they hear within a second also when the order to leave the room was lost', async () => {
    const { chatId, owner, members } = await groupOf(world, 2);
    const [leaver, stays] = members as [Client, Client];
    const newcomer = await world.person();
    // As when the node ends, or the answer to the commit is lost, before it gives them.
    for (const order of ['leaveChat', 'joinChat'] as const)
      jest.spyOn(Publisher.prototype, order).mockImplementationOnce(() => undefined);
    await owner.ok('removeMember', { chatId, userId: leaver.userId });
    await owner.ok('addMembers', { chatId, userIds: [newcomer.userId] });
    const at = performance.now();
    await Promise.all([leaver.next('syncNeeded'), newcomer.next('syncNeeded')]);
    expect(performance.now() - at).toBeLessThan(SEEN_WITHIN_MS);
    await owner.ok('sendMessage', { chatId, content: 'without them' });
    for (const client of [stays, newcomer]) await heardUpTo(client, 'without them');
    await leaver.settled();
    expect(leaver.unread('newMessage')).not.toContainEqual(
      expect.objectContaining({ content: 'without them' }),
    );
  });

  it('ends what all their devices hear with it, in the middle of a flood', async () => {
    const { chatId, owner, members } = await groupOf(world, 14);
    const leavers = members.slice(4);
    const phones = await Promise.all(leavers.map(({ userId }) => world.person(userId)));
    const end = flood([owner, ...members.slice(0, 4)], chatId);
    for (const [i, leaver] of leavers.entries()) {
      const removed = await owner.ok<MemberRemovedView>('removeMember', { chatId, userId: leaver.userId });
      const at = performance.now();
      for (const client of [leaver, phones[i]!]) {
        await eventually(() =>
          (client.unread('memberRemoved') as MemberRemovedView[]).some(
            ({ userId }) => userId === client.userId,
          ),
        );
        await client.settled();
        expect(performance.now() - at).toBeLessThan(SEEN_WITHIN_MS);
        const versions = (client.unread('newMessage') as MessageView[]).map(({ version }) => version);
        expect(versions.length).toBeGreaterThan(0);
        expect(Math.max(...versions)).toBeLessThan(removed.version);
      }
    }
    await end();
    for (const client of [...leavers, ...phones]) {
      await client.settled();
      const told = client.unread('memberRemoved') as MemberRemovedView[];
      expect(told.filter(({ userId }) => userId === client.userId)).toHaveLength(1);
      expect(told.at(-1)!.userId).toBe(client.userId);
      const last = told.at(-1)!.version;
      for (const { version } of client.unread('newMessage') as MessageView[])
        expect(version).toBeLessThan(last);
    }
  });

  it('ends what they can do, whatever was under way', async () => {
    const { chatId, owner, members } = await groupOf(world, 3);
    const leaver = members[0]!;
    const { id: messageId } = await leaver.ok<MessageView>('sendMessage', { chatId, content: 'mine' });
    const end = flood(members.slice(1), chatId);
    for (let round = 0; round < 5; round++) {
      // Over REST, side by side: most of them wait for the group's lock when the removal gets it.
      const edits = Promise.all(
        Array.from({ length: 30 }, (_, i) =>
          world.http
            .patch(`/messages/${messageId}`)
            .set('X-User-Id', String(leaver.userId))
            .send({ content: `edit ${round}.${i}` }),
        ),
      );
      const sends = Promise.all(
        Array.from({ length: 30 }, () => leaver.ask('sendMessage', { chatId, content: 'mine, too' })),
      );
      const removed = await owner.ok<MemberRemovedView>('removeMember', { chatId, userId: leaver.userId });
      await Promise.all([edits, sends]);
      const after = await world.sql(
        'SELECT id FROM messages WHERE "chatId" = $1 AND "senderId" = $2 AND version > $3',
        [chatId, leaver.userId, removed.version],
      );
      expect({ round, after }).toEqual({ round, after: [] });
      await owner.ok('addMembers', { chatId, userIds: [leaver.userId] });
    }
    await end();
  });

  it('holds for a socket that comes online at that moment', async () => {
    for (let round = 0; round < 15; round++) {
      const { chatId, owner, members } = await groupOf(world, 1);
      const { userId } = members[0]!;
      const phones = await Promise.all([1, 2, 3].map(() => world.stranger()));
      await Promise.all([
        ...phones.map((phone) => phone.ok('userOnline', userId)),
        owner.ok('removeMember', { chatId, userId }),
      ]);
      await owner.ok('sendMessage', { chatId, content: 'after' });
      for (const phone of phones) {
        await phone.settled();
        const heard = phone.unread('newMessage') as MessageView[];
        expect(heard.filter(({ content }) => content === 'after')).toEqual([]);
      }
    }
  });

  it('and being added at once leaves them hearing it if they are in it, and else not', async () => {
    const { chatId, owner, members } = await groupOf(world, 1);
    await owner.ok('setRole', { chatId, userId: members[0]!.userId, role: 'admin' });
    const guest = await world.person();
    for (let round = 0; round < 20; round++) {
      await Promise.all([
        owner.ask('addMembers', { chatId, userIds: [guest.userId] }),
        members[0]!.ask('removeMember', { chatId, userId: guest.userId }),
      ]);
      const content = `round ${round}`;
      await owner.ok('sendMessage', { chatId, content });
      await guest.settled();
      const inIt = (await guest.ok<ChatView[]>('getChats')).length === 1;
      const heard = guest.unread('newMessage') as MessageView[];
      expect({ round, heard: heard.some((message) => message.content === content) }).toEqual({
        round,
        heard: inIt,
      });
    }
  });
});
