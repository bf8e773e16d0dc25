import type { ChatListItem, MessageView, NotificationsPage } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { erased, rowsWith, tracesOf } from '../support/erasures.js';
import { groupOf } from '../support/groups.js';
import { type Client, eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

/** Nobody reads the log until a test lets somebody catch up: much has happened since by then. */
describe('An inbox that is written late', () => {
  let world: World;
  let url: string;
  beforeAll(async () => {
    world = await World.start({ GROUP_ADDS: 'everybody' });
    url = world.config.database.url!;
    await world.sql(`INSERT INTO sinks (name, "messageId", "outboxId") VALUES ('inbox', 0, 0)`);
  });
  afterAll(() => world.stop());

  /** Until all that has happened is written. */
  async function caughtUp() {
    const worker = await World.start({ DATABASE_URL: url, SINKS: 'on', SINK_POLL_MS: '20' });
    try {
      await eventually(async () => {
        const rows = await world.sql(
          `SELECT 1 FROM sinks s, messages_id_seq m, outbox_id_seq o
           WHERE s."messageId" >= m.last_value AND s."outboxId" >= o.last_value`,
        );
        return rows.length > 0;
      });
    } finally {
      await worker.stop();
    }
  }

  const send = (client: Client, chatId: number, fields: object = {}) =>
    client.ok<MessageView>('sendMessage', { chatId, content: 'words', ...fields });
  const mention = (client: Client, chatId: number, mentions: number[] | 'all') =>
    send(client, chatId, { metadata: { mentions } });
  const kindsOf = async (client: Client) =>
    (await client.ok<NotificationsPage>('getNotifications')).notifications.map(({ kind }) => kind);
  const mentionsOf = async (client: Client, chatId: number) => {
    const chats = await client.ok<ChatListItem[]>('getChats', {});
    return chats.find(({ id }) => id === chatId)!.unreadMentions;
  };
  const forget = (client: Client) =>
    world.sql('DELETE FROM notifications WHERE "userId" = $1', [client.userId]);

  it.each(['erase', 'keep'] as const)(
    'has nothing of people who were erased meanwhile, with messages to %s',
    async (messages) => {
      const { chatId, owner, members } = await groupOf(world, 2);
      const [gone, bob] = members as [Client, Client];
      const direct = await gone.ok<{ id: number }>('createChat', {
        user1Id: gone.userId,
        user2Id: bob.userId,
      });
      const { id: messageId } = await mention(owner, chatId, [gone.userId]);
      await gone.ok('addReaction', { messageId, emoji: '👍' });
      await mention(gone, chatId, [bob.userId]);
      await send(gone, chatId, { replyToId: messageId });
      await mention(bob, direct.id, [gone.userId]);
      await mention(gone, direct.id, 'all');
      await erased(world, gone.userId, messages);
      await caughtUp();
      const rows = await world.sql(
        'SELECT * FROM notifications WHERE $1::bigint IN ("userId", "actorId") OR "userId" = $2',
        [gone.userId, bob.userId],
      );
      expect(rows).toMatchObject([{ kind: 'added', userId: bob.userId }]);
      const found = await rowsWith(url, String(gone.userId));
      expect(found.filter((row) => row.includes('notifications'))).toEqual([]);
      const traces = await tracesOf(url, gone.userId, []);
      expect(traces.filter((trace) => trace.startsWith('notifications'))).toEqual([]);
    },
  );

  it('has the mention of everybody that comes right after somebody cleared the chat', async () => {
    const { chatId, owner, members } = await groupOf(world, 2);
    const [bob, carol] = members as [Client, Client];
    await mention(owner, chatId, 'all');
    await bob.ok('clearChat', { chatId });
    await mention(owner, chatId, 'all');
    expect(await Promise.all([bob, carol].map((one) => mentionsOf(one, chatId)))).toEqual([1, 2]);
    await caughtUp();
    expect(await kindsOf(bob)).toEqual(['mention']);
    expect(await kindsOf(carol)).toEqual(['mention', 'mention', 'added']);
  });

  it('has no mention of everybody for who joined after it', async () => {
    const { chatId, owner, members } = await groupOf(world, 1, { historyVisible: 'all' });
    const [bob] = members as [Client];
    const carol = await world.person();
    await mention(owner, chatId, 'all');
    await owner.ok('removeMember', { chatId, userId: bob.userId });
    const userIds = [bob.userId, carol.userId];
    await owner.ok('addMembers', { chatId, userIds });
    await caughtUp();
    for (const one of [bob, carol]) {
      expect(await kindsOf(one)).toEqual(['added']);
      expect(await mentionsOf(one, chatId)).toBe(0);
    }
    await mention(owner, chatId, 'all');
    await caughtUp();
    for (const one of [bob, carol]) {
      expect(await kindsOf(one)).toEqual(['mention', 'added']);
      expect(await mentionsOf(one, chatId)).toBe(1);
    }
  });

  it('has of an edit only whom it mentions anew', async () => {
    const { chatId, owner, members } = await groupOf(world, 2, { historyVisible: 'all' });
    const [bob, carol] = members as [Client, Client];
    const { id: messageId } = await mention(owner, chatId, [bob.userId]);
    const { id: toAll } = await mention(owner, chatId, 'all');
    await owner.ok('removeMember', { chatId, userId: bob.userId });
    await owner.ok('addMembers', { chatId, userIds: [bob.userId] });
    await caughtUp();
    await forget(bob);
    await forget(carol);
    // Long afterwards, when nothing is known of the mentions any more.
    await owner.ok('editMessage', { messageId, content: 'other words' });
    await owner.ok('editMessage', { messageId: toAll, content: 'other words' });
    await owner.ok('editMessage', {
      messageId,
      metadata: { mentions: [bob.userId, carol.userId] },
    });
    await owner.ok('editMessage', { messageId, content: 'and others' });
    await caughtUp();
    expect(await kindsOf(bob)).toEqual([]);
    expect(await kindsOf(carol)).toEqual(['mention']);
  });

  it('has nothing of an edit by the application for or of somebody who was removed', async () => {
    const { chatId, owner, members } = await groupOf(world, 3);
    const [bob, carol, dora] = members as [Client, Client, Client];
    const { id: messageId } = await send(bob, chatId);
    const { id: other } = await mention(owner, chatId, [carol.userId]);
    await caughtUp();
    for (const one of [bob, carol, dora]) await forget(one);
    for (const { userId } of [bob, carol]) await owner.ok('removeMember', { chatId, userId });
    const edit = (id: number, mentions: number[]) =>
      world.http.patch(`/messages/${id}`).send({ metadata: { mentions } }).expect(200);
    await edit(messageId, [dora.userId]);
    await edit(other, [carol.userId, dora.userId]);
    await caughtUp();
    const people = [bob, carol, dora].map(({ userId }) => userId);
    const rows = await world.sql('SELECT * FROM notifications WHERE "userId" = ANY($1)', [people]);
    expect(rows).toMatchObject([{ userId: dora.userId, messageId: other }]);
  });

  it.each(edges)('has the reaction that was added, and not another one, over %s', async (edge) => {
    const { chatId, owner, members } = await groupOf(world, 2);
    const [bob, carol] = members as [Client, Client];
    const { id: messageId } = await send(owner, chatId);
    await owner.ok('updateMembership', { chatId, notify: 'none' });
    await over(edge, world, bob).ok('addReaction', { messageId, emoji: '👍' });
    await caughtUp();
    await owner.ok('updateMembership', { chatId, notify: 'all' });
    await over(edge, world, carol).ok('addReaction', { messageId, emoji: '🎉' });
    await over(edge, world, carol).ok('removeReaction', { messageId, emoji: '🎉' });
    await caughtUp();
    expect(await kindsOf(owner)).toEqual([]);
    await carol.ok('addReaction', { messageId, emoji: '🎉' });
    await bob.ok('addReaction', { messageId, emoji: '🎉' });
    await caughtUp();
    expect(await kindsOf(owner)).toEqual(['reaction', 'reaction']);
  });

  it('passes over what can not be written, and has the rest', async () => {
    const { chatId, owner, members } = await groupOf(world, 1);
    const [bob] = members as [Client];
    const other = await groupOf(world, 1);
    await caughtUp();
    const ids: number[] = [];
    for (let nr = 0; nr < 5; nr++) ids.push((await mention(owner, chatId, [bob.userId])).id);
    const reactions = [ids[0]!, ids[1]!];
    for (const messageId of reactions) await bob.ok('addReaction', { messageId, emoji: '👍' });
    await world.sql(`ALTER TABLE notifications ADD CONSTRAINT poison CHECK (
      kind <> 'mention' OR about <> ${ids[2]!}) NOT VALID`);
    await world.sql(`ALTER TABLE notifications ADD CONSTRAINT other_poison CHECK (
      kind <> 'reaction' OR about <> ${ids[0]!}) NOT VALID`);
    await mention(other.owner, other.chatId, 'all');
    try {
      await caughtUp();
    } finally {
      await world.sql('ALTER TABLE notifications DROP CONSTRAINT poison, DROP CONSTRAINT other_poison');
    }
    expect(await kindsOf(bob)).toEqual(['mention', 'mention', 'mention', 'mention', 'added']);
    expect(await kindsOf(owner)).toEqual(['reaction']);
    expect(await kindsOf(other.members[0]!)).toEqual(['mention', 'added']);
  });
});
