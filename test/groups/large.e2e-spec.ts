import type {
  ChatDetails,
  ChatView,
  MembersAddedView,
  MembersPage,
  MessageView,
} from '../../src/contract/index.js';
import { groupOf, manyPeople } from '../support/groups.js';
import { World } from '../support/world.js';

describe('A group of a thousand', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ RECEIPTS_PUSHED_UP_TO: '5' });
  });
  afterAll(() => world.stop());

  it('is made at once, and nobody is let in past the limit', async () => {
    const [alice, bob] = await Promise.all([world.person(), world.person()]);
    const others = await manyPeople(world, 999);
    const full = await alice.ask('createGroup', { title: 'Too large', memberIds: [...others, bob.userId] });
    expect(full).toMatchObject({ ok: false, error: { code: 'GROUP_FULL', details: { limit: 1_000 } } });
    const chat = await alice.ok<ChatView>('createGroup', {
      title: 'Large',
      memberIds: [...others.slice(1), bob.userId],
    });
    expect(chat).toMatchObject({ memberCount: 1_000 });
    expect(await bob.next('newChat')).toMatchObject({ id: chat.id });
    const more = await alice.ask('addMembers', { chatId: chat.id, userIds: [others[0]] });
    expect(more).toMatchObject({ ok: false, error: { code: 'GROUP_FULL' } });
    const details = await bob.ok<ChatDetails>('getChat', { chatId: chat.id });
    expect(details.members).toHaveLength(100);
    expect(details.memberCount).toBe(1_000);
    const members: number[] = [];
    for (let after = 0, more = true; more; after = members.at(-1)!) {
      const page = await bob.ok<MembersPage>('getMembers', { chatId: chat.id, after, limit: 300 });
      members.push(...page.members.map(({ userId }) => userId));
      ({ more } = page);
    }
    expect(new Set(members).size).toBe(1_000);
  });

  it('is filled at once: 990 people more, all of whom hear what is said', async () => {
    const { chatId, owner } = await groupOf(world, 1);
    const crowd = await Promise.all(Array.from({ length: 40 }, () => world.person()));
    const rest = await manyPeople(world, 950);
    const userIds = [...crowd.map(({ userId }) => userId), ...rest];
    const added = await owner.ok<MembersAddedView>('addMembers', { chatId, userIds });
    expect(added).toMatchObject({ memberCount: 992 });
    expect(added.userIds).toHaveLength(990);
    const message = await owner.ok<MessageView>('sendMessage', { chatId, content: 'hello, all' });
    for (const client of crowd) {
      const { metadata } = await client.next<MessageView>('newMessage');
      expect(metadata).toMatchObject({ event: 'membersAdded', count: 990 });
      expect(await client.next('newMessage')).toEqual(message);
    }
    expect(await crowd[0]!.ok('getChats')).toMatchObject([{ unread: 1, memberCount: 992 }]);
  });

  it('is written to without a membership written or locked, but for the sender’s', async () => {
    const { chatId, owner } = await groupOf(world, 1);
    await owner.ok('addMembers', { chatId, userIds: await manyPeople(world, 900) });
    const rows = () =>
      world.sql<{ userId: string }>(
        'SELECT "userId", xmin::text, xmax::text, ctid::text FROM chat_members WHERE "chatId" = $1 ORDER BY "userId"',
        [chatId],
      );
    const before = await rows();
    for (let i = 0; i < 50; i++) await owner.ok('sendMessage', { chatId, content: `m${i}` });
    const changed = (await rows()).filter((row, i) => JSON.stringify(row) !== JSON.stringify(before[i]));
    expect(changed.map(({ userId }) => Number(userId))).toEqual([owner.userId]);
  });

  it('tells receipts to the reader’s own devices only, and keeps them', async () => {
    const { chatId, owner, members } = await groupOf(world, 5);
    const reader = members[0]!;
    const phone = await world.person(reader.userId);
    const { id: messageId } = await owner.ok<MessageView>('sendMessage', { chatId, content: 'read me' });
    await reader.ok('markAsDelivered', { messageId });
    await reader.ok('markAsSeen', { messageId });
    expect(await phone.next('messageSeen')).toMatchObject({ messageId, userId: reader.userId });
    expect(await phone.next('unreadCount')).toMatchObject({ chatId, unread: 0 });
    for (const client of [owner, members[1]!]) {
      await client.settled();
      expect(client.unread('messageSeen')).toEqual([]);
      expect(client.unread('messageDelivered')).toEqual([]);
    }
    const { body } = await world.http
      .get(`/messages/${messageId}/receipts`)
      .set('X-User-Id', `${owner.userId}`)
      .expect(200);
    expect(body).toMatchObject({ seenBy: [reader.userId], deliveredTo: [reader.userId] });
    expect(await owner.ok('getMessages', { chatId })).toMatchObject({
      messages: [{ id: messageId, seen: true }],
    });
  });

  it('up to the bound tells them to all', async () => {
    const { chatId, owner, members } = await groupOf(world, 4);
    const { id: messageId } = await owner.ok<MessageView>('sendMessage', { chatId, content: 'read me' });
    await members[0]!.ok('markAsSeen', { messageId });
    for (const client of [owner, members[3]!]) {
      expect(await client.next('messageSeen')).toMatchObject({ messageId, userId: members[0]!.userId });
    }
  });
});
