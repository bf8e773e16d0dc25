import pg from 'pg';
import type { MessageView, UnreadCountView } from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import { auditUnread } from '../../src/receipts/audit-unread.js';
import { markSeen } from '../../src/receipts/receipts.queries.js';
import { waitingForLock } from '../support/database-locks.js';
import { World } from '../support/world.js';

describe('Delivered, seen and unread:', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /** Bob has three messages of Alice's. */
  async function threeMessages() {
    const { alice, bob, chatId } = await world.pair();
    const ids: number[] = [];
    for (const content of ['one', 'two', 'three']) {
      ids.push((await alice.ok<MessageView>('sendMessage', { chatId, content })).id);
    }
    return { alice, bob, chatId, ids };
  }

  /** Unread by arithmetic is unread by count, in every chat; of how many memberships. */
  async function audited(): Promise<number> {
    const sql = Database.open({ url: world.config.database.url!, pool: 1, timeoutMs: 5_000 });
    const { looked, faults } = await auditUnread(sql, () => undefined);
    await sql.close();
    expect(faults).toEqual([]);
    return looked;
  }

  it('delivered is a watermark of its own, told to the members', async () => {
    const { alice, bob, chatId, ids } = await threeMessages();
    const delivered = await bob.ok('markAsDelivered', { messageId: ids[1] });
    expect(delivered).toMatchObject({
      messageId: ids[1],
      delivered: true,
      chatId,
      userId: bob.userId,
      seq: 2,
    });
    expect(await alice.next('messageDelivered')).toEqual(delivered);
    await bob.ok('markAsDelivered', { messageId: ids[0] });
    await alice.settled();
    expect(alice.unread('messageDelivered')).toEqual([]);
    const { body } = await world.http.get(`/messages/${ids[0]}/receipts`).set('X-User-Id', `${alice.userId}`);
    expect(body).toEqual({ messageId: ids[0], chatId, seenBy: [], deliveredTo: [bob.userId] });
  });

  it('seen implies delivered, and seenBy names who has seen it', async () => {
    const { alice, bob, chatId, ids } = await threeMessages();
    await world.http.post(`/messages/${ids[2]}/seen`).set('X-User-Id', `${bob.userId}`).expect(200);
    const { body } = await world.http.get(`/messages/${ids[1]}/receipts`).set('X-User-Id', `${alice.userId}`);
    expect(body).toEqual({ messageId: ids[1], chatId, seenBy: [bob.userId], deliveredTo: [bob.userId] });
    await world.http.post(`/messages/${ids[1]}/delivered`).set('X-User-Id', `${bob.userId}`).expect(200);
  });

  it('reading tells unreadCount to the reader’s own sockets, with the total of all chats', async () => {
    const { alice, bob, chatId, ids } = await threeMessages();
    const carol = await world.person();
    await carol.ok('sendMessage', { receiverId: bob.userId, content: 'elsewhere' });
    const phone = await world.person(bob.userId);
    await bob.ok('markAsSeen', { messageId: ids[1] });
    const totals = { total: 2, totalMentions: 0, totalUnmuted: 2, badge: 2 };
    const count = { chatId, unread: 1, unreadMentions: 0, unreadSeq: 2, ...totals };
    expect(await phone.next('unreadCount')).toEqual(count);
    expect(await bob.next('unreadCount')).toEqual(count);
    await alice.settled();
    expect(alice.unread('unreadCount')).toEqual([]);
    expect((await world.http.get(`/chats/${chatId}/unread?userId=${bob.userId}`)).body).toEqual(count);
  });

  it('marking as unread counts again from there, and what others saw as seen stays', async () => {
    const { alice, bob, chatId, ids } = await threeMessages();
    await bob.ok('sendMessage', { chatId, content: 'mine' });
    await bob.ok('markAsSeen', { chatId });
    expect(await bob.ok<UnreadCountView>('markAsUnread', { chatId, messageId: ids[1] })).toMatchObject({
      unread: 2,
    });
    expect(await bob.ok<UnreadCountView>('getUnreadCount', chatId)).toMatchObject({ unread: 2 });
    const { messages } = await alice.ok<{ messages: MessageView[] }>('getMessages', { chatId });
    expect(messages.slice(0, 3).map(({ seen }) => seen)).toEqual([true, true, true]);
    await bob.ok('markAsSeen', { chatId });
    const { body } = await world.http
      .post(`/chats/${chatId}/unread`)
      .send({ userId: bob.userId })
      .expect(200);
    expect(body).toMatchObject({ unread: 1 });
  });

  it('a message of another chat, or none, is NOT_FOUND', async () => {
    const { bob, chatId } = await threeMessages();
    const other = await threeMessages();
    expect(await bob.refused('markAsUnread', { chatId, messageId: other.ids[0] })).toBe('NOT_FOUND');
    expect(await bob.refused('markAsDelivered', { messageId: other.ids[0] })).toBe('NOT_FOUND');
    expect(await bob.refused('markAsDelivered', { messageId: 999_999 })).toBe('NOT_FOUND');
  });

  it('unread by arithmetic equals unread by count after a random walk of everything', async () => {
    const people = await Promise.all([world.person(), world.person(), world.person()]);
    const chats = [];
    for (const [a, b] of [[0, 1] as const, [1, 2] as const, [0, 2] as const]) {
      const ids = { user1Id: people[a].userId, user2Id: people[b].userId };
      const { id } = await people[a].ok<{ id: number }>('createChat', ids);
      chats.push({ chatId: id, members: [people[a], people[b]] });
    }
    const sent: { messageId: number; chatId: number }[] = [];
    const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;
    for (let step = 0; step < 300; step++) {
      const { chatId, members } = any(chats);
      const who = any(members);
      const dice = Math.random();
      if (dice < 0.6 || sent.length === 0) {
        const { id } = await who.ok<MessageView>('sendMessage', { chatId, content: `${step}` });
        sent.push({ messageId: id, chatId });
      } else if (dice < 0.75) await who.ask('markAsSeen', { messageId: any(sent).messageId });
      else if (dice < 0.8) await who.ok('markAsSeen', { chatId });
      else if (dice < 0.9) await who.ask('markAsUnread', { ...any(sent) });
      else if (dice < 0.95) await who.ask('deleteMessage', { messageId: any(sent).messageId });
      else await who.ok('markAsUnread', { chatId });
    }
    expect(await audited()).toBeGreaterThanOrEqual(6);
  });

  it('marking as unread counts one’s own messages that came, and were seen, while it waited', async () => {
    const { bob, chatId, ids } = await threeMessages();
    const phone = await world.person(bob.userId);
    await bob.ok('markAsSeen', { chatId });
    const holder = new pg.Client({ connectionString: world.config.database.url! });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM chat_members WHERE "chatId" = $1 AND "userId" = $2 FOR UPDATE', [
        chatId,
        bob.userId,
      ]);
      const marking = bob.ok<UnreadCountView>('markAsUnread', { chatId, messageId: ids[1] });
      await waitingForLock(world);
      for (const content of ['mine', 'mine too']) await phone.ok('sendMessage', { chatId, content });
      await holder.query({ text: markSeen.statement.text, values: [[bob.userId], [null], [chatId], [null]] });
      await holder.query('COMMIT');
      expect(await marking).toMatchObject({ unread: 2 });
    } finally {
      await holder.end();
    }
    await audited();
  });
});
