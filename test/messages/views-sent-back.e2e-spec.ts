import type { ChatView, MessageView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

describe('A message view sent back', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /** A direct chat, one with oneself, and a group, each with a member who writes. */
  const places = async (): Promise<{ writer: Client; chatId: number }[]> => {
    const { alice, bob, chatId } = await world.pair();
    const self = { user1Id: bob.userId, user2Id: bob.userId };
    const { id: notes } = await bob.ok<ChatView>('createChat', self);
    const { owner, chatId: group } = await groupOf(world, 1);
    return [
      { writer: alice, chatId },
      { writer: bob, chatId: notes },
      { writer: owner, chatId: group },
    ];
  };

  describe.each(edges)('over %s', (edge) => {
    it('is taken by sendMessage, of every kind of chat', async () => {
      for (const { writer, chatId } of await places()) {
        const asker = over(edge, world, writer);
        const view = await asker.ok<MessageView>('sendMessage', { chatId, content: 'words' });
        expect(view).toMatchObject({ clientId: null, replyToId: null, metadata: null });
        const again = await asker.ok<MessageView>('sendMessage', { ...view });
        expect(again).toMatchObject({ seq: view.seq + 1, receiverId: view.receiverId, content: 'words' });
        const reply = await asker.ok<MessageView>('sendMessage', {
          chatId,
          content: 'with a key',
          clientId: `key ${edge}`.replace(' ', '-'),
          replyToId: view.id,
          metadata: { mood: 'good' },
        });
        // With its key it is the same message.
        expect(await asker.ok('sendMessage', { ...reply })).toEqual(reply);
      }
    });

    it('is taken by editMessage, again and again, whatever the message replies to and has as its key', async () => {
      for (const { writer, chatId } of await places()) {
        const asker = over(edge, world, writer);
        const first = await asker.ok<MessageView>('sendMessage', { chatId, content: 'words' });
        const replies = {
          replyToId: first.id,
          clientId: `its-key-${edge.length}`,
          metadata: { mood: 'good' },
        };
        const reply = await asker.ok<MessageView>('sendMessage', { chatId, content: 'a reply', ...replies });
        for (const view of [first, reply]) {
          for (const content of ['other words', 'and others']) {
            const edited = await asker.ok<MessageView>('editMessage', {
              ...view,
              messageId: view.id,
              content,
            });
            expect(edited).toMatchObject({ id: view.id, content, replyToId: view.replyToId });
          }
        }
      }
    });

    it('that contradicts itself is refused to members, and says nothing to strangers', async () => {
      const { alice, bob, chatId } = await world.pair();
      const { owner, chatId: groupId, members } = await groupOf(world, 1);
      const carol = await world.person();
      const details = [{ path: 'receiverId' }];
      const wrong = { ok: false, error: { code: 'VALIDATION_FAILED', details } };
      const send = (by: Client, input: object) =>
        over(edge, world, by).ask('sendMessage', { content: 'words', ...input });
      // Known to this node or not, and with a key that was used.
      const clientId = `twice-${edge.length}`;
      await alice.ok('sendMessage', { chatId, content: 'words', clientId });
      for (const receiverId of [carol.userId, alice.userId, 999_999_999]) {
        expect(await send(alice, { chatId, receiverId })).toMatchObject(wrong);
        expect(await send(alice, { chatId, receiverId, clientId })).toMatchObject(wrong);
      }
      expect(await send(owner, { chatId: groupId, receiverId: members[0]!.userId })).toMatchObject(wrong);
      expect(await send(alice, { chatId, receiverId: bob.userId })).toMatchObject({ ok: true });
      const nowhere = await send(carol, { chatId: 999_999_999, receiverId: bob.userId });
      for (const place of [chatId, groupId])
        expect(await send(carol, { chatId: place, receiverId: bob.userId })).toEqual(nowhere);
      expect(nowhere).toMatchObject({ error: { code: 'NOT_FOUND' } });
    });

    it('can not change what a message replies to', async () => {
      const { alice, chatId } = await world.pair();
      const asker = over(edge, world, alice);
      const { id: first } = await asker.ok<MessageView>('sendMessage', { chatId, content: 'words' });
      const { id: messageId } = await asker.ok<MessageView>('sendMessage', {
        chatId,
        content: 'a reply',
        replyToId: first,
      });
      for (const [edited, replyToId] of [
        [messageId, messageId],
        [first, messageId],
      ])
        expect(await asker.ask('editMessage', { messageId: edited, content: 'x', replyToId })).toMatchObject({
          error: { code: 'VALIDATION_FAILED', details: [{ path: 'replyToId' }] },
        });
      expect(await asker.ok('editMessage', { messageId, content: 'x', replyToId: first })).toMatchObject({
        content: 'x',
      });
    });
  });

  it('with both names of the chat keeps its key in one batch', async () => {
    const { alice, bob, chatId } = await world.pair();
    const carol = await world.person();
    const send = (input: object) => alice.ask('sendMessage', { content: 'words', clientId: 'one', ...input });
    const [right, wrong, other] = await Promise.all([
      send({ chatId, receiverId: bob.userId }),
      send({ chatId, receiverId: carol.userId }),
      send({ receiverId: bob.userId }),
    ]);
    expect(right).toMatchObject({ ok: true });
    expect(other).toEqual(right);
    expect(wrong.ok).toBe(false);
  });
});

describe('A field that would do nothing', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it.each(edges)(
    'is refused over %s with what to do instead, and not when it comes with a view',
    async (edge) => {
      const { owner, chatId, members } = await groupOf(world, 1);
      const asker = over(edge, world, owner);
      const { id: messageId } = await asker.ok<MessageView>('sendMessage', { chatId, content: 'words' });
      for (const [command, input, path] of [
        ['sendMessage', { chatId, content: 'x', mentions: [members[0]!.userId] }, 'mentions'],
        ['sendMessage', { chatId, content: 'x', type: 'system' }, 'type'],
        ['sendMessage', { chatId, content: 'x', replyTo: messageId }, 'replyTo'],
        ['editMessage', { messageId, content: 'x', mentions: [1] }, 'mentions'],
        ['deleteMessage', { messageId, forMe: true }, 'forMe'],
        ['deleteChat', { chatId, for: 'me' }, 'for'],
        ['updateChat', { chatId, archived: true }, 'archived'],
        ['updateMembership', { chatId, muted: true }, 'muted'],
        ['addMembers', { chatId, userIds: [members[0]!.userId], role: 'admin' }, 'role'],
        ['markAsUnread', { chatId, seq: 1 }, 'seq'],
        ['addReaction', { messageId, emoji: '👍', metadata: { skin: 1 } }, 'metadata'],
      ] as const)
        expect([command, await asker.ask(command, { ...input })]).toMatchObject([
          command,
          { ok: false, error: { code: 'VALIDATION_FAILED', details: [{ path }] } },
        ]);
      const { body: chat } = await world.http.get(`/chats/${chatId}`).set('X-User-Id', String(owner.userId));
      expect(await asker.ok('updateChat', { ...chat, title: 'another' })).toMatchObject({ title: 'another' });
      expect(await asker.ok('updateChat', { chatId, title: 'a third', members: null })).toBeDefined();
    },
  );
});
