import type { MessageView, ReportView } from '../../src/contract/index.js';
import { type Asker, edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { type Client, eventually, World } from '../support/world.js';

describe('A message that its sender has deleted for everyone', () => {
  let world: World;
  let application: Asker;
  beforeAll(async () => {
    world = await World.start();
    application = over('REST', world, await world.stranger());
  });
  afterAll(() => world.stop());

  const metadata = { mood: 'bad' };

  /** An insult, edited once, in a group of the sender and two others, and gone. */
  async function offence() {
    const { chatId, owner, members } = await groupOf(world, 2);
    const [bob, carol] = members as [Client, Client];
    const { id: messageId } = await bob.ok<MessageView>('sendMessage', {
      chatId,
      content: 'first words',
      metadata,
    });
    await bob.ok('editMessage', { messageId, content: 'an insult' });
    await bob.ok('deleteMessage', { messageId });
    return { chatId, owner, bob, carol, messageId };
  }

  const reportsOf = async (messageId: number) =>
    (await application.ok<ReportView[]>('getReports', { limit: 100 })).filter(
      (report) => report.messageId === messageId,
    );
  const kept = (messageId: number) =>
    world.sql<{ at: Date }>('SELECT at FROM deleted_contents WHERE "messageId" = $1', [messageId]);

  it.each(edges)('is reported over %s with what it said', async (edge) => {
    const { owner, bob, messageId } = await offence();
    await over(edge, world, owner).ok('reportMessage', { messageId, reason: 'rude' });
    expect(await reportsOf(messageId)).toMatchObject([
      {
        reporterId: owner.userId,
        message: {
          senderId: bob.userId,
          content: 'an insult',
          metadata,
          edits: [{ content: 'first words' }],
          deletedAt: expect.stringMatching(/Z$/),
        },
      },
    ]);
  });

  it('is not reported by its sender, a stranger, or who joined after that', async () => {
    const { chatId, owner, bob, messageId } = await offence();
    const dora = await world.person();
    await owner.ok('addMembers', { chatId, userIds: [dora.userId] });
    for (const somebody of [bob, dora, await world.person()])
      expect(await somebody.refused('reportMessage', { messageId })).toBe('NOT_FOUND');
    expect(await reportsOf(messageId)).toEqual([]);
  });

  it('shows nobody anything of itself, reported or not', async () => {
    const { chatId, owner, carol, messageId } = await offence();
    await carol.ok('reportMessage', { messageId });
    for (const reader of [owner, carol]) {
      const answers = await Promise.all([
        reader.ok('getMessages', { chatId }),
        reader.ok('getMessage', { messageId }),
        reader.ok('getChats'),
        reader.ok('sync'),
        over('REST', world, reader).ok('getMessageEdits', { messageId }),
      ]);
      expect(JSON.stringify(answers)).not.toMatch(/insult|first words|mood/);
    }
    expect(await carol.refused('getReports')).toBe('UNKNOWN_COMMAND');
  });

  it('is not kept when somebody else deletes it, when nobody else could read it, and longer than its chat', async () => {
    const { chatId, owner, members } = await groupOf(world, 1);
    const [bob] = members as [Client];
    const say = (by: Client, chat: number) =>
      by.ok<MessageView>('sendMessage', { chatId: chat, content: 'words' });
    const judged = await say(bob, chatId);
    await owner.ok('deleteMessage', { messageId: judged.id });
    const byApplication = await say(bob, chatId);
    await application.ok('deleteMessage', { messageId: byApplication.id });
    const self = { user1Id: bob.userId, user2Id: bob.userId };
    const { id: notes } = await bob.ok<{ id: number }>('createChat', self);
    const note = await say(bob, notes);
    await bob.ok('deleteMessage', { messageId: note.id });
    for (const { id: messageId } of [judged, byApplication, note]) expect(await kept(messageId)).toEqual([]);
    expect(await owner.refused('reportMessage', { messageId: judged.id })).toBe('NOT_FOUND');

    const last = await say(bob, chatId);
    await bob.ok('deleteMessage', { messageId: last.id });
    expect(await kept(last.id)).toHaveLength(1);
    await owner.ok('deleteChat', { chatId });
    expect(await kept(last.id)).toEqual([]);
  });

  it('is out of reach after a day, whether it has been removed or not', async () => {
    const { owner, carol, messageId } = await offence();
    const age = (interval: string) =>
      world.sql(`UPDATE deleted_contents SET at = at - interval '${interval}' WHERE "messageId" = $1`, [
        messageId,
      ]);
    // They joined before all that.
    await world.sql(`UPDATE chat_members SET "joinedAt" = "joinedAt" - interval '9 days'`);
    await age('23 hours 59 minutes');
    await owner.ok('reportMessage', { messageId });
    await age('1 minute');
    expect(await carol.refused('reportMessage', { messageId })).toBe('NOT_FOUND');
    // Who has reported it gets their report again.
    expect(await owner.ok('reportMessage', { messageId })).toMatchObject({ messageId });
  });

  it('is removed by each of two nodes when its time is up, also after a restart, and its reports stay', async () => {
    const { owner, messageId } = await offence();
    await owner.ok('reportMessage', { messageId });
    expect(await kept(messageId)).toHaveLength(1);
    const again = { DATABASE_URL: world.config.database.url!, KEEP_DELETED_SECONDS: '1' };
    const nodes = await Promise.all([World.start(again), World.start(again)]);
    try {
      await eventually(async () => (await kept(messageId)).length === 0);
    } finally {
      await Promise.all(nodes.map((node) => node.stop()));
    }
    expect(await reportsOf(messageId)).toMatchObject([{ message: { content: 'an insult' } }]);
  });
});
