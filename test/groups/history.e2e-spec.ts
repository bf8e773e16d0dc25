import type { ChatView, MessagesPage, MessageView, SyncedView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

describe('What somebody who joins sees of the past', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const send = (client: Client, chatId: number, content: string, more: object = {}) =>
    client.ok<MessageView>('sendMessage', { chatId, content, ...more });

  /** A group with three messages, and somebody who has joined it after them. */
  const joined = async (historyVisible: 'all' | 'fromJoin') => {
    const group = await groupOf(world, 1, { historyVisible });
    const { chatId, owner } = group;
    const old: MessageView[] = [];
    for (const content of ['one', 'two', 'three']) old.push(await send(owner, chatId, content));
    const newcomer = await world.person();
    await owner.ok('addMembers', { chatId, userIds: [newcomer.userId] });
    await newcomer.next('newChat');
    return { ...group, old, newcomer };
  };
  const seqs = ({ messages }: { messages: MessageView[] }) => messages.map(({ seq }) => seq);

  describe.each(edges)('over %s', (edge) => {
    it('is all of it in a group that shows it; none of it is unread', async () => {
      const { chatId, newcomer, old } = await joined('all');
      const asker = over(edge, world, newcomer);
      expect(seqs(await asker.ok<MessagesPage>('getMessages', { chatId }))).toEqual([1, 2, 3, 4]);
      expect(await asker.ok('getUnreadCount', { chatId })).toMatchObject({ unread: 0 });
      expect(await asker.ok('sendMessage', { chatId, content: 'yes', replyToId: old[0]!.id })).toMatchObject({
        replyToId: old[0]!.id,
      });
    });

    it('is nothing of it in a group that hides it, whichever way they ask', async () => {
      const { chatId, newcomer, old } = await joined('fromJoin');
      const asker = over(edge, world, newcomer);
      const page = (input: object) => asker.ok<MessagesPage>('getMessages', { chatId, ...input });
      expect(await page({})).toMatchObject({ messages: [{ seq: 4, type: 'system' }], more: false });
      expect(seqs(await page({ around: 2 }))).toEqual([4]);
      expect(seqs(await page({ after: 0 }))).toEqual([4]);
      expect(seqs(await page({ before: 4 }))).toEqual([]);
      const messageId = old[0]!.id;
      for (const [command, input] of [
        ['editMessage', { messageId, content: 'x' }],
        ['deleteMessage', { messageId }],
        ['deleteMessage', { messageId, for: 'me' }],
        ['addReaction', { messageId, emoji: '👍' }],
        ['markAsSeen', { messageId }],
        ['markAsDelivered', { messageId }],
        ['markAsUnread', { chatId, messageId }],
      ] as const) {
        expect([command, await asker.refused(command, input)]).toEqual([command, 'NOT_FOUND']);
      }
      const nowhere = await asker.ask('sendMessage', { chatId, content: 'x', replyToId: 999_999_999 });
      expect(await asker.ask('sendMessage', { chatId, content: 'x', replyToId: messageId })).toEqual(nowhere);
      expect(await asker.ok('getUnreadCount', { chatId })).toMatchObject({ unread: 0 });
      const { chats } = await asker.ok<SyncedView>('sync', { versions: { [chatId]: 1 } });
      expect(chats[0]).toMatchObject({ reset: true });
      expect(seqs(chats[0]!)).toEqual([4]);
      await asker.ok('deleteMessage', { messageId: chats[0]!.messages[0]!.id, for: 'me' });
      expect(await asker.ok('getChats', { userId: newcomer.userId })).toMatchObject([{ lastMessage: null }]);
    });
  });

  it.each(['edits', 'receipts'])('has no %s of what they may not see', async (what) => {
    const { newcomer, old, owner } = await joined('fromJoin');
    const path = `/messages/${old[0]!.id}/${what}`;
    await world.http.get(path).set('X-User-Id', String(newcomer.userId)).expect(404);
    await world.http.get(path).set('X-User-Id', String(owner.userId)).expect(200);
  });

  it('is not told by changes of it that they would hear', async () => {
    const { chatId, owner, members, newcomer, old } = await joined('fromJoin');
    const [first, second] = old as [MessageView, MessageView, MessageView];
    await owner.ok('editMessage', { messageId: first.id, content: 'secret' });
    await members[0]!.ok('addReaction', { messageId: first.id, emoji: '👍' });
    await owner.ok('deleteMessage', { messageId: second.id });
    expect(await members[0]!.next('messageEdited')).toMatchObject({ content: 'secret' });
    await send(owner, chatId, 'heard');
    await newcomer.next('newMessage');
    expect(await newcomer.next('newMessage')).toMatchObject({ content: 'heard', seq: 5 });
    for (const event of ['messageEdited', 'reactionsChanged', 'messageDeleted'])
      expect(newcomer.unread(event)).toEqual([]);
    const { chats } = await newcomer.ok<SyncedView>('sync', { versions: { [chatId]: 6 } });
    expect(chats[0]).toMatchObject({ reset: false, messages: [{ content: 'heard' }] });
  });

  it('is not seen by them, whatever they read', async () => {
    const { chatId, owner, newcomer, old } = await joined('fromJoin');
    await newcomer.ok('markAsSeen', { chatId });
    const { messages } = await owner.ok<MessagesPage>('getMessages', { chatId });
    expect(messages.map(({ seq, seen }) => [seq, seen])).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [4, true],
    ]);
    const receipts = await world.http.get(`/messages/${old[0]!.id}/receipts`).expect(200);
    expect(receipts.body).toMatchObject({ seenBy: [], deliveredTo: [] });
  });

  it('is settled when they join: a change of the setting is for those who come after', async () => {
    const { chatId, owner, newcomer } = await joined('fromJoin');
    await owner.ok('updateChat', { chatId, historyVisible: 'all' });
    expect(seqs(await newcomer.ok<MessagesPage>('getMessages', { chatId }))).toEqual([4, 5]);
    const later = await world.person();
    await owner.ok('addMembers', { chatId, userIds: [later.userId] });
    expect(seqs(await later.ok<MessagesPage>('getMessages', { chatId }))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('begins anew for who was removed and is back', async () => {
    const { chatId, owner, newcomer } = await joined('fromJoin');
    const own = await send(newcomer, chatId, 'mine');
    const { upTo } = (await newcomer.ok<SyncedView>('sync', {})).chats[0]!;
    await owner.ok('removeMember', { chatId, userId: newcomer.userId });
    await send(owner, chatId, 'in between');
    await owner.ok('addMembers', { chatId, userIds: [newcomer.userId] });
    const { messages } = await newcomer.ok<MessagesPage>('getMessages', { chatId });
    expect(messages).toMatchObject([{ seq: 8, metadata: { event: 'membersAdded' } }]);
    expect(await newcomer.refused('editMessage', { messageId: own.id, content: 'x' })).toBe('NOT_FOUND');
    const { chats } = await newcomer.ok<SyncedView>('sync', { versions: { [chatId]: upTo } });
    expect(chats[0]).toMatchObject({ reset: true, messages: [{ seq: 8 }], chat: { unread: 0 } });
  });

  it('ends where they join, also while others write', async () => {
    const { chatId, owner, members } = await groupOf(world, 1, { historyVisible: 'fromJoin' });
    await send(owner, chatId, 'first');
    let flooding = true;
    const flood = (async () => {
      while (flooding)
        await Promise.all(
          [owner, members[0]!].flatMap((client) => [1, 2, 3].map((i) => send(client, chatId, `m${i}`))),
        );
    })();
    for (let round = 0; round < 10; round++) {
      const newcomer = await world.person();
      await owner.ok('addMembers', { chatId, userIds: [newcomer.userId] });
      const chat = await newcomer.next<ChatView>('newChat');
      await send(newcomer, chatId, 'here');
      await newcomer.settled();
      const heard = (newcomer.unread('newMessage') as MessageView[]).map(({ seq }) => seq);
      expect(Math.min(...heard)).toBeGreaterThan(chat.lastSeq);
      const { messages } = await newcomer.ok<MessagesPage>('getMessages', { chatId, after: 0, limit: 1 });
      expect(messages).toMatchObject([{ seq: chat.lastSeq + 1, metadata: { event: 'membersAdded' } }]);
    }
    flooding = false;
    await flood;
  });
});
