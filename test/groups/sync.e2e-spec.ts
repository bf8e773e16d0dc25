import type { ChatView, MessageView, SyncedView } from '../../src/contract/index.js';
import { groupOf, manyPeople } from '../support/groups.js';
import { Replica } from '../support/replica.js';
import { pause } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

describe('A group in sync', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const below = (n: number) => Math.floor(Math.random() * n);
  const sync = (client: Client, versions: Record<number, number>, since?: string) =>
    client.ok<SyncedView>('sync', { versions, ...(since ? { since } : {}) });

  it('brings title, members and roles with the chat', async () => {
    const { chatId, owner, members } = await groupOf(world, 2);
    const [bob, carol] = members as [Client, Client];
    await owner.ok('updateChat', { chatId, title: 'New', metadata: { a: 1 } });
    await owner.ok('setRole', { chatId, userId: bob.userId, role: 'admin' });
    await bob.ok('removeMember', { chatId, userId: carol.userId });
    const { chats } = await sync(bob, { [chatId]: 1 });
    expect(chats).toMatchObject([
      {
        reset: false,
        upTo: 7,
        chat: { title: 'New', metadata: { a: 1 }, role: 'admin', memberCount: 2, membersVersion: 3 },
        messages: [
          { version: 3, type: 'system', metadata: { event: 'chatUpdated' } },
          { version: 5, type: 'system', metadata: { event: 'memberUpdated' } },
          { version: 7, type: 'system', metadata: { event: 'memberRemoved' } },
        ],
      },
    ]);
    expect(await sync(carol, { [chatId]: 3 })).toMatchObject({ chats: [], gone: [chatId] });
  });

  it('brings what one has set for a chat on another device', async () => {
    const { chatId, owner } = await groupOf(world, 1);
    const phone = await world.person(owner.userId);
    const { at } = await sync(phone, {});
    const { version } = await owner.ok<ChatView>('getChat', chatId);
    const mutedUntil = '2035-05-05T05:05:05.000Z';
    await owner.ok('updateMembership', { chatId, mutedUntil });
    const { memberships, chats } = await sync(phone, { [chatId]: version }, at);
    expect(chats).toEqual([]);
    const others = { archivedAt: null, pinnedAt: null, notify: null };
    expect(memberships).toContainEqual({ chatId, version, mutedUntil, ...others });
  });

  it('has the position of a member who was removed and came back meanwhile, from the beginning', async () => {
    const { chatId, owner, members } = await groupOf(world, 2);
    const [bob, carol] = members as [Client, Client];
    for (const content of ['one', 'two']) await owner.ok('sendMessage', { chatId, content });
    for (const member of [bob, carol]) await member.ok('markAsSeen', { chatId });
    const replica = new Replica(owner.userId);
    await replica.catchUp(owner);
    const seen = { readSeq: 2, deliveredSeq: 2 };
    const marks = () => Object.fromEntries(replica.chat(chatId)!.marks);
    expect(marks()).toEqual({ [bob.userId]: seen, [carol.userId]: seen });

    await owner.ok('removeMember', { chatId, userId: carol.userId });
    await owner.ok('addMembers', { chatId, userIds: [carol.userId] });
    await replica.catchUp(owner);
    expect(marks()).toEqual({ [bob.userId]: seen, [carol.userId]: { readSeq: 0, deliveredSeq: 0 } });
    await carol.ok('markAsSeen', { chatId, seq: 1 });
    await replica.catchUp(owner);
    expect(marks()).toMatchObject({ [carol.userId]: { readSeq: 1, deliveredSeq: 1 } });
  });

  it('makes a member whole who is cut, removed and added again while it changes', async () => {
    const { chatId, owner, members } = await groupOf(world, 4, { historyVisible: 'fromJoin' });
    const [admin, watcherOnce, ...talkers] = members as [Client, Client, ...Client[]];
    await owner.ok('setRole', { chatId, userId: admin.userId, role: 'admin' });
    const { userId } = watcherOnce;
    const spares = await manyPeople(world, 5);
    const watcher = await world.person(userId, { reconnectionDelay: 1, reconnectionDelayMax: 5 });
    const replica = new Replica(userId);
    replica.listen(watcher);
    await replica.catchUp(watcher);

    let busy = true;
    const ids: number[] = [];
    const talk = Promise.all(
      [owner, ...talkers].map(async (client) => {
        for (let i = 0; busy; i++) {
          const { id } = await client.ok<MessageView>('sendMessage', { chatId, content: `m${i}` });
          ids.push(id);
          if (i % 3 === 0) await client.ask('editMessage', { messageId: id, content: `e${i}` });
          if (i % 5 === 0)
            await client.ask('addReaction', { messageId: ids[below(ids.length)], emoji: '👍' });
        }
      }),
    );
    const changes = (async () => {
      while (busy) {
        const spare = spares[below(spares.length)]!;
        await admin.ask('addMembers', { chatId, userIds: [spare, spares[below(spares.length)]] });
        await owner.ask('setRole', { chatId, userId: spare, role: below(2) ? 'admin' : 'member' });
        await admin.ask('removeMember', { chatId, userId: spares[below(spares.length)] });
        await owner.ask('updateChat', { chatId, title: `T${below(1_000)}`, metadata: { n: below(9) } });
      }
    })();
    const { socket } = watcher;
    for (let round = 0; round < 40; round++) {
      if (round % 4 === 1) await admin.ok('removeMember', { chatId, userId });
      if (round % 4 === 2) await admin.ok('addMembers', { chatId, userIds: [userId] });
      await pause(Math.random() * 30);
      if (below(2)) {
        socket.io.engine.close();
        await eventually(() => !socket.connected);
        await eventually(() => socket.connected);
        await watcher.ok('userOnline', userId);
      }
      if (below(3)) await replica.catchUp(watcher);
    }
    await admin.ok('addMembers', { chatId, userIds: [userId] });
    busy = false;
    await Promise.all([talk, changes]);
    await watcher.settled();
    await replica.catchUp(watcher);

    expect(replica.faults).toEqual([]);
    expect(replica.hasGap).toBe(false);
    const local = replica.chat(chatId)!;
    const [chat] = await world.sql<Record<string, unknown>>(
      'SELECT title, metadata, "memberCount", version::int, "membersVersion"::int FROM chats WHERE id = $1',
      [chatId],
    );
    const { title, metadata, memberCount } = local.item;
    const { version, membersVersion } = local;
    expect({ title, metadata, memberCount, version, membersVersion }).toEqual(chat);
    const rows = await world.sql<{ userId: number; role: string }>(
      'SELECT "userId"::int, role FROM chat_members WHERE "chatId" = $1',
      [chatId],
    );
    expect(new Map(rows.map((row) => [row.userId, row.role]))).toEqual(
      new Map([...local.members!.values()].map((member) => [member.userId, member.role])),
    );
    expect(rows).toHaveLength(memberCount);
    const visible = await world.sql<{ id: number; version: number; content: string }>(
      `SELECT id::int, version::int, content FROM messages m WHERE "chatId" = $1 AND seq > (
         SELECT "seesAfter" FROM chat_members WHERE "chatId" = $1 AND "userId" = $2
       ) ORDER BY id`,
      [chatId, userId],
    );
    // A chat that is sent anew begins with its newest page; an older message comes when it changes.
    const kept = replica.messages(chatId).sort((a, b) => a.id - b.id);
    const keptIds = new Set(kept.map(({ id }) => id));
    expect(visible.slice(-30).filter(({ id }) => !keptIds.has(id))).toEqual([]);
    expect(kept.map(({ id, version, content }) => ({ id, version, content }))).toEqual(
      visible.filter(({ id }) => keptIds.has(id)),
    );
  }, 60_000);
});
