import type {
  ChatClearedView,
  ChatDetails,
  ChatListItem,
  MessagesPage,
  MessageView,
  SyncedView,
} from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import { auditUnread } from '../../src/receipts/audit-unread.js';
import { edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { Replica } from '../support/replica.js';
import { type Client, World } from '../support/world.js';

describe('A chat that somebody clears for themselves', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ GROUP_ADDS: 'everybody' });
  });
  afterAll(() => world.stop());

  const send = (client: Client, chatId: number, content: string, fields: object = {}) =>
    client.ok<MessageView>('sendMessage', { chatId, content, ...fields });
  const listOf = (client: Client) => client.ok<ChatListItem[]>('getChats', { userId: client.userId });
  const pageOf = (client: Client, chatId: number) => client.ok<MessagesPage>('getMessages', { chatId });

  async function audited(): Promise<void> {
    const sql = Database.open({ url: world.config.database.url!, pool: 1, timeoutMs: 5_000 });
    const { looked, faults } = await auditUnread(sql, () => undefined);
    await sql.close();
    expect(looked).toBeGreaterThan(1);
    expect(faults).toEqual([]);
  }

  /** Somebody with two devices in a chat of two messages: their own, and one of the other person that mentions them. */
  async function scene(type: 'direct' | 'group') {
    const { me, other, chatId } =
      type === 'direct'
        ? await world.pair().then(({ alice, bob, chatId }) => ({ me: alice, other: bob, chatId }))
        : await groupOf(world, 1).then(({ owner, members, chatId }) => ({
            me: owner,
            other: members[0]!,
            chatId,
          }));
    const phone = await world.person(me.userId);
    const own = await send(me, chatId, 'mine');
    await other.ok('markAsSeen', { chatId });
    const theirs = await send(other, chatId, 'theirs', { metadata: { mentions: [me.userId] } });
    await phone.next('newMessage');
    await phone.next('newMessage');
    await me.next('newMessage');
    return { me, phone, other, chatId, own, theirs };
  }

  describe.each(edges)('over %s', (edge) => {
    it.each(['direct', 'group'] as const)(
      'is empty and hidden for them, and whole for others (%s)',
      async (type) => {
        const { me, phone, other, chatId, own, theirs } = await scene(type);
        const by = over(edge, world, me);
        const byRest = over('REST', world, me);
        const before = await pageOf(other, chatId);
        const [listed] = await listOf(other);
        expect(await listOf(me)).toMatchObject([{ id: chatId, unread: 1, unreadMentions: 1 }]);

        const cleared = await by.ok<ChatClearedView>('clearChat', { chatId });
        expect(cleared).toEqual({ chatId, seq: theirs.seq, version: theirs.version, changed: false });
        expect(await phone.next('chatCleared')).toEqual(cleared);
        for (const device of [me, phone])
          expect(await device.next('unreadCount')).toMatchObject({ chatId, unread: 0, total: 0, badge: 0 });

        expect(await by.ok('getChats', { userId: me.userId })).toEqual([]);
        expect(await by.ok('getMessages', { chatId })).toMatchObject({ messages: [], more: false });
        expect(await by.ok('getMessages', { chatId, around: own.seq })).toMatchObject({
          messages: [],
          moreBefore: false,
          moreAfter: false,
        });
        expect(await me.ok('getMessages', { chatId, ids: [own.id, theirs.id] })).toMatchObject({
          messages: [],
        });
        expect(await by.ok('getUnreadCount', { chatId })).toMatchObject({
          unread: 0,
          unreadMentions: 0,
          total: 0,
        });
        expect(await by.ok('markAsUnread', { chatId })).toMatchObject({ unread: 0 });
        for (const [command, input] of [
          ['getMessage', {}],
          ['editMessage', { content: 'other' }],
          ['deleteMessage', {}],
          ['deleteMessage', { for: 'me' }],
          ['addReaction', { emoji: 'x' }],
          ['reportMessage', {}],
          ['markAsDelivered', {}],
          ['markAsSeen', {}],
        ] as const)
          for (const { id: messageId } of [own, theirs])
            expect([command, await by.refused(command, { messageId, ...input })]).toEqual([
              command,
              'NOT_FOUND',
            ]);
        for (const command of ['getMessageEdits', 'getMessageReceipts'])
          expect(await byRest.refused(command, { messageId: own.id })).toBe('NOT_FOUND');
        expect(await by.refused('markAsUnread', { chatId, messageId: theirs.id })).toBe('NOT_FOUND');
        const reply = { chatId, content: 'a reply', replyToId: theirs.id };
        expect(await by.ask('sendMessage', reply)).toEqual(
          await by.ask('sendMessage', { ...reply, replyToId: 999_999_999 }),
        );

        // Others see no difference.
        expect(await pageOf(other, chatId)).toEqual(before);
        expect(await listOf(other)).toEqual([listed]);
        await other.settled();
        expect(other.unread('chatCleared')).toEqual([]);

        // They are still there, in their role.
        const details = await by.ok<ChatDetails>('getChat', { chatId });
        expect(details).toMatchObject({ id: chatId, lastMessage: null });
        expect(details.members.map(({ userId }) => userId).sort()).toEqual([me.userId, other.userId].sort());
        if (type === 'group')
          expect(details.members.find(({ userId }) => userId === me.userId)!.role).toBe('owner');
        await audited();
      },
    );

    it.each(['direct', 'group'] as const)(
      'is back with the next message, and only with that (%s)',
      async (type) => {
        const { me, phone, other, chatId, theirs } = await scene(type);
        const by = over(edge, world, me);
        await by.ok('updateMembership', { chatId, mutedUntil: '2040-01-01T00:00:00Z', pinned: true });
        await by.ok('clearChat', { chatId });
        await me.next('unreadCount');
        const message = await send(other, chatId, 'again', { replyToId: theirs.id });
        expect(message.replyTo).toBeNull();
        for (const device of [me, phone])
          expect(await device.next('newMessage')).toMatchObject({ id: message.id, seq: theirs.seq + 1 });
        expect(await by.ok('getChats', { userId: me.userId })).toMatchObject([
          {
            id: chatId,
            unread: 1,
            unreadMentions: 0,
            lastMessage: { id: message.id, replyToId: theirs.id, replyTo: null },
            mutedUntil: '2040-01-01T00:00:00.000Z',
            pinnedAt: expect.any(String),
          },
        ]);
        expect(await by.ok('getMessages', { chatId })).toMatchObject({
          messages: [{ id: message.id, replyTo: null }],
          more: false,
        });
        await by.ok('markAsSeen', { messageId: message.id });
        expect(await by.ok('markAsUnread', { chatId })).toMatchObject({ unread: 1, total: 1 });
        await other.ok('deleteMessage', { messageId: message.id });
        expect(await by.ok('getUnreadCount', { chatId })).toMatchObject({ unread: 0 });
        await audited();
      },
    );
  });

  it('tells devices that were away: that it is gone, and once it is back, to forget what they have', async () => {
    const { me, other, chatId, theirs } = await scene('group');
    const synced = (version: number) =>
      me.ok<SyncedView>('sync', { userId: me.userId, versions: { [chatId]: version } });
    await me.ok('clearChat', { chatId });
    expect(await synced(theirs.version)).toMatchObject({ gone: [chatId], chats: [], unread: { total: 0 } });
    expect(await me.ok<SyncedView>('sync', {})).toMatchObject({ gone: [], chats: [] });
    const message = await send(other, chatId, 'again');
    const back = await synced(theirs.version);
    expect(back).toMatchObject({
      gone: [],
      chats: [{ reset: true, upTo: message.version, chat: { unread: 1 } }],
    });
    expect(back.chats[0]!.messages.map(({ id }) => id)).toEqual([message.id]);
    expect(await synced(message.version)).toMatchObject({ gone: [], chats: [] });
  });

  it('tells a device that has missed it, although it has heard what came after it', async () => {
    const { me, phone, other, chatId } = await scene('group');
    const { at } = await phone.ok<SyncedView>('sync', {});
    await me.ok('clearChat', { chatId });
    const message = await send(other, chatId, 'after it');
    const versions = { [chatId]: message.version };
    const { chats } = await phone.ok<SyncedView>('sync', { versions, since: at });
    expect(chats).toMatchObject([{ reset: true, upTo: message.version, messages: [{ id: message.id }] }]);
    await send(other, chatId, 'later');
    const { version, createdAt } = await send(other, chatId, 'last');
    await me.ok('updateMembership', { chatId, pinned: true });
    const later = { versions: { [chatId]: version }, since: createdAt };
    expect(await phone.ok<SyncedView>('sync', later)).toMatchObject({ chats: [], memberships: [{ chatId }] });
  });

  it('tells a device that has missed many of them, and comes to an end', async () => {
    const me = await world.person();
    const phone = await world.person(me.userId);
    const others = await Promise.all(Array.from({ length: 45 }, () => world.person()));
    const write = (content: string) =>
      Promise.all(
        others.map((other) =>
          other.ok<MessageView>('sendMessage', { receiverId: me.userId, content: content.repeat(1_400) }),
        ),
      );
    const chatIds = (await write('before ')).map(({ chatId }) => chatId);
    const { at: since } = await phone.ok<SyncedView>('sync', { others: 'changed' });
    for (const chatId of chatIds) await me.ok('clearChat', { chatId });
    const heard = await write('after ');
    const late = await send(others[0]!, chatIds[0]!, 'and one more');
    // Of most chats it has heard the last message, of one it has not.
    const versions = Object.fromEntries(heard.map(({ chatId, version }) => [chatId, version]));
    const told = new Map<number, string[]>();
    let input = { versions, since, others: 'changed' };
    for (let calls = 1; ; calls++) {
      expect(calls).toBeLessThan(5);
      const { chats, at, more } = await phone.ok<SyncedView>('sync', input);
      for (const { chat, reset, upTo, messages } of chats) {
        expect(reset).toBe(true);
        versions[chat.id] = upTo;
        told.set(
          chat.id,
          messages.map(({ id }) => String(id)),
        );
      }
      input = { ...input, since: at };
      if (!more) break;
    }
    expect([...told.keys()].sort()).toEqual([...chatIds].sort());
    for (const { id, chatId } of heard) expect(told.get(chatId)![0]).toBe(String(id));
    expect(told.get(chatIds[0]!)).toEqual([String(heard[0]!.id), String(late.id)]);
  });

  it('again changes nothing, and a repeat with its key clears nothing that came since', async () => {
    const { me, phone, other, chatId } = await scene('direct');
    const command = { chatId, clientId: 'clear-it' };
    const cleared = await me.ok('clearChat', command);
    await phone.next('chatCleared');
    expect(await me.ok('clearChat', { chatId })).toEqual(cleared);
    await phone.settled();
    expect(phone.unread('chatCleared')).toEqual([]);
    const message = await send(other, chatId, 'later');
    expect(await me.ok('clearChat', command)).toEqual(cleared);
    expect((await pageOf(me, chatId)).messages).toMatchObject([{ id: message.id }]);
  });

  it('is heard without a callback, and a plain id names it', async () => {
    const { me, chatId, theirs } = await scene('direct');
    me.emit('clearChat', chatId);
    expect(await me.next('chatCleared')).toMatchObject({ chatId, seq: theirs.seq });
  });

  it('tells them nothing of what happens to the old messages', async () => {
    const { me, phone, other, chatId, own, theirs } = await scene('group');
    await me.ok('clearChat', { chatId });
    await other.ok('editMessage', { messageId: theirs.id, content: 'edited' });
    await other.ok('addReaction', { messageId: own.id, emoji: 'x' });
    await other.ok('deleteMessage', { messageId: theirs.id });
    await phone.settled();
    for (const event of ['messageEdited', 'reactionsChanged', 'messageDeleted'])
      for (const device of [me, phone]) expect([event, device.unread(event)]).toEqual([event, []]);
    expect(await listOf(me)).toEqual([]);
    await audited();
  });

  it('answers a send that is repeated as at first, without what happened to the message since', async () => {
    for (const type of ['direct', 'group'] as const) {
      const { me, other, chatId } = await scene(type);
      const first = await send(me, chatId, 'once', { clientId: 'one' });
      await other.ok('addReaction', { messageId: first.id, emoji: 'x' });
      await me.ok('clearChat', { chatId });
      expect(await send(me, chatId, 'once', { clientId: 'one' })).toMatchObject({
        id: first.id,
        content: 'once',
        reactions: [],
      });
      expect(await listOf(me)).toEqual([]);
    }
  });

  it('comes back, still empty, when they open it anew; a device that was away forgets what it has', async () => {
    const { me, phone, other, chatId, theirs } = await scene('direct');
    await me.ok('clearChat', { chatId });
    const chat = await me.ok('createChat', { user1Id: me.userId, user2Id: other.userId });
    expect(await phone.next('newChat')).toMatchObject({ id: chatId });
    expect(chat).toMatchObject({ id: chatId, changed: false });
    expect(await listOf(me)).toMatchObject([{ id: chatId, unread: 0, lastMessage: null }]);
    expect(await pageOf(me, chatId)).toMatchObject({ messages: [] });
    const versions = { [chatId]: theirs.version };
    const { chats } = await phone.ok<SyncedView>('sync', { versions });
    expect(chats).toMatchObject([{ reset: true, messages: [] }]);
    const minuteLater = new Date(Date.now() + 60_000).toISOString();
    expect(await phone.ok<SyncedView>('sync', { versions, since: minuteLater })).toMatchObject({ chats: [] });
    await other.settled();
    expect(other.unread('newChat')).toEqual([]);
  });

  it('of oneself, and a chat that nothing was written in, too', async () => {
    const { alice, chatId } = await world.pair();
    expect(await alice.ok('clearChat', { chatId })).toMatchObject({ chatId, seq: 0 });
    expect(await listOf(alice)).toEqual([]);
    const notes = { user1Id: alice.userId, user2Id: alice.userId };
    const { id } = await alice.ok<{ id: number }>('createChat', notes);
    await send(alice, id, 'a note');
    await alice.ok('clearChat', { chatId: id });
    expect(await listOf(alice)).toEqual([]);
    const { seq } = await send(alice, id, 'another');
    expect((await pageOf(alice, id)).messages).toMatchObject([{ seq }]);
    await audited();
  });

  it('can still be changed and left by them, in their role', async () => {
    const { me, other, chatId } = await scene('group');
    await me.ok('clearChat', { chatId });
    await me.ok('setRole', { chatId, userId: other.userId, role: 'admin' });
    expect(await listOf(me)).toMatchObject([{ id: chatId, role: 'owner', unread: 0 }]);
    await me.ok('clearChat', { chatId });
    await me.ok('leaveChat', { chatId });
    expect(await me.refused('clearChat', { chatId })).toBe('NOT_FOUND');
  });

  it.each(['direct', 'group'] as const)(
    'has exactly the messages after it, whatever is sent, read and deleted at the same moment (%s)',
    async (type) => {
      const { me, phone, other, chatId } = await scene(type);
      const replica = new Replica(me.userId);
      replica.listen(phone);
      await replica.catchUp(phone);
      let cleared = 0;
      for (let round = 0; round < 12; round++) {
        const answers = await Promise.all([
          send(other, chatId, `a ${round}`),
          send(me, chatId, `b ${round}`),
          me.ok<ChatClearedView>('clearChat', { chatId }),
          send(other, chatId, `c ${round}`),
          me.ask('markAsSeen', { chatId }),
          me.ask('markAsUnread', { chatId }),
        ]);
        cleared = answers[2].seq;
        if (round % 2 === 0) await other.ask('deleteMessage', { messageId: answers[3].id });
        await phone.ask('markAsSeen', { chatId, seq: answers[0].seq });
      }
      const { messages, lastSeq } = await pageOf(me, chatId);
      expect(messages.map(({ seq }) => seq)).toEqual(
        Array.from({ length: lastSeq - cleared }, (_, i) => cleared + 1 + i),
      );
      const [listed] = await listOf(me);
      expect(listed === undefined).toBe(messages.length === 0);
      await audited();

      await phone.settled();
      if (replica.hasGap) await replica.catchUp(phone);
      const local = replica.messages(chatId).map(({ id, version }) => ({
        id,
        version,
      }));
      expect(local).toEqual(messages.map(({ id, version }) => ({ id, version })));
      expect(replica.faults).toEqual([]);
    },
  );
});
