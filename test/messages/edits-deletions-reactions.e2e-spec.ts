import type { ChatListItem, MessagesPage, MessageView, SyncedView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { Replica } from '../support/replica.js';
import { World } from '../support/world.js';

describe('A change of a message:', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /** A message of Alice's that Bob has got. */
  async function sent() {
    const { alice, bob, chatId } = await world.pair();
    const message = await alice.ok<MessageView>('sendMessage', { chatId, content: 'first' });
    await bob.next('newMessage');
    return { alice, bob, chatId, message, messageId: message.id };
  }

  describe('an edit', () => {
    it('changes the text for everyone and keeps what it said', async () => {
      const { alice, bob, messageId, message } = await sent();
      const edited = await alice.ok<MessageView>('editMessage', { messageId, content: 'second' });
      expect(edited).toMatchObject({
        id: messageId,
        content: 'second',
        seq: 1,
        version: message.version + 1,
      });
      expect(await bob.next('messageEdited')).toEqual(edited);
      await alice.ok('editMessage', { messageId, content: 'third' });
      const { body } = await world.http.get(`/messages/${messageId}/edits`).set('X-User-Id', `${bob.userId}`);
      expect(body.map((edit: { content: string }) => edit.content)).toEqual(['first', 'second']);
    });

    it('is one of the last thousand that are kept, however often the message was edited', async () => {
      const { alice, messageId } = await sent();
      await world.sql(
        `INSERT INTO message_edits ("messageId", nr, content, at)
         SELECT $1, nr, 'version ' || nr, clock_timestamp() FROM generate_series(1, 1000) nr`,
        [messageId],
      );
      for (const content of ['second', 'third']) await alice.ok('editMessage', { messageId, content });
      const kept = await world.sql<{ count: number; oldest: string; newest: string }>(
        `SELECT count(*)::int AS count, (array_agg(content ORDER BY nr))[1] AS oldest,
           (array_agg(content ORDER BY nr DESC))[1] AS newest
         FROM message_edits WHERE "messageId" = $1`,
        [messageId],
      );
      expect(kept).toEqual([{ count: 1_000, oldest: 'version 3', newest: 'second' }]);
    });

    it('to the same text is no change', async () => {
      const { alice, messageId, message } = await sent();
      expect(await alice.ok('editMessage', { messageId, content: 'first' })).toMatchObject({
        version: message.version,
        editedAt: null,
      });
    });

    it('is for the sender only, and for strangers there is no message', async () => {
      const { bob, messageId } = await sent();
      const stranger = await world.person();
      expect(await bob.refused('editMessage', { messageId, content: 'x' })).toBe('FORBIDDEN');
      expect(await stranger.refused('editMessage', { messageId, content: 'x' })).toBe('NOT_FOUND');
      expect(await stranger.refused('editMessage', { messageId: 999_999, content: 'x' })).toBe('NOT_FOUND');
    });

    it('over REST is sent to sockets', async () => {
      const { alice, bob, messageId } = await sent();
      await world.http
        .patch(`/messages/${messageId}`)
        .set('X-User-Id', `${alice.userId}`)
        .send({ content: 'by hand' })
        .expect(200);
      expect(await bob.next('messageEdited')).toMatchObject({ content: 'by hand' });
      expect(await alice.next('messageEdited')).toMatchObject({ content: 'by hand' });
    });

    it('does not hide a retry of the send, nor a mismatch', async () => {
      const { alice, chatId } = await world.pair();
      const draft = { chatId, content: 'once', clientId: 'k1', metadata: { a: 1 } };
      const { id: messageId } = await alice.ok<MessageView>('sendMessage', draft);
      await alice.ok('editMessage', { messageId, content: 'changed' });
      expect(await alice.ok('sendMessage', draft)).toMatchObject({ id: messageId, content: 'changed' });
      expect(await alice.refused('sendMessage', { ...draft, content: 'changed' })).toBe(
        'IDEMPOTENCY_MISMATCH',
      );
    });
  });

  describe('a deletion', () => {
    it('for everyone empties the message, its edits and reactions, and leaves its place', async () => {
      const { alice, bob, chatId, messageId } = await sent();
      await alice.ok('editMessage', { messageId, content: 'second' });
      await bob.ok('addReaction', { messageId, emoji: '👍' });
      const deleted = await alice.ok('deleteMessage', { messageId, for: 'everyone' });
      expect(deleted).toMatchObject({ messageId, chatId, seq: 1, for: 'everyone' });
      expect(await bob.next('messageDeleted')).toEqual(deleted);
      const { messages } = await bob.ok<{ messages: MessageView[] }>('getMessages', { chatId });
      expect(messages).toEqual([
        expect.objectContaining({ id: messageId, content: '', metadata: null, reactions: [] }),
      ]);
      expect(messages[0]?.deletedAt).toBe(deleted.deletedAt);
      expect(await world.sql('SELECT * FROM message_edits WHERE "messageId" = $1', [messageId])).toEqual([]);
      expect(await alice.refused('editMessage', { messageId, content: 'x' })).toBe('NOT_FOUND');
    });

    it('for everyone is allowed to the sender; for oneself to anyone, on all their devices and for nobody else', async () => {
      const { alice, bob, chatId, messageId } = await sent();
      const phone = await world.person(bob.userId);
      expect(await bob.refused('deleteMessage', { messageId, for: 'everyone' })).toBe('FORBIDDEN');
      await bob.ok('deleteMessage', { messageId, for: 'me' });
      expect(await phone.next('messageHidden')).toEqual({ chatId, messageId, seq: 1 });
      expect(await bob.ok('getMessages', { chatId })).toMatchObject({ messages: [] });
      expect(await alice.ok<{ messages: unknown[] }>('getMessages', { chatId })).toMatchObject({
        messages: [{ id: messageId, content: 'first' }],
      });
      await alice.settled();
      expect(alice.unread('messageHidden')).toEqual([]);
      const [item] = await bob.ok<{ lastMessage: unknown }[]>('getChats', bob.userId);
      expect(item?.lastMessage).toBeNull();
    });

    it('for oneself is no change of the chat: neither the answer nor the event has a version', async () => {
      const { alice, bob, chatId, messageId } = await sent();
      const answer = await bob.ok('deleteMessage', { messageId, for: 'me' });
      expect(answer).toEqual({ chatId, messageId, seq: 1, for: 'me' });
      bob.emit('deleteMessage', { messageId, for: 'me' });
      expect(await bob.next('messageHidden')).toEqual(answer);
      expect(bob.unread('messageDeleted')).toEqual([]);
      const { version } = await alice.ok<MessageView>('sendMessage', { chatId, content: 'second' });
      expect(version).toBe(3);
    });

    it('for oneself does not end later changes of the message, which a tombstone keeps out', async () => {
      const { alice, bob, chatId, messageId } = await sent();
      const phone = await world.person(bob.userId);
      const replica = new Replica(bob.userId);
      replica.listen(phone);
      await replica.catchUp(phone);
      expect(replica.messages(chatId)).toHaveLength(1);
      await bob.ok('deleteMessage', { messageId, for: 'me' });
      await alice.ok('editMessage', { messageId, content: 'second' });
      expect(await phone.next('messageEdited')).toMatchObject({ id: messageId });
      expect(replica.messages(chatId)).toEqual([]);
      expect(replica.chat(chatId)?.version).toBe(3);
      expect(replica.hasGap).toBe(false);
    });

    it('for oneself leaves the newest other message as the last one, in one’s own list only', async () => {
      const { alice, bob, chatId } = await sent();
      const ids: number[] = [];
      for (const content of ['second', 'third', 'fourth']) {
        ids.push((await alice.ok<MessageView>('sendMessage', { chatId, content })).id);
      }
      for (const messageId of ids.slice(1)) await bob.ok('deleteMessage', { messageId, for: 'me' });
      const lastOf = async (person: typeof bob) => {
        const [item] = await person.ok<{ lastMessage: MessageView }[]>('getChats', person.userId);
        const chat = await person.ok<{ lastMessage: MessageView }>('getChat', { chatId });
        expect(chat.lastMessage.id).toBe(item!.lastMessage.id);
        return item!.lastMessage.content;
      };
      expect(await lastOf(bob)).toBe('second');
      expect(await lastOf(alice)).toBe('fourth');
      await bob.ok('deleteMessage', { messageId: ids[0], for: 'me' });
      expect(await lastOf(bob)).toBe('first');
      await alice.ok('sendMessage', { chatId, content: 'fifth' });
      expect(await lastOf(bob)).toBe('fifth');
    });

    it('again is no change, and is announced once', async () => {
      const { alice, bob, messageId } = await sent();
      const deleted = await alice.ok('deleteMessage', { messageId });
      await bob.next('messageDeleted');
      expect(await alice.ok('deleteMessage', { messageId })).toEqual({ ...deleted, changed: false });
      await bob.settled();
      expect(bob.unread('messageDeleted')).toEqual([]);
      expect(await bob.refused('addReaction', { messageId, emoji: '👍' })).toBe('NOT_FOUND');
    });

    it('by REST takes `for` from the query', async () => {
      const { alice, bob, messageId } = await sent();
      await world.http
        .delete(`/messages/${messageId}?for=everyone`)
        .set('X-User-Id', `${alice.userId}`)
        .expect(200);
      expect(await bob.next('messageDeleted')).toMatchObject({ messageId });
      await world.http.delete(`/messages/${messageId}?for=nobody`).expect(400);
    });
  });

  describe('reactions', () => {
    it('are counted: several a person, each emoji once', async () => {
      const { alice, bob, messageId, chatId } = await sent();
      await bob.ok('addReaction', { messageId, emoji: '👍' });
      const first = await alice.next<{ version: number }>('reactionsChanged');
      await bob.ok('addReaction', { messageId, emoji: '👍' });
      await bob.ok('addReaction', { messageId, emoji: '🎉' });
      expect(await alice.next('reactionsChanged')).toMatchObject({ version: first.version + 1 });
      const after = await alice.ok('addReaction', { messageId, emoji: '👍' });
      expect(after).toMatchObject({
        chatId,
        reactions: [
          { emoji: '👍', count: 2, userIds: [bob.userId, alice.userId], mine: true },
          { emoji: '🎉', count: 1, userIds: [bob.userId], mine: false },
        ],
      });
      expect(await bob.ok('removeReaction', { messageId, emoji: '👍' })).toMatchObject({
        reactions: [
          { emoji: '🎉', count: 1 },
          { emoji: '👍', count: 1, userIds: [alice.userId] },
        ],
      });
    });

    it('are put and deleted over REST', async () => {
      const { bob, messageId } = await sent();
      const path = `/messages/${messageId}/reactions/${encodeURIComponent('👍')}`;
      const put = await world.http.put(path).set('X-User-Id', `${bob.userId}`).expect(200);
      expect(put.body.reactions).toEqual([{ emoji: '👍', count: 1, userIds: [bob.userId], mine: true }]);
      const gone = await world.http.delete(path).set('X-User-Id', `${bob.userId}`).expect(200);
      expect(gone.body.reactions).toEqual([]);
    });

    it('are told with who, which and whether it was added; whose they are is marked for one person only', async () => {
      const { alice, bob, chatId, messageId } = await sent();
      await bob.ok('addReaction', { messageId, emoji: '👍' });
      const added = await alice.next('reactionsChanged');
      expect(added).toMatchObject({ by: bob.userId, emoji: '👍', added: true });
      expect(added.reactions).toEqual([{ emoji: '👍', count: 1, userIds: [bob.userId] }]);
      const mine = async (person: typeof bob) =>
        (await person.ok<{ messages: MessageView[] }>('getMessages', { chatId })).messages[0]?.reactions[0]
          ?.mine;
      expect([await mine(bob), await mine(alice)]).toEqual([true, false]);
      await bob.ok('removeReaction', { messageId, emoji: '👍' });
      expect(await alice.next('reactionsChanged')).toMatchObject({
        by: bob.userId,
        emoji: '👍',
        added: false,
      });
    });

    it.each(edges)('say the same to somebody in every place, over %s', async (edge) => {
      const { alice, bob, chatId, messageId } = await sent();
      await bob.ok('addReaction', { messageId, emoji: '👍' });
      await alice.ok('addReaction', { messageId, emoji: '🎉' });
      for (const [person, emoji] of [[alice, '🎉'] as const, [bob, '👍'] as const]) {
        const asker = over(edge, world, person);
        const message = await asker.ok<MessageView>('getMessage', { messageId });
        expect(message.reactions.filter(({ mine }) => mine)).toMatchObject([{ emoji }]);
        const { messages } = await asker.ok<MessagesPage>('getMessages', { chatId });
        const { lastMessage } = await asker.ok<ChatListItem>('getChat', { chatId });
        const [item] = await asker.ok<ChatListItem[]>('getChats', { userId: person.userId });
        const [synced] = (await asker.ok<SyncedView>('sync', {})).chats;
        expect(messages).toEqual([message]);
        expect(synced!.messages).toEqual([message]);
        const last = [lastMessage, item!.lastMessage, synced!.chat.lastMessage];
        expect(last).toEqual([message, message, message]);
      }
    });

    it('are marked as one’s own beyond the first twenty people, too', async () => {
      const people = await Promise.all(Array.from({ length: 22 }, () => world.person()));
      const [owner] = people as [(typeof people)[0]];
      const { id: chatId } = await owner.ok<{ id: number }>('createGroup', {
        title: 'many',
        memberIds: people.slice(1).map(({ userId }) => userId),
      });
      const { id: messageId } = await owner.ok<MessageView>('sendMessage', { chatId, content: 'vote' });
      for (const person of people.slice(1)) await person.ok('addReaction', { messageId, emoji: '❤' });
      const last = people.at(-1)!;
      const reactionsOf = async (person: typeof last) =>
        (await person.ok<MessageView>('getMessage', { messageId })).reactions;
      expect(await reactionsOf(last)).toMatchObject([{ count: 21, mine: true }]);
      expect(await reactionsOf(owner)).toMatchObject([{ count: 21, mine: false }]);
      expect(await last.ok('addReaction', { messageId, emoji: '❤️' })).toMatchObject({
        reactions: [{ emoji: '❤', count: 21, mine: true }],
      });
    });

    it('that differ in the variation selector alone are one, spelled as it was first', async () => {
      const { alice, bob, messageId } = await sent();
      await bob.ok('addReaction', { messageId, emoji: '❤️' });
      const heart = { emoji: '❤️', count: 2, userIds: [bob.userId, alice.userId], mine: true };
      expect(await alice.ok('addReaction', { messageId, emoji: '❤' })).toMatchObject({
        emoji: '❤️',
        reactions: [heart],
      });
      expect(await alice.ok('addReaction', { messageId, emoji: '❤️' })).toMatchObject({ reactions: [heart] });
      expect(await bob.ok('removeReaction', { messageId, emoji: '❤' })).toMatchObject({
        emoji: '❤️',
        reactions: [{ ...heart, count: 1, userIds: [alice.userId], mine: false }],
      });
    });

    it('that were stored in both forms count once a person after the next change', async () => {
      const { alice, bob, messageId } = await sent();
      await world.sql(
        'INSERT INTO message_reactions ("messageId", emoji, "userId") VALUES ($1, $2, $4), ($1, $3, $4)',
        [messageId, '❤', '❤️', bob.userId],
      );
      const { reactions } = await alice.ok<MessageView>('addReaction', { messageId, emoji: '❤️' });
      expect(reactions).toMatchObject([{ count: 2 }]);
      expect(await bob.ok('removeReaction', { messageId, emoji: '❤️' })).toMatchObject({
        reactions: [{ count: 1, userIds: [alice.userId] }],
      });
    });

    it('are at most 10 of one person, and 50 kinds a message', async () => {
      const people = await Promise.all(Array.from({ length: 6 }, () => world.person()));
      const [first, ...others] = people as [(typeof people)[0], ...typeof people];
      const { id: chatId } = await first.ok<{ id: number }>('createGroup', {
        title: 'many',
        memberIds: others.map(({ userId }) => userId),
      });
      const { id: messageId } = await first.ok<MessageView>('sendMessage', { chatId, content: 'all' });
      for (const [nr, person] of others.entries()) {
        for (let i = 0; i < 10; i++) await person.ok('addReaction', { messageId, emoji: `r${nr}.${i}` });
        const eleventh = { messageId, emoji: `r${(nr + 1) % 5}.0` };
        expect(await person.refused('addReaction', eleventh)).toBe('CONFLICT');
      }
      expect(await first.refused('addReaction', { messageId, emoji: 'one-more' })).toBe('CONFLICT');
      expect(await first.ok('addReaction', { messageId, emoji: 'r0.0' })).toMatchObject({ added: true });
    });
  });

  it('takes the next version without a gap, also among concurrent ones', async () => {
    const { alice, bob, chatId } = await world.pair();
    const messages = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        alice.ok<MessageView>('sendMessage', { chatId, content: `m${i}` }),
      ),
    );
    await Promise.all(
      messages.flatMap(({ id: messageId }) => [
        alice.ok('editMessage', { messageId, content: `e${messageId}` }),
        bob.ok('addReaction', { messageId, emoji: '👍' }),
        alice.ok('sendMessage', { chatId, content: 'more' }),
      ]),
    );
    const [chat] = await world.sql<{ version: string }>('SELECT version FROM chats WHERE id = $1', [chatId]);
    expect(Number(chat?.version)).toBe(1 + 10 + 30);
  });
});
