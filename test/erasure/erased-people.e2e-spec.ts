import type {
  ChatDetails,
  ChatListItem,
  ChatView,
  MessageDeletedView,
  MessagesPage,
  MessageView,
  SyncedView,
  UserView,
} from '../../src/contract/index.js';
import { erased, expectUnreadRight, finished, rowsWith, tracesOf } from '../support/erasures.js';
import { type Client, eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

describe('A person who is erased', () => {
  let world: World;
  let url: string;
  beforeAll(async () => {
    world = await World.start({ GROUP_ADDS: 'everybody' });
    url = world.config.database.url!;
  });
  afterAll(() => world.stop());

  let people = 0;

  /** Somebody with a profile that no other has, in a group and a direct chat, with all that can be of a person. */
  async function scene() {
    const word = `Quixotine${++people}`;
    const { body } = await world.http
      .put('/users')
      .send({
        users: [
          {
            externalId: `ext-${word}`,
            name: word,
            avatarUrl: `https://pictures.example/${word}.png`,
            metadata: { public: { city: word }, secret: word },
          },
        ],
      })
      .expect(200);
    const [{ id }] = body as [UserView];
    const [me, bob, carol] = await Promise.all([world.person(id), world.person(), world.person()]);
    const group = await me.ok<ChatView>('createGroup', {
      title: 'The group',
      memberIds: [bob.userId, carol.userId],
      clientId: 'group-of-mine',
    });
    const direct = await me.ok<ChatView>('createChat', { user1Id: id, user2Id: bob.userId });
    const notes = await me.ok<ChatView>('createChat', { user1Id: id, user2Id: id });
    const send = (client: Client, chatId: number, content: string, fields: object = {}) =>
      client.ok<MessageView>('sendMessage', { chatId, content, ...fields });
    const first = await send(me, group.id, `${word} says hello`, {
      clientId: `key-${word}`,
      metadata: { from: word, mentions: [bob.userId] },
    });
    await me.ok('editMessage', { messageId: first.id, content: `${word} says goodbye` });
    const theirs = await send(bob, group.id, 'hello back', { metadata: { mentions: [id], other: 1 } });
    await me.ok('addReaction', { messageId: theirs.id, emoji: '👍' });
    await carol.ok('addReaction', { messageId: theirs.id, emoji: '👍' });
    await carol.ok('addReaction', { messageId: first.id, emoji: '🎉' });
    const gone = await send(me, group.id, `${word} regrets`);
    await me.ok('deleteMessage', { messageId: gone.id });
    await send(me, direct.id, `${word} whispers`);
    await send(bob, direct.id, 'I keep this');
    await send(me, notes.id, `${word} notes`);
    await me.ok('deleteMessage', { messageId: theirs.id, for: 'me' });
    await me.ok('markAsSeen', { chatId: group.id });
    await me.ok('reportMessage', { messageId: theirs.id, reason: `${word} complains` });
    await carol.ok('reportMessage', { messageId: first.id });
    const other = await carol.ok<ChatView>('createGroup', { title: 'Carols', memberIds: [id] });
    await carol.ok('removeMember', { chatId: other.id, userId: id });
    await me.ok('blockUser', { userId: carol.userId });
    await me.ok('updatePreferences', { timeZone: 'Europe/Berlin' });
    await world.sql(
      `INSERT INTO notifications ("userId", "chatId", "actorId", kind, about, at)
       VALUES ($1, $3, $2, 'added', 1, now()), ($2, $3, $1, 'added', 1, now())`,
      [id, carol.userId, group.id],
    );
    await me.ok('updateChat', { chatId: group.id, title: 'Another title', clientId: `once-${word}` });
    return { id, word, me, bob, carol, group, direct, notes, first, theirs, gone, other };
  }

  it('is nowhere in the database, except for the number of the id', async () => {
    const { id, word, bob } = await scene();
    expect(await tracesOf(url, id, [word])).not.toEqual([]);
    expect((await rowsWith(url, word)).length).toBeGreaterThan(10);
    const erasure = await erased(world, id);
    expect(erasure).toMatchObject({ userId: id, messages: 'erase', status: 'done', step: null });
    expect(erasure.counts).toMatchObject({ messages: 3, kept: 0, reactions: 1, mentions: 1, groups: 1 });
    expect(erasure.counts.directChats).toBe(2);
    expect(erasure.counts.rows).toBeGreaterThan(3);
    expect(await tracesOf(url, id, [word])).toEqual([]);
    expect(await rowsWith(url, word)).toEqual([]);
    await expectUnreadRight(url);
    const user = await bob.ok<UserView[]>('getUsers', { ids: [id] });
    expect(user).toMatchObject([{ id, name: null, avatarUrl: null, metadata: {}, externalId: null }]);
  });

  it('leaves tombstones, and what others wrote', async () => {
    const { id, bob, group, direct, first, theirs } = await scene();
    await erased(world, id);
    const { messages } = await bob.ok<MessagesPage>('getMessages', { chatId: group.id });
    const of = (wanted: MessageView) => messages.find((message) => message.id === wanted.id);
    expect(of(first)).toMatchObject({ content: '', metadata: null, reactions: [], clientId: null });
    expect(of(first)!.deletedAt).not.toBeNull();
    expect(of(theirs)).toMatchObject({ content: 'hello back', metadata: { other: 1 } });
    expect(of(theirs)!.reactions).toMatchObject([{ emoji: '👍', count: 1 }]);
    const page = await bob.ok<MessagesPage>('getMessages', { chatId: direct.id });
    expect(page.messages.map(({ content }) => content)).toEqual(['', 'I keep this']);
  });

  it('keeps with `keep` what they wrote, without a name', async () => {
    const { id, word, bob, group, first, gone } = await scene();
    const erasure = await erased(world, id, 'keep');
    expect(erasure.counts).toMatchObject({ messages: 0, kept: 4 });
    const { messages } = await bob.ok<MessagesPage>('getMessages', { chatId: group.id });
    expect(messages.find((message) => message.id === first.id)).toMatchObject({
      content: `${word} says goodbye`,
      senderId: id,
    });
    const edits = await world.http
      .get(`/messages/${first.id}/edits`)
      .set('X-User-Id', String(bob.userId))
      .expect(200);
    expect(edits.body).toEqual([]);
    expect(messages.find((message) => message.id === gone.id)).toMatchObject({ content: '' });
    const left = await tracesOf(url, id, [word]);
    expect([...new Set(left)].sort()).toEqual([
      `messages.clientId (${word})`,
      `messages.content (${word})`,
      `messages.metadata (${word})`,
    ]);
    await expectUnreadRight(url);
    // And later all of it.
    expect((await erased(world, id)).counts).toMatchObject({ messages: 2 });
    expect(await tracesOf(url, id, [word])).toEqual([]);
  });

  it('stays deactivated for others, if it was so', async () => {
    const { id, word, bob } = await scene();
    await world.http.post(`/users/${id}/deactivate`).send({}).expect(200);
    expect(await bob.next('userUpdated')).toMatchObject({ id, name: word, deactivated: true });
    await erased(world, id);
    expect(await bob.next('userUpdated')).toMatchObject({ id, name: null, deactivated: true });
    expect(await bob.ok<UserView[]>('getUsers', { ids: [id] })).toMatchObject([{ deactivated: true }]);
  });

  it('is named in no message of the server any more', async () => {
    const { id, word, carol, other } = await scene();
    await erased(world, id);
    const { messages } = await carol.ok<MessagesPage>('getMessages', { chatId: other.id });
    const texts = messages.map(({ content }) => content);
    expect(texts.join()).toContain(`User ${id}`);
    expect(texts.join()).not.toContain(word);
  });

  it('leaves the groups, and an owner hands over', async () => {
    const { id, bob, group } = await scene();
    await erased(world, id);
    const { members } = await bob.ok<ChatDetails>('getChat', { chatId: group.id });
    expect(members.map(({ userId }) => userId)).not.toContain(id);
    expect(members.filter(({ role }) => role === 'owner')).toHaveLength(1);
  });

  it('can not be written to, and the other keeps the direct chat', async () => {
    const { id, bob, direct, notes } = await scene();
    await erased(world, id);
    expect(await bob.refused('sendMessage', { chatId: direct.id, content: 'are you there?' })).toBe(
      'FORBIDDEN',
    );
    const list = await bob.ok<ChatListItem[]>('getChats', { userId: bob.userId });
    expect(list.find((chat) => chat.id === direct.id)).toMatchObject({
      canSend: false,
      otherUser: { id, name: null, avatarUrl: null },
    });
    expect(await bob.refused('getChat', { chatId: notes.id })).toBe('NOT_FOUND');
    expect(await world.sql('SELECT 1 FROM messages WHERE "chatId" = $1', [notes.id])).toEqual([]);
  });

  it('is told to those who are online, with every version', async () => {
    const { id, bob, group, first } = await scene();
    const { version } = await bob.ok<ChatDetails>('getChat', { chatId: group.id });
    await bob.settled();
    await erased(world, id);
    expect(await bob.next('userUpdated')).toMatchObject({ id, name: null });
    await eventually(() =>
      bob.unread('memberRemoved').some((one) => (one as { userId: number }).userId === id),
    );
    const heard = [
      'messageDeleted',
      'reactionsChanged',
      'messageEdited',
      'memberRemoved',
      'memberUpdated',
      'newMessage',
    ]
      .flatMap((event) => bob.unread(event) as { chatId: number; version: number }[])
      .filter((one) => one.chatId === group.id && one.version > version)
      .map((one) => one.version)
      .sort((one, other) => one - other);
    const { version: after } = await bob.ok<ChatDetails>('getChat', { chatId: group.id });
    expect(heard).toEqual(Array.from({ length: after - version }, (_, index) => version + 1 + index));
    const deleted = bob.unread('messageDeleted') as MessageDeletedView[];
    expect(deleted.find(({ messageId }) => messageId === first.id)).toMatchObject({ for: 'everyone' });
  });

  it('is told to those who were away by sync', async () => {
    const { id, word, bob, group, direct } = await scene();
    const before = await bob.ok<SyncedView>('sync', {});
    const versions = Object.fromEntries(before.chats.map(({ chat }) => [chat.id, chat.version]));
    await erased(world, id);
    const after = await bob.ok<SyncedView>('sync', { versions, since: before.at });
    expect(JSON.stringify(after)).not.toContain(word);
    expect(after.users).toMatchObject([{ id, name: null, metadata: {} }]);
    const told = after.chats.map(({ chat }) => chat.id).sort((one, other) => one - other);
    expect(told).toEqual([group.id, direct.id]);
    expect(after.chats.every(({ reset }) => !reset)).toBe(true);
    // The newest page of a client that knows nothing is the same.
    const fresh = await bob.ok<SyncedView>('sync', {});
    expect(JSON.stringify(fresh)).not.toContain(word);
  });

  it('with hundreds of messages in a chat is told by few events, and sync has the rest', async () => {
    const { alice, bob, chatId } = await world.pair();
    const count = 250;
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        alice.ok('sendMessage', { chatId, content: `flood ${index}` }),
      ),
    );
    await eventually(() => bob.unread('newMessage').length === count);
    const { version } = await bob.ok<ChatDetails>('getChat', { chatId });
    expect((await erased(world, alice.userId)).counts.messages).toBe(count);
    expect(bob.unread('messageDeleted').length).toBeLessThan(60);
    let from = version;
    const emptied = new Set<number>();
    for (let more = true; more;) {
      const answer = await bob.ok<SyncedView>('sync', { versions: { [chatId]: from } });
      const [chat] = answer.chats;
      if (!chat) break;
      for (const message of chat.messages) if (message.content === '') emptied.add(message.seq);
      ({ upTo: from, more } = chat);
    }
    expect(emptied.size).toBe(count);
    await expectUnreadRight(url);
  });

  it('is erased once, however often it is asked for', async () => {
    const { id } = await scene();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => world.http.delete(`/users/${id}?messages=erase`).expect(200)),
    );
    await Promise.all(answers.map(({ body }) => finished(world, (body as { id: number }).id)));
    const sums = await world.sql<{ sum: number }>(
      `SELECT sum((counts ->> 'messages')::int) FROM erasures WHERE "userId" = $1`,
      [id],
    );
    expect(sums).toEqual([{ sum: 3 }]);
  });

  it('has to exist, and what happens to the messages has to be said', async () => {
    await world.http.delete('/users/999999?messages=erase').expect(404);
    const { id } = await scene();
    for (const bad of ['', '?messages=', '?messages=all', '?messages=erase&messages=keep', '?messages=null'])
      await world.http.delete(`/users/${id}${bad}`).expect(400);
    await world.http.delete(`/users/${id}?messages=erase`).set('X-User-Id', String(id)).expect(403);
    await world.http.get('/erasures/999999').expect(404);
    await world.http.get('/erasures/0').expect(400);
  });
});
