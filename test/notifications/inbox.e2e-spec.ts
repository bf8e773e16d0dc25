import type { MessageView, NewNotificationView, NotificationsPage } from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import { removeOldEntries } from '../../src/notifications/inbox.queries.js';
import { KEPT_DAYS } from '../../src/notifications/notification-purge.js';
import { edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { pause } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

const POLL_MS = 20;

describe('The inbox', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ SINKS: 'on', SINK_POLL_MS: String(POLL_MS) });
  });
  afterAll(() => world.stop());

  const told = (client: Client) => client.next<NewNotificationView>('notification');
  const inbox = async (client: Client, input: object = {}) =>
    client.ok<NotificationsPage>('getNotifications', { ...input });
  const kindsOf = async (client: Client) => (await inbox(client)).notifications.map(({ kind }) => kind);
  const send = (client: Client, chatId: number, fields: object = {}) =>
    client.ok<MessageView>('sendMessage', { chatId, content: 'words', ...fields });
  const mention = (client: Client, chatId: number, ...mentions: number[]) =>
    send(client, chatId, { metadata: { mentions } });

  /** A group whose members have been told that they were added. */
  async function group(others: number) {
    const made = await groupOf(world, others);
    for (const member of made.members) expect(await told(member)).toMatchObject({ kind: 'added' });
    return made;
  }

  /** Until all that has happened so far is written: the log has an order. */
  async function settled() {
    const { alice, bob, chatId } = await world.pair();
    await mention(alice, chatId, bob.userId);
    await told(bob);
  }

  it('has a group that somebody was added to, from the start or later, and not one that they joined', async () => {
    const { chatId, owner, members } = await groupOf(world, 1, { title: 'Hikers', visibility: 'public' });
    const [bob] = members as [Client];
    expect(await told(bob)).toMatchObject({
      kind: 'added',
      chatId,
      chatTitle: 'Hikers',
      messageId: null,
      excerpt: null,
      actor: { userId: owner.userId },
      seenAt: null,
      unseen: 1,
    });
    const [carol, dora] = await Promise.all([world.person(), world.person()]);
    await dora.ok('joinChat', { chatId });
    // Two add her at once.
    await owner.ok('setRole', { chatId, userId: bob.userId, role: 'admin' });
    await Promise.all([owner, bob].map((one) => one.ask('addMembers', { chatId, userIds: [carol.userId] })));
    await told(carol);
    await settled();
    expect(await kindsOf(carol)).toEqual(['added']);
    expect(await kindsOf(dora)).toEqual([]);
    expect(await kindsOf(owner)).toEqual([]);
    // Unread messages of all chats come with it, those of muted ones apart.
    await owner.ok('sendMessage', { chatId, content: 'welcome' });
    await bob.ok('updateMembership', { chatId, mutedUntil: '2999-01-01T00:00:00Z' });
    await settled();
    const carl = await world.person();
    await carl.ok('sendMessage', {
      receiverId: bob.userId,
      content: 'you',
      metadata: { mentions: [bob.userId] },
    });
    expect(await told(bob)).toMatchObject({ kind: 'mention', total: 2, totalUnmuted: 1, unseen: 2 });
    // Once more, after she was removed.
    await owner.ok('removeMember', { chatId, userId: carol.userId });
    expect(await inbox(carol)).toEqual({ notifications: [], next: null, unseen: 0 });
    await owner.ok('addMembers', { chatId, userIds: [carol.userId] });
    expect(await told(carol)).toMatchObject({ kind: 'added', unseen: 1 });
    expect(await kindsOf(carol)).toEqual(['added']);
  });

  it('has mentions, replies and reactions of others, each once', async () => {
    const { chatId, owner, members } = await group(2);
    const [bob, carol] = members as [Client, Client];
    const { id: messageId, seq } = await mention(owner, chatId, bob.userId, owner.userId);
    expect(await told(bob)).toMatchObject({ kind: 'mention', chatId, messageId, seq, excerpt: 'words' });
    await send(bob, chatId, { replyToId: messageId });
    expect(await told(owner)).toMatchObject({ kind: 'reply', actor: { userId: bob.userId }, unseen: 1 });
    // One that replies and mentions is one.
    await send(bob, chatId, { replyToId: messageId, metadata: { mentions: [owner.userId] } });
    expect(await told(owner)).toMatchObject({ kind: 'mention', unseen: 2 });
    await bob.ok('addReaction', { messageId, emoji: '👍' });
    expect(await told(owner)).toMatchObject({ kind: 'reaction', messageId, emoji: '👍', unseen: 3 });
    for (const emoji of ['🎉', '👀']) await bob.ok('addReaction', { messageId, emoji });
    await carol.ok('addReaction', { messageId, emoji: '👍' });
    await owner.ok('addReaction', { messageId, emoji: '👍' });
    expect(await told(owner)).toMatchObject({ kind: 'reaction', actor: { userId: carol.userId } });
    await settled();
    expect(await kindsOf(owner)).toEqual(['reaction', 'reaction', 'mention', 'reply']);
    for (const emoji of ['👍', '🎉', '👀']) await bob.ok('removeReaction', { messageId, emoji });
    expect(await kindsOf(owner)).toEqual(['reaction', 'mention', 'reply']);
    expect(await kindsOf(bob)).toEqual(['mention', 'added']);
  });

  it('has mentions of everybody, and those that come by an edit', async () => {
    const { chatId, owner, members } = await group(2);
    const [bob, carol] = members as [Client, Client];
    await send(owner, chatId, { metadata: { mentions: 'all' } });
    for (const one of [bob, carol]) expect(await told(one)).toMatchObject({ kind: 'mention' });
    const { id: messageId } = await mention(owner, chatId, bob.userId);
    expect(await told(bob)).toMatchObject({ kind: 'mention', messageId });
    await owner.ok('editMessage', { messageId, metadata: { mentions: [carol.userId] } });
    expect(await told(carol)).toMatchObject({ kind: 'mention', messageId });
    expect(await kindsOf(bob)).toEqual(['mention', 'added']);
    expect(await kindsOf(carol)).toEqual(['mention', 'mention', 'added']);
  });

  it('shows nothing that one may not see any more', async () => {
    const { chatId, owner, members } = await group(3);
    const [bob, carol, dora] = members as [Client, Client, Client];
    const people = [bob.userId, carol.userId, dora.userId];
    const first = await mention(owner, chatId, ...people);
    const second = await mention(owner, chatId, ...people);
    for (const one of members) expect([await told(one), await told(one)]).toHaveLength(2);
    await owner.ok('deleteMessage', { messageId: first.id });
    await bob.ok('deleteMessage', { messageId: second.id, for: 'me' });
    await owner.ok('removeMember', { chatId, userId: carol.userId });
    expect(await kindsOf(bob)).toEqual(['added']);
    expect(await inbox(carol)).toEqual({ notifications: [], next: null, unseen: 0 });
    expect(await kindsOf(dora)).toEqual(['mention', 'added']);
    await dora.ok('blockUser', { userId: owner.userId });
    expect(await kindsOf(dora)).toEqual([]);
    // Nor is anything written for somebody who blocks the sender.
    await mention(owner, chatId, dora.userId);
    await settled();
    expect(await world.sql(`SELECT 1 FROM notifications WHERE "userId" = $1`, [dora.userId])).toHaveLength(3);
  });

  it('follows the level of the chat, and without one that of the preferences', async () => {
    const { chatId, owner, members } = await group(1);
    const [bob] = members as [Client];
    const { id: messageId } = await send(bob, chatId);
    const happens = async () => {
      await mention(owner, chatId, bob.userId);
      await send(owner, chatId, { replyToId: messageId });
      await settled();
      const { notifications } = await inbox(bob);
      await world.sql(`DELETE FROM notifications WHERE "userId" = $1 AND kind <> 'added'`, [bob.userId]);
      return notifications.map(({ kind }) => kind).filter((kind) => kind !== 'added');
    };
    await bob.ok('updateMembership', { chatId, mutedUntil: '2040-01-01T00:00:00Z' });
    expect(await happens()).toEqual(['reply', 'mention']);
    await bob.ok('updatePreferences', { groups: 'mentions' });
    expect(await happens()).toEqual(['mention']);
    await bob.ok('updateMembership', { chatId, notify: 'none' });
    expect(await happens()).toEqual([]);
    await bob.ok('updateMembership', { chatId, notify: 'all' });
    expect(await happens()).toEqual(['reply', 'mention']);
    await bob.ok('updateMembership', { chatId, notify: null });
    await bob.ok('updatePreferences', { groups: 'none', direct: 'all' });
    expect(await happens()).toEqual([]);
  });

  it('follows the preference for direct chats in those', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id: messageId } = await send(bob, chatId);
    await bob.ok('updatePreferences', { groups: 'all', direct: 'none' });
    await mention(alice, chatId, bob.userId);
    await send(alice, chatId, { replyToId: messageId });
    await settled();
    expect(await kindsOf(bob)).toEqual([]);
    await bob.ok('updatePreferences', { direct: 'mentions' });
    await send(alice, chatId, { replyToId: messageId });
    await mention(alice, chatId, bob.userId);
    await settled();
    expect(await kindsOf(bob)).toEqual(['mention']);
  });

  it.each(edges)('is read in pages, and marked as seen, over %s', async (edge) => {
    const { chatId, owner, members } = await group(1);
    const [bob] = members as [Client];
    const phone = await world.person(bob.userId);
    for (let nr = 0; nr < 4; nr++) await mention(owner, chatId, bob.userId);
    for (let nr = 0; nr < 4; nr++) expect(await told(bob)).toMatchObject({ kind: 'mention' });
    const by = over(edge, world, bob);
    const first = await by.ok<NotificationsPage>('getNotifications', { limit: 3 });
    const second = await by.ok<NotificationsPage>('getNotifications', { limit: 3, before: first.next });
    expect([first.notifications.length, second.notifications.length]).toEqual([3, 2]);
    expect([first.unseen, second.next]).toEqual([5, null]);
    const ids = [...first.notifications, ...second.notifications].map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((one, other) => other - one));
    const added = await by.ok<NotificationsPage>('getNotifications', { kind: 'added' });
    expect(added.notifications).toMatchObject([{ kind: 'added' }]);

    const upToId = first.notifications[1]!.id;
    expect(await by.ok('markNotificationsSeen', { upToId })).toEqual({ upToId, unseen: 1 });
    expect(await phone.next('notificationsSeen')).toEqual({ upToId, unseen: 1 });
    expect(await by.ok('markNotificationsSeen', { upToId })).toEqual({ upToId, unseen: 1 });
    await pause(50);
    expect(phone.unread('notificationsSeen')).toEqual([]);
    const page = await by.ok<NotificationsPage>('getNotifications', {});
    expect(page.notifications.map(({ seenAt }) => seenAt !== null)).toEqual([false, true, true, true, true]);
    for (const wrong of [{ limit: 0 }, { limit: 101 }, { before: 'x' }, { kind: 'all' }])
      expect(await by.refused('getNotifications', wrong)).toBe('VALIDATION_FAILED');
    expect(await by.refused('markNotificationsSeen', {})).toBe('VALIDATION_FAILED');
    expect(await by.refused('markNotificationsSeen', { upToId: -1 })).toBe('VALIDATION_FAILED');
  });

  it('is not written twice when the log is read again', async () => {
    const { chatId, owner, members } = await group(1);
    const [bob] = members as [Client];
    const { id: messageId } = await mention(owner, chatId, bob.userId);
    await told(bob);
    await bob.ok('addReaction', { messageId, emoji: '👍' });
    await told(owner);
    await settled();
    const people = [owner.userId, bob.userId];
    const rows = () =>
      world.sql('SELECT id FROM notifications WHERE "userId" = ANY($1) ORDER BY id', [people]);
    const before = await rows();
    // Somebody else takes it over at the beginning, as after a crash before it was saved.
    await world.sql(
      `UPDATE sinks SET "messageId" = 0, "outboxId" = 0, "leaseNo" = "leaseNo" + 1, "leasedUntil" = NULL WHERE name = 'inbox'`,
    );
    await eventually(async () => {
      const [sink] = await world.sql<{ read: boolean }>(
        `SELECT "messageId" >= $1 AS read FROM sinks WHERE name = 'inbox'`,
        [messageId],
      );
      return sink!.read;
    });
    expect(await rows()).toEqual(before);
    expect([bob.unread('notification'), owner.unread('notification')]).toEqual([[], []]);
  });

  it('counts what was read in the chat as seen, but not what an edit or a reaction brought', async () => {
    const { chatId, owner, members } = await group(1);
    const [bob] = members as [Client];
    const own = await send(bob, chatId);
    const { id: edited } = await send(owner, chatId);
    const first = await mention(owner, chatId, bob.userId);
    await send(owner, chatId, { replyToId: own.id });
    await mention(owner, chatId, bob.userId);
    await owner.ok('addReaction', { messageId: own.id, emoji: '👍' });
    for (let nr = 0; nr < 4; nr++) await told(bob);
    expect(await inbox(bob)).toMatchObject({ unseen: 5 });
    await bob.ok('markAsSeen', { messageId: first.id });
    expect(await inbox(bob)).toMatchObject({ unseen: 4 });
    await bob.ok('markAsSeen', { chatId });
    const { notifications, unseen } = await inbox(bob);
    const seen = notifications.map(({ kind, seenAt }) => [kind, seenAt !== null]);
    expect(unseen).toBe(2);
    expect(seen.sort()).toEqual([
      ['added', false],
      ['mention', true],
      ['mention', true],
      ['reaction', false],
      ['reply', true],
    ]);
    await owner.ok('editMessage', { messageId: edited, metadata: { mentions: [bob.userId] } });
    expect(await told(bob)).toMatchObject({ kind: 'mention', messageId: edited, unseen: 3, seenAt: null });
  });

  /** So many more entries of somebody. */
  const fill = (userId: number, chatId: number, count: number) =>
    world.sql(
      `INSERT INTO notifications ("userId", "chatId", kind, about, at)
       SELECT $1, $2, 'added', nr, now() FROM generate_series(1000000, 999999 + $3::int) AS nr`,
      [userId, chatId, count],
    );

  it('is marked as seen, however much is in it', async () => {
    const { chatId, owner } = await group(1);
    await fill(owner.userId, chatId, 2_500);
    expect((await inbox(owner)).unseen).toBe(100);
    const upToId = (await inbox(owner)).notifications[0]!.id;
    expect(await owner.ok('markNotificationsSeen', { upToId })).toEqual({ upToId, unseen: 0 });
    expect(
      await world.sql('SELECT 1 FROM notifications WHERE "userId" = $1 AND "seenAt" IS NULL', [owner.userId]),
    ).toEqual([]);
  });

  it('forgets what is older than 90 days, seen or not, and what is younger stays', async () => {
    const { chatId, owner } = await group(1);
    await fill(owner.userId, chatId, 1_203);
    const aged = (days: number, rows: string) =>
      world.sql(
        `UPDATE notifications SET at = now() - make_interval(days => $1), "seenAt" = CASE WHEN id % 2 = 0 THEN now() END
         WHERE id IN (SELECT id FROM notifications WHERE "userId" = $2 ORDER BY id ${rows})`,
        [days, owner.userId],
      );
    await aged(89, 'LIMIT 1203');
    await aged(90, 'LIMIT 1200');
    const sql = Database.open({ url: world.config.database.url!, pool: 1, timeoutMs: 5_000 });
    const remove = () => removeOldEntries(sql, { days: KEPT_DAYS, most: 500 });
    expect([await remove(), await remove(), await remove(), await remove()]).toEqual([500, 500, 200, 0]);
    await sql.close();
    const left = await world.sql('SELECT 1 FROM notifications WHERE "userId" = $1', [owner.userId]);
    expect(left).toHaveLength(3);
  });

  it('goes with the chat, at once or, if that has very much in inboxes, soon', async () => {
    const of = (chatId: number) => world.sql('SELECT 1 FROM notifications WHERE "chatId" = $1', [chatId]);
    const [small, large] = [await group(1), await group(1)];
    await small.owner.ok('deleteChat', { chatId: small.chatId });
    expect(await of(small.chatId)).toEqual([]);
    await fill(large.owner.userId, large.chatId, 11_000);
    await large.owner.ok('deleteChat', { chatId: large.chatId });
    expect((await inbox(large.owner)).notifications).toEqual([]);
    await eventually(async () => (await of(large.chatId)).length === 0);
    await eventually(async () => (await world.sql('SELECT 1 FROM chat_purges')).length === 0);
  });
});
