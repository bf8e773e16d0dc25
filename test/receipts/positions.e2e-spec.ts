import type { SyncedView, UnreadCountView, UnreadTotalsView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

describe('Receipts by position', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ GROUP_ADDS: 'everybody' });
  });
  afterAll(() => world.stop());

  /** Bob has five messages of Alice's. */
  async function told(count = 5) {
    const pair = await world.pair();
    for (let i = 1; i <= count; i++)
      await pair.alice.ok('sendMessage', { chatId: pair.chatId, content: `${i}` });
    return pair;
  }

  const totalsOf = (client: Client) => client.ok<UnreadTotalsView>('getUnreadCount', {});

  describe.each(edges)('over %s', (edge) => {
    it.each(['markAsSeen', 'markAsDelivered'])('%s marks up to the seq, and no further', async (command) => {
      const { alice, bob, chatId } = await told();
      const event = command === 'markAsSeen' ? 'messageSeen' : 'messageDelivered';
      const marked = await over(edge, world, bob).ok(command, { chatId, seq: 3 });
      expect(marked).toMatchObject({ chatId, userId: bob.userId, seq: 3 });
      expect(marked.messageId).toEqual(expect.any(Number));
      expect(await alice.next(event)).toEqual(marked);
      expect(await over(edge, world, bob).ok(command, { chatId, seq: 2 })).toMatchObject({ seq: 2 });
      expect(await over(edge, world, bob).ok(command, { chatId, seq: 99 })).toMatchObject({ seq: 5 });
      expect(await alice.next(event)).toMatchObject({ seq: 5 });
      await alice.settled();
      expect(alice.unread(event)).toEqual([]);
    });

    it.each(['markAsSeen', 'markAsDelivered'])(
      '%s refuses a field that it does not know where it would mark the whole chat',
      async (command) => {
        const { bob, chatId } = await told();
        const asker = over(edge, world, bob);
        expect(await asker.refused(command, { chatId, upTo: 3 })).toBe('VALIDATION_FAILED');
        expect(await bob.ok('getUnreadCount', { chatId })).toMatchObject({ unread: 5, unreadSeq: 0 });
        expect(await asker.ok(command, { chatId, seq: 3, more: 1 })).toMatchObject({ seq: 3 });
      },
    );

    it('many chats are marked as delivered by one command, and each is told as alone', async () => {
      const one = await told();
      const other = await world.pair();
      await other.alice.ok('sendMessage', { receiverId: one.bob.userId, content: 'hello' });
      const { chatId } = await one.bob.next<{ chatId: number }>('newChat');
      const marks = [
        { chatId: one.chatId, seq: 4 },
        { chatId: other.chatId, seq: 1 },
        { chatId, seq: 9 },
      ];
      const answer = await over(edge, world, one.bob).ok<{ marks: unknown[] }>('markAsDelivered', { marks });
      expect(answer.marks).toEqual([
        expect.objectContaining({ chatId: one.chatId, seq: 4, delivered: true, userId: one.bob.userId }),
        expect.objectContaining({ chatId, seq: 1, changed: false }),
      ]);
      expect(await one.alice.next('messageDelivered')).toEqual(answer.marks[0]);
      expect(await other.alice.next('messageDelivered')).toEqual(answer.marks[1]);
    });

    it('all chats are marked as seen by one command', async () => {
      const { alice, bob, chatId } = await told(2);
      const { chatId: groupId } = await groupOf(world, 1);
      await world.sql('INSERT INTO chat_members ("chatId", "userId") VALUES ($1, $2)', [groupId, bob.userId]);
      await world.sql('UPDATE chats SET "membersVersion" = "membersVersion" + 1 WHERE id = $1', [groupId]);
      const phone = await world.person(bob.userId);
      await alice.ok('sendMessage', { chatId, content: 'three' });
      const all = await over(edge, world, bob).ok('markAllAsSeen', {});
      expect(all).toEqual({
        total: 0,
        totalMentions: 0,
        totalUnmuted: 0,
        badge: 0,
        chatIds: [chatId],
        more: false,
      });
      expect(await alice.next('messageSeen')).toMatchObject({ chatId, seq: 3 });
      expect(await phone.next('unreadCount')).toMatchObject({ chatId, unread: 0, unreadSeq: 3, total: 0 });
      expect(await over(edge, world, bob).ok('markAllAsSeen', {})).toMatchObject({ chatIds: [] });
    });

    it('the totals are there without a chat', async () => {
      const { bob } = await told();
      expect(await over(edge, world, bob).ok('getUnreadCount', {})).toEqual({
        total: 5,
        totalMentions: 0,
        totalUnmuted: 5,
        badge: 5,
      });
    });
  });

  it('refuses what says two places, or none', async () => {
    const { bob, chatId } = await told(1);
    const marks = [{ chatId, seq: 1 }];
    for (const input of [{}, { seq: 1 }, { chatId, messageId: 1, seq: 1 }]) {
      expect(await bob.refused('markAsSeen', input)).toBe('VALIDATION_FAILED');
      expect(await bob.refused('markAsDelivered', input)).toBe('VALIDATION_FAILED');
    }
    const many = Array.from({ length: 501 }, () => marks[0]);
    for (const input of [{ marks, chatId }, { marks: [] }, { marks: many }]) {
      expect(await bob.refused('markAsDelivered', input)).toBe('VALIDATION_FAILED');
    }
  });

  it('totalUnmuted leaves out muted and archived chats, the badge not the mentions of muted ones', async () => {
    const { owner, members, chatId } = await groupOf(world, 1);
    const [ann] = members as [Client];
    const base = (await totalsOf(ann)).badge;
    await owner.ok('sendMessage', { chatId, content: 'one' });
    await owner.ok('sendMessage', { chatId, content: 'two', metadata: { mentions: [ann.userId] } });
    const count = { total: base + 2, totalMentions: 1 };
    expect(await totalsOf(ann)).toEqual({ ...count, totalUnmuted: base + 2, badge: base + 2 });
    await ann.ok('updateMembership', { chatId, mutedUntil: '2090-01-01T00:00:00Z' });
    expect(await totalsOf(ann)).toEqual({ ...count, totalUnmuted: 0, badge: 1 });
    await ann.ok('updateMembership', { chatId, mutedUntil: '2020-01-01T00:00:00Z' });
    expect(await totalsOf(ann)).toEqual({ ...count, totalUnmuted: base + 2, badge: base + 2 });
    await ann.ok('updateMembership', { chatId, archived: true });
    expect(await totalsOf(ann)).toEqual({ ...count, totalUnmuted: 0, badge: 0 });
  });

  it('unreadSeq says where unread begins, wherever unread is said', async () => {
    const { bob, chatId } = await told();
    const phone = await world.person(bob.userId);
    const { at } = await phone.ok<SyncedView>('sync', {});
    await bob.ok('markAsSeen', { chatId });
    const count = await bob.ok<UnreadCountView>('markAsUnread', { chatId });
    expect(count).toMatchObject({ unread: 1, unreadSeq: 4 });
    expect(await bob.ok('getUnreadCount', { chatId })).toEqual(count);
    const { watermarks } = await phone.ok<SyncedView>('sync', { versions: { [chatId]: 6 }, since: at });
    const own = watermarks.find((mark) => mark.userId === bob.userId && mark.chatId === chatId);
    expect(own).toMatchObject({ unread: 1, unreadSeq: 4, readSeq: 5 });
  });
});
