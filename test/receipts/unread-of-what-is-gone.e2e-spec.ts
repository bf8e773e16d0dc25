import pg from 'pg';
import type { MessageView, UnreadCountView } from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import { auditUnread } from '../../src/receipts/audit-unread.js';
import { waitingForLock } from '../support/database-locks.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

describe('Unread never counts what is gone:', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ GROUP_ADDS: 'everybody' });
  });
  afterAll(() => world.stop());

  async function audited(): Promise<void> {
    const sql = Database.open({ url: world.config.database.url!, pool: 1, timeoutMs: 5_000 });
    const { looked, faults } = await auditUnread(sql, () => undefined);
    await sql.close();
    expect(looked).toBeGreaterThan(1);
    expect(faults).toEqual([]);
  }

  const unreadOf = (client: Client, chatId: number) =>
    client.ok<UnreadCountView>('getUnreadCount', { chatId });

  it('a message that is deleted before it is read lowers the count of those who had not, and tells them', async () => {
    const { owner, members, chatId } = await groupOf(world, 2);
    const [ann, ben] = members as [Client, Client];
    const sent: MessageView[] = [];
    for (const content of ['one', 'two'])
      sent.push(await owner.ok<MessageView>('sendMessage', { chatId, content }));
    await ann.ok('markAsSeen', { messageId: sent[0]!.id });
    expect(await ann.next('unreadCount')).toMatchObject({ unread: 1 });
    await owner.ok('deleteMessage', { messageId: sent[0]!.id });
    expect(await ben.next('unreadCount')).toMatchObject({ chatId, unread: 1, total: 1, badge: 1 });
    await owner.ok('deleteMessage', { messageId: sent[1]!.id });
    expect(await ann.next('unreadCount')).toMatchObject({ unread: 0, total: 0 });
    expect(await ben.next('unreadCount')).toMatchObject({ unread: 0, total: 0 });
    await owner.ok('deleteMessage', { messageId: sent[1]!.id });
    expect(await unreadOf(ben, chatId)).toMatchObject({ unread: 0 });
    expect(ben.unread('unreadCount')).toEqual([]);
    await audited();
  });

  it('a chat whose only message is deleted cannot be marked as unread', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id: messageId } = await alice.ok<MessageView>('sendMessage', { chatId, content: 'one' });
    await bob.ok('markAsSeen', { chatId });
    await alice.ok('deleteMessage', { messageId });
    expect(await bob.ok('markAsUnread', { chatId })).toMatchObject({ unread: 0, total: 0 });
    expect(await bob.ok('markAsUnread', { chatId, messageId })).toMatchObject({ unread: 0 });
    await audited();
  });

  it('joins, renames and roles raise no badge; what the application says does', async () => {
    const { owner, members, chatId } = await groupOf(world, 1);
    const [ann] = members as [Client];
    await owner.ok('updateChat', { chatId, title: 'another' });
    await owner.ok('addMembers', { chatId, userIds: [(await world.person()).userId] });
    await owner.ok('setRole', { chatId, userId: ann.userId, role: 'admin' });
    expect(await unreadOf(ann, chatId)).toMatchObject({ unread: 0, badge: 0 });
    await world.http.post(`/chats/${chatId}/system-messages`).send({ content: 'Your parcel' }).expect(201);
    expect(await unreadOf(ann, chatId)).toMatchObject({ unread: 1 });
    await audited();
  });

  it('a deletion that a mark waits for is counted once', async () => {
    const { alice, bob, chatId } = await world.pair();
    const sent: MessageView[] = [];
    for (const content of ['one', 'two', 'three', 'four'])
      sent.push(await alice.ok<MessageView>('sendMessage', { chatId, content }));
    for (const [upTo, left] of [
      [1, 2],
      [3, 0],
    ] as const) {
      const holder = new pg.Client({ connectionString: world.config.database.url! });
      await holder.connect();
      try {
        await holder.query('BEGIN');
        const row = 'SELECT 1 FROM chat_members WHERE "chatId" = $1 AND "userId" = $2 FOR UPDATE';
        await holder.query(row, [chatId, bob.userId]);
        const deleting = alice.ok('deleteMessage', { messageId: sent[upTo === 1 ? 2 : 3]!.id });
        await waitingForLock(world);
        const marking = bob.ok('markAsSeen', { messageId: sent[upTo - 1]!.id });
        await holder.query('COMMIT');
        await Promise.all([deleting, marking]);
      } finally {
        await holder.end();
      }
      expect(await unreadOf(bob, chatId)).toMatchObject({ unread: left });
    }
    await audited();
  });

  it('unread by arithmetic equals a count of the rows after a random walk of everything at once', async () => {
    const { owner, members, chatId } = await groupOf(world, 3);
    const people = [owner, ...members];
    const sent: number[] = [];
    const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;
    const step = async (i: number): Promise<void> => {
      const who = any(people);
      const dice = Math.random();
      const messageId = sent.length === 0 ? 0 : any(sent);
      if (dice < 0.4 || messageId === 0)
        sent.push((await who.ok<MessageView>('sendMessage', { chatId, content: `${i}` })).id);
      else if (dice < 0.55) await who.ask('markAsSeen', { messageId });
      else if (dice < 0.6) await who.ask('markAsSeen', { chatId });
      else if (dice < 0.7) await who.ask('markAsUnread', { chatId, messageId });
      else if (dice < 0.75) await who.ask('markAsUnread', { chatId });
      else if (dice < 0.95) await owner.ask('deleteMessage', { messageId });
      else await owner.ask('updateChat', { chatId, title: `title ${i}` });
    };
    for (let round = 0; round < 40; round++)
      await Promise.all(Array.from({ length: 6 }, (_, i) => step(round * 6 + i)));
    await audited();
  });
});
