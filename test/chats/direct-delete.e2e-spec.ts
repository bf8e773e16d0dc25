import type { ChatListItem, MessageView, SyncedView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

const chatsOf = (person: Client) => person.ok<ChatListItem[]>('getChats', { userId: person.userId });

/** A direct chat with a message of each, and a second device of the one who will delete it. */
async function sceneOf(world: World) {
  const { alice, bob, chatId } = await world.pair();
  const phone = await world.person(alice.userId);
  await alice.ok('sendMessage', { chatId, content: 'one' });
  const last = await bob.ok<MessageView>('sendMessage', { chatId, content: 'two' });
  return { alice, bob, phone, chatId, last };
}

describe('Deleting a direct chat with DIRECT_DELETE=everyone', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it.each(edges)('over %s deletes it for both, which is the default', async (edge) => {
    const { alice, bob, phone, chatId, last } = await sceneOf(world);
    const deleted = await over(edge, world, alice).ok('deleteChat', { chatId });
    expect(deleted).toEqual({ chatId, version: last.version + 1 });
    for (const device of [bob, phone]) expect(await device.next('chatDeleted')).toEqual(deleted);
    expect([await chatsOf(alice), await chatsOf(bob)]).toEqual([[], []]);
    expect(await bob.refused('getChat', { chatId })).toBe('NOT_FOUND');
  });
});

describe('Deleting a direct chat with DIRECT_DELETE=me', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ DIRECT_DELETE: 'me', GROUP_ADDS: 'everybody' });
  });
  afterAll(() => world.stop());

  describe.each(edges)('over %s', (edge) => {
    it('clears it for the one who deletes it, on all their devices, and for nobody else', async () => {
      const { alice, bob, phone, chatId, last } = await sceneOf(world);
      const before = [await chatsOf(bob), await bob.ok('getMessages', { chatId })];
      const by = over(edge, world, alice);
      const deleted = await by.ok('deleteChat', { chatId });
      expect(deleted).toEqual({ chatId, version: last.version, changed: false });
      expect(await phone.next('chatDeleted')).toEqual(deleted);
      expect(await by.ok('getChats', { userId: alice.userId })).toEqual([]);
      expect(await by.ok('getMessages', { chatId })).toMatchObject({ messages: [] });
      const { gone } = await phone.ok<SyncedView>('sync', { versions: { [chatId]: last.version } });
      expect(gone).toEqual([chatId]);
      expect(await by.ok('deleteChat', { chatId })).toEqual(deleted);

      expect([await chatsOf(bob), await bob.ok('getMessages', { chatId })]).toEqual(before);
      await bob.settled();
      expect(bob.unread('chatDeleted')).toEqual([]);

      const message = await bob.ok<MessageView>('sendMessage', { chatId, content: 'still here' });
      expect(await by.ok('getChats', { userId: alice.userId })).toMatchObject([
        { id: chatId, unread: 1, lastMessage: { id: message.id } },
      ]);
      expect(await by.ok('getMessages', { chatId })).toMatchObject({ messages: [{ id: message.id }] });
    });

    it('is answered in the same way while one blocks the other', async () => {
      for (const blocker of ['alice', 'bob'] as const) {
        const { alice, bob, chatId, last } = await sceneOf(world);
        if (blocker === 'alice') await alice.ok('blockUser', { userId: bob.userId });
        else await bob.ok('blockUser', { userId: alice.userId });
        const by = over(edge, world, alice);
        expect(await by.ok('deleteChat', { chatId })).toMatchObject({ chatId, changed: false });
        expect(await by.ok('getMessages', { chatId })).toMatchObject({ messages: [] });
        expect(await chatsOf(bob)).toMatchObject([{ id: chatId, lastMessage: { id: last.id } }]);
      }
    });

    it('deletes a group for everyone as ever', async () => {
      const { owner, members, chatId } = await groupOf(world, 1);
      await over(edge, world, owner).ok('deleteChat', { chatId });
      expect(await members[0]!.next('chatDeleted')).not.toHaveProperty('changed');
      expect(await members[0]!.refused('getChat', { chatId })).toBe('NOT_FOUND');
    });
  });

  it('is a feature of the server, so that clients can say what deleting means', async () => {
    const { body } = await world.http.get('/config').expect(200);
    expect(body.features).toEqual(['directDeleteForMe']);
  });

  it('still deletes it for everyone when the application does it', async () => {
    const { alice, bob, chatId } = await sceneOf(world);
    await alice.ok('deleteChat', { chatId });
    const { body } = await world.http.delete(`/chats/${chatId}`).expect(200);
    expect(body).not.toHaveProperty('changed');
    expect(await bob.next('chatDeleted')).toEqual(body);
    expect([await chatsOf(alice), await chatsOf(bob)]).toEqual([[], []]);
    expect(await world.sql('SELECT 1 FROM messages WHERE "chatId" = $1', [chatId])).toEqual([]);
  });
});
