import type {
  ChatDetails,
  ChatListItem,
  ChatView,
  MessagesPage,
  MessageView,
  SyncedView,
} from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import { dueChats } from '../../src/retention/retention.queries.js';
import { expectUnreadRight } from '../support/erasures.js';
import { groupOf } from '../support/groups.js';
import { type Client, eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

describe('A chat that keeps its messages for a time', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ GROUP_ADDS: 'everybody', RETENTION_DAYS: '30' });
  });
  afterAll(() => world.stop());

  const send = (client: Client, chatId: number, content: string, fields: object = {}) =>
    client.ok<MessageView>('sendMessage', { chatId, content, ...fields });

  const age = (chatId: number, days: number, upTo: number) =>
    world.sql(
      `UPDATE messages SET "createdAt" = "createdAt" - make_interval(days => $2::int) WHERE "chatId" = $1 AND seq <= $3`,
      [chatId, days, upTo],
    );

  let days = 30;

  /** What is too old is removed soon after the chat's own days are set: to 29 or 30, which is the same here. */
  async function purge(chatId: number): Promise<void> {
    days = days === 30 ? 29 : 30;
    await world.http.put(`/chats/${chatId}/retention`).send({ retentionDays: days }).expect(200);
    await eventually(async () => {
      const due = await world.sql(
        `SELECT 1 FROM messages WHERE "chatId" = $1 AND "createdAt" < now() - interval '30 days' LIMIT 1`,
        [chatId],
      );
      return due.length === 0;
    });
  }

  async function conversation(count: number) {
    const { alice, bob, chatId } = await world.pair();
    for (let nr = 1; nr <= count; nr++) {
      const fields = nr === 2 ? { metadata: { mentions: [bob.userId] } } : {};
      await send(nr % 3 === 0 ? bob : alice, chatId, `message ${nr}`, fields);
    }
    return { alice, bob, chatId };
  }

  const listed = async (client: Client, chatId: number) =>
    (await client.ok<ChatListItem[]>('getChats', { userId: client.userId })).find(({ id }) => id === chatId)!;

  it('drops what is older, and says from where on it is there', async () => {
    const { alice, bob, chatId } = await conversation(10);
    await age(chatId, 31, 6);
    const { version } = await alice.ok<ChatDetails>('getChat', { chatId });
    await purge(chatId);
    expect(await bob.next('chatUpdated')).toMatchObject({ chatId, firstSeq: 1, version: version + 1 });
    expect(await bob.next('chatUpdated')).toMatchObject({ chatId, firstSeq: 7, version: version + 2 });
    const { messages, moreBefore } = await bob.ok<MessagesPage>('getMessages', { chatId });
    expect(messages.map(({ seq }) => seq)).toEqual([7, 8, 9, 10]);
    expect(moreBefore).toBe(false);
    expect(await bob.ok('getMessages', { chatId, before: 7 })).toMatchObject({
      messages: [],
      moreBefore: false,
    });
    expect(await bob.ok('getMessages', { chatId, after: 6 })).toMatchObject({ moreBefore: false });
    expect(await bob.ok<ChatDetails>('getChat', { chatId })).toMatchObject({ firstSeq: 7, lastSeq: 10 });
    expect(await world.sql('SELECT seq FROM messages WHERE "chatId" = $1 AND seq < 7', [chatId])).toEqual([]);
    expect(await world.sql('SELECT 1 FROM message_mentions WHERE "chatId" = $1', [chatId])).toEqual([]);
    await expectUnreadRight(world.config.database.url!);
  });

  it('counts what is gone as unread for nobody', async () => {
    const { alice, bob, chatId } = await conversation(9);
    const before = await listed(bob, chatId);
    expect(before).toMatchObject({ unread: 6, unreadMentions: 1 });
    await age(chatId, 31, 4);
    await purge(chatId);
    // 5, 7, 8 are Alice's.
    expect(await listed(bob, chatId)).toMatchObject({ unread: 3, unreadMentions: 0, unreadSeq: 4 });
    expect(await listed(alice, chatId)).toMatchObject({ unread: 2 });
    await eventually(() =>
      bob.unread('unreadCount').some((count) => (count as { chatId: number; unread: number }).unread === 3),
    );
    await bob.ok('markAsSeen', { chatId, seq: 5 });
    expect(await listed(bob, chatId)).toMatchObject({ unread: 2 });
    await bob.ok('markAsUnread', { chatId });
    await bob.ok('markAsSeen', { chatId });
    expect(await listed(bob, chatId)).toMatchObject({ unread: 0 });
    await expectUnreadRight(world.config.database.url!);
  });

  it('may be emptied whole, and goes on with the next seq', async () => {
    const { alice, bob, chatId } = await conversation(3);
    await age(chatId, 31, 3);
    await purge(chatId);
    expect(await listed(bob, chatId)).toMatchObject({
      lastMessage: null,
      unread: 0,
      firstSeq: 4,
      lastSeq: 3,
    });
    expect(await alice.ok('getMessages', { chatId })).toMatchObject({ messages: [], more: false });
    expect(await send(alice, chatId, 'again')).toMatchObject({ seq: 4 });
    expect(await listed(bob, chatId)).toMatchObject({ unread: 1 });
    await expectUnreadRight(world.config.database.url!);
  });

  it('tells those who were away by sync', async () => {
    const { alice, bob, chatId } = await conversation(6);
    const before = await bob.ok<SyncedView>('sync', { others: 'all' });
    const versions = Object.fromEntries(before.chats.map(({ chat }) => [chat.id, chat.version]));
    await age(chatId, 31, 4);
    await purge(chatId);
    await alice.ok('sendMessage', { chatId, content: 'later' });
    const { chats } = await bob.ok<SyncedView>('sync', { versions, since: before.at });
    expect(chats).toHaveLength(1);
    expect(chats[0]).toMatchObject({
      reset: false,
      more: false,
      chat: { id: chatId, firstSeq: 5, unread: 2 },
    });
    expect(chats[0]!.messages.map(({ content }) => content)).toEqual(['later']);
    const fresh = await bob.ok<SyncedView>('sync', {});
    const page = fresh.chats.find(({ chat }) => chat.id === chatId)!;
    expect(page.messages.map(({ seq }) => seq)).toEqual([5, 6, 7]);
  });

  it('is purged in parts and told once, however much it is', async () => {
    const { owner, members, chatId } = await groupOf(world, 3);
    const [one] = members;
    const count = 1_300;
    await Promise.all(
      Array.from({ length: count }, (_, nr) => send(nr % 2 ? owner : one!, chatId, `message ${nr}`)),
    );
    const { lastSeq, version } = await owner.ok<ChatDetails>('getChat', { chatId });
    await age(chatId, 31, lastSeq - 10);
    await Promise.all([purge(chatId), purge(chatId)]);
    const after = await owner.ok<ChatDetails>('getChat', { chatId });
    // Twice for the setting, once for the rest.
    expect(after).toMatchObject({ firstSeq: lastSeq - 9, lastSeq, version: version + 3 });
    await expectUnreadRight(world.config.database.url!);
  });

  it('may keep them for less than the server, as the application says', async () => {
    const { alice, bob, chatId } = await conversation(4);
    await age(chatId, 8, 2);
    expect(await bob.ok<ChatDetails>('getChat', { chatId })).toMatchObject({
      firstSeq: 1,
      retentionDays: null,
    });
    const set = (retentionDays: unknown) =>
      world.http.put(`/chats/${chatId}/retention`).send({ retentionDays });
    const { body } = await set(7).expect(200);
    expect(body).toMatchObject({ id: chatId, retentionDays: 7 });
    expect((await set(7).expect(200)).body).toMatchObject({ changed: false });
    await eventually(async () => (await alice.ok<ChatView>('getChat', { chatId })).firstSeq === 3);
    for (const bad of [-1, 1.5, '7 days', null, 36_501, undefined]) await set(bad).expect(400);
    await world.http.put('/chats/999999/retention').send({ retentionDays: 7 }).expect(404);
    await set(7).set('X-User-Id', String(alice.userId)).expect(403);
    // Longer than the server keeps them is not possible.
    await age(chatId, 40, 3);
    await set(365).expect(200);
    await eventually(async () => (await alice.ok<ChatView>('getChat', { chatId })).firstSeq === 4);
    expect((await set(0).expect(200)).body).toMatchObject({ retentionDays: null });
  });

  it('leaves no words of what is gone in reports', async () => {
    const { bob, chatId } = await conversation(3);
    const { messages } = await bob.ok<MessagesPage>('getMessages', { chatId });
    await bob.ok('reportMessage', { messageId: messages[0]!.id });
    await age(chatId, 31, 1);
    await purge(chatId);
    const reports = await world.sql('SELECT content, edits FROM message_reports WHERE "chatId" = $1', [
      chatId,
    ]);
    expect(reports).toEqual([{ content: '', edits: [] }]);
  });

  it('is found by a walk through all chats, in parts', async () => {
    const [due, young] = [await conversation(2), await conversation(2)];
    await age(due.chatId, 31, 1);
    const sql = Database.open({ url: world.config.database.url!, pool: 1, timeoutMs: 5_000 });
    const found: number[] = [];
    let parts = 0;
    for (let after: number | null = 0; after !== null; parts++) {
      const rows: Awaited<ReturnType<typeof dueChats>> = await dueChats(sql, { days: 30, after, most: 2 });
      after = rows.pop()!.next;
      for (const { chatId } of rows) if (chatId !== null) found.push(chatId);
    }
    await sql.close();
    expect(parts).toBeGreaterThan(2);
    expect(found).toContain(due.chatId);
    expect(found).not.toContain(young.chatId);
  });
});
