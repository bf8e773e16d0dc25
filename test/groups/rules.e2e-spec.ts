import type { ChatListItem, ChatView, MembersPage, MessageView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

const IN_A_YEAR = () => new Date(Date.now() + 365 * 86_400_000).toISOString();

const itemOf = async (client: Client, chatId: number): Promise<ChatListItem> => {
  const items = await client.ok<ChatListItem[]>('getChats', { userId: client.userId });
  return items.find(({ id }) => id === chatId)!;
};

const send = (chatId: number, content = 'words', more: object = {}) => ({ chatId, content, ...more });

describe.each(edges)('A group, over %s,', (edge) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const group = async (fields: object = {}) => {
    const { chatId, owner, members } = await groupOf(world, 2, fields);
    const [admin, bob] = members as [Client, Client];
    await owner.ok('setRole', { chatId, userId: admin.userId, role: 'admin' });
    await Promise.all([admin, bob].map((member) => member.next('memberUpdated')));
    return { chatId, owner, admin, bob, as: (client: Client) => over(edge, world, client) };
  };

  it('where only admins send takes nothing of members but reactions, and says so in their lists', async () => {
    const { chatId, owner, admin, bob, as } = await group();
    const old = await bob.ok<MessageView>('sendMessage', send(chatId, 'before'));
    const updated = await as(admin).ok<ChatView>('updateChat', { chatId, sending: 'admins' });
    expect(updated).toMatchObject({ sending: 'admins' });
    expect(await bob.next('chatUpdated')).toEqual(updated);
    const adminsOnly = {
      ok: false,
      error: {
        code: 'FORBIDDEN',
        details: { reason: 'adminsOnly' },
        message: expect.stringContaining('admins'),
      },
    };
    expect(await as(bob).ask('sendMessage', send(chatId))).toMatchObject(adminsOnly);
    // Also by the long statement: with a mention, and as a reply.
    expect(
      await as(bob).ask('sendMessage', send(chatId, 'x', { metadata: { mentions: [admin.userId] } })),
    ).toMatchObject(adminsOnly);
    expect(await as(bob).ask('editMessage', { messageId: old.id, content: 'after' })).toMatchObject(
      adminsOnly,
    );
    expect(await bob.ask('typing', { chatId, typing: true })).toMatchObject(adminsOnly);
    expect(await itemOf(bob, chatId)).toMatchObject({ canSend: false, canReact: true, sending: 'admins' });
    expect(await itemOf(admin, chatId)).toMatchObject({ canSend: true });
    const told = await as(owner).ok<MessageView>('sendMessage', send(chatId, 'news'));
    await as(admin).ok('sendMessage', send(chatId, 'more news'));
    await as(bob).ok('addReaction', { messageId: told.id, emoji: '👍' });
    await as(bob).ok('deleteMessage', { messageId: old.id });
    await as(owner).ok('updateChat', { chatId, sending: 'all' });
    await as(bob).ok('sendMessage', send(chatId));
  });

  it('says in a system message how its rules changed, and keeps its list of members', async () => {
    const { chatId, owner, bob, as } = await group();
    const { membersVersion } = await itemOf(bob, chatId);
    await as(owner).ok('updateChat', {
      chatId,
      sending: 'admins',
      slowModeSeconds: 30,
      addMembers: 'members',
    });
    const notes: MessageView[] = [];
    do notes.push(await bob.next<MessageView>('newMessage'));
    while (notes.at(-1)!.metadata?.event !== 'chatUpdated');
    expect(notes.at(-1)).toMatchObject({
      type: 'system',
      content: `User ${owner.userId} let only admins write and set slow mode to 30 seconds and let all members add people`,
      metadata: { event: 'chatUpdated', sending: 'admins', slowModeSeconds: 30, addMembers: 'members' },
    });
    expect((await itemOf(bob, chatId)).membersVersion).toBe(membersVersion);
    expect(await as(owner).ok('updateChat', { chatId, slowModeSeconds: 30 })).toMatchObject({
      changed: false,
    });
    for (const slowModeSeconds of [-1, 21_601, 1.5])
      expect(await as(owner).refused('updateChat', { chatId, slowModeSeconds })).toBe('VALIDATION_FAILED');
  });

  it('in slow mode takes one message of a member at a time, and any of admins', async () => {
    const { chatId, admin, bob, as } = await group({ slowModeSeconds: 3_600 });
    const first = await as(bob).ok<MessageView>('sendMessage', send(chatId, 'one', { clientId: 'one' }));
    const refused = await as(bob).ask('sendMessage', send(chatId, 'two'));
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'SLOW_MODE', retryAfterMs: expect.any(Number) },
    });
    const { retryAfterMs } = (refused as { error: { retryAfterMs: number } }).error;
    expect(retryAfterMs).toBeGreaterThan(3_500_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
    // A retry is told of the message that there is.
    expect(await as(bob).ok('sendMessage', send(chatId, 'one', { clientId: 'one' }))).toMatchObject({
      id: first.id,
    });
    await as(bob).ok('editMessage', { messageId: first.id, content: 'one more' });
    for (const content of ['a', 'b']) await as(admin).ok('sendMessage', send(chatId, content));
    expect(await itemOf(bob, chatId)).toMatchObject({ canSend: true, slowModeSeconds: 3_600 });
    // The time is past.
    await world.sql(
      `UPDATE chat_members SET "lastSentAt" = now() - interval '3601 s' WHERE "chatId" = $1 AND "userId" = $2`,
      [chatId, bob.userId],
    );
    await as(bob).ok('sendMessage', send(chatId, 'two'));
    await as(admin).ok('updateChat', { chatId, slowModeSeconds: 0 });
    await as(bob).ok('sendMessage', send(chatId, 'three'));
  });

  it('counts what was sent before slow mode began, and leaving does not shorten it', async () => {
    const { chatId, owner, bob, as } = await group();
    await as(bob).ok('sendMessage', send(chatId));
    await as(owner).ok('updateChat', { chatId, slowModeSeconds: 600 });
    expect(await as(bob).refused('sendMessage', send(chatId))).toBe('SLOW_MODE');
    await as(owner).ok('removeMember', { chatId, userId: bob.userId });
    await as(owner).ok('addMembers', { chatId, userIds: [bob.userId] });
    expect(await as(bob).refused('sendMessage', send(chatId))).toBe('SLOW_MODE');
  });

  it('takes nothing of a silenced member until the moment has come, and says so to all', async () => {
    const { chatId, owner, admin, bob, as } = await group();
    const { id: messageId } = await bob.ok<MessageView>('sendMessage', send(chatId, 'mine'));
    await bob.ok('addReaction', { messageId, emoji: '👍' });
    const { membersVersion } = await itemOf(bob, chatId);
    const until = IN_A_YEAR();
    const silenced = await as(admin).ok('silenceMember', { chatId, userId: bob.userId, until });
    expect(silenced).toMatchObject({
      userId: bob.userId,
      role: 'member',
      silencedUntil: until,
      by: admin.userId,
    });
    expect(await bob.next('memberUpdated')).toEqual(silenced);
    expect(silenced.membersVersion).toBe(membersVersion + 1);
    const refusal = { ok: false, error: { code: 'SILENCED', retryAfterMs: 2_147_483_647 } };
    expect(await as(bob).ask('sendMessage', send(chatId))).toMatchObject(refusal);
    expect(await as(bob).ask('editMessage', { messageId, content: 'other' })).toMatchObject(refusal);
    expect(await as(bob).ask('addReaction', { messageId, emoji: '👎' })).toMatchObject(refusal);
    expect(await bob.ask('typing', { chatId, typing: true })).toMatchObject(refusal);
    await as(bob).ok('removeReaction', { messageId, emoji: '👍' });
    await as(bob).ok('markAsSeen', { messageId });
    expect(await itemOf(bob, chatId)).toMatchObject({
      canSend: false,
      canReact: false,
      silencedUntil: until,
    });
    const { members } = await as(owner).ok<MembersPage>('getMembers', { chatId });
    expect(members.find(({ userId }) => userId === bob.userId)).toMatchObject({ silencedUntil: until });
    // The same again is no change.
    expect(await as(admin).ok('silenceMember', { chatId, userId: bob.userId, until })).toMatchObject({
      changed: false,
      silencedUntil: until,
    });

    await world.sql(`UPDATE chat_members SET "silencedUntil" = now() WHERE "userId" = $1`, [bob.userId]);
    await as(bob).ok('sendMessage', send(chatId));
    expect(await itemOf(bob, chatId)).toMatchObject({ canSend: true, canReact: true });
  });

  it('lets a silenced member write again by the command, and who becomes an admin', async () => {
    const { chatId, owner, bob, as } = await group();
    const key = { chatId, userId: bob.userId };
    await as(owner).ok('silenceMember', { ...key, until: IN_A_YEAR() });
    expect(await as(owner).ok('unsilenceMember', key)).toMatchObject({ silencedUntil: null });
    expect(await as(owner).ok('unsilenceMember', key)).toMatchObject({ changed: false, silencedUntil: null });
    await as(bob).ok('sendMessage', send(chatId));
    await as(owner).ok('silenceMember', { ...key, until: IN_A_YEAR() });
    expect(await as(owner).ok('setRole', { ...key, role: 'admin' })).toMatchObject({ silencedUntil: null });
    await as(bob).ok('sendMessage', send(chatId));
    // The owner silences admins as well.
    await as(owner).ok('silenceMember', { ...key, until: IN_A_YEAR() });
    expect(await as(bob).refused('sendMessage', send(chatId))).toBe('SILENCED');
  });

  it('keeps a silence for who leaves and comes back, who is told of it', async () => {
    const { chatId, owner, bob, as } = await group();
    const key = { chatId, userId: bob.userId };
    const until = IN_A_YEAR();
    await as(owner).ok('silenceMember', { ...key, until });
    await as(owner).ok('removeMember', key);
    expect(await as(owner).ok('addMembers', { chatId, userIds: [bob.userId] })).toMatchObject({
      silenced: [{ userId: bob.userId, silencedUntil: until }],
    });
    expect(await bob.next('newChat')).toMatchObject({
      canSend: false,
      canReact: false,
      silencedUntil: until,
    });
    expect(await as(bob).refused('sendMessage', send(chatId))).toBe('SILENCED');
    // Lifted, it stays lifted.
    await as(owner).ok('unsilenceMember', key);
    await as(owner).ok('removeMember', key);
    await as(owner).ok('addMembers', { chatId, userIds: [bob.userId] });
    await as(bob).ok('sendMessage', send(chatId));
  });

  it('does not silence until a moment that has passed', async () => {
    const { owner, bob, chatId, as } = await group();
    const until = new Date(Date.now() - 1_000).toISOString();
    const asked = { chatId, userId: bob.userId, until };
    expect(await as(owner).refused('silenceMember', asked)).toBe('VALIDATION_FAILED');
  });

  it('lets nobody silence or ban who is not below them, nor themselves', async () => {
    const { chatId, owner, admin, bob, as } = await group();
    const until = IN_A_YEAR();
    for (const userId of [owner.userId, admin.userId]) {
      expect(await as(admin).refused('silenceMember', { chatId, userId, until })).toBe('FORBIDDEN');
      expect(await as(admin).refused('banMember', { chatId, userId })).toBe('FORBIDDEN');
    }
    expect(await as(owner).refused('banMember', { chatId, userId: owner.userId })).toBe('FORBIDDEN');
    expect(await as(bob).refused('silenceMember', { chatId, userId: admin.userId, until })).toBe('FORBIDDEN');
    const userId = world.newId();
    expect(await as(owner).refused('silenceMember', { chatId, userId, until })).toBe('NOT_FOUND');
    expect(await as(owner).refused('banMember', { chatId, userId })).toBe('NOT_FOUND');
  });

  it('lets members add people where its rule says so', async () => {
    const { chatId, owner, bob, as } = await group();
    const carol = await world.person();
    const adding = { chatId, userIds: [carol.userId] };
    expect(await as(bob).refused('addMembers', adding)).toBe('FORBIDDEN');
    expect(await itemOf(bob, chatId)).toMatchObject({ canAddMembers: false, addMembers: 'admins' });
    await as(owner).ok('updateChat', { chatId, addMembers: 'members' });
    expect(await itemOf(bob, chatId)).toMatchObject({ canAddMembers: true });
    expect(await as(bob).ok('addMembers', adding)).toMatchObject({ userIds: [carol.userId], by: bob.userId });
    expect(await as(bob).refused('removeMember', { chatId, userId: carol.userId })).toBe('FORBIDDEN');
    expect(await carol.next('newChat')).toMatchObject({ canAddMembers: true });
  });
});

describe('A burst of one member in slow mode', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it.each([
    ['plain', {}],
    ['with mentions', { metadata: { mentions: 'all' } }],
  ])('of %s messages in one batch has its first one written', async (_, more) => {
    const { chatId, owner, members } = await groupOf(world, 2, { slowModeSeconds: 60 });
    const [bob, carol] = members as [Client, Client];
    const sender = 'metadata' in more ? { metadata: { mentions: [owner.userId] } } : more;
    const all = Array.from({ length: 40 }, (_, i) => [
      bob.ask('sendMessage', send(chatId, `b${i}`, sender)),
      carol.ask('sendMessage', send(chatId, `c${i}`, sender)),
      owner.ask('sendMessage', send(chatId, `o${i}`, more)),
    ]).flat();
    const answers = await Promise.all(all);
    const written = answers.flatMap((answer) => (answer.ok ? [(answer.data as MessageView).content] : []));
    expect(written.filter((content) => content.startsWith('o'))).toHaveLength(40);
    expect(written.filter((content) => !content.startsWith('o')).sort()).toEqual(['b0', 'c0']);
    for (const answer of answers) {
      if (answer.ok) continue;
      expect(answer.error.code).toBe('SLOW_MODE');
      expect(answer.error.retryAfterMs).toBeGreaterThan(50_000);
    }
    const rows = await world.sql<{ seq: string }>(
      'SELECT seq FROM messages WHERE "chatId" = $1 ORDER BY seq',
      [chatId],
    );
    expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_, i) => i + 1));
  });

  it('whose first message is refused for itself has its second one written', async () => {
    const { chatId, members } = await groupOf(world, 1, { slowModeSeconds: 60 });
    const [bob] = members as [Client];
    const [bad, good, late] = await Promise.all([
      bob.ask('sendMessage', send(chatId, 'bad', { replyToId: 987_654_321 })),
      bob.ask('sendMessage', send(chatId, 'good')),
      bob.ask('sendMessage', send(chatId, 'late')),
    ]);
    expect([bad, good, late]).toMatchObject([
      { ok: false, error: { code: 'VALIDATION_FAILED' } },
      { ok: true },
      { ok: false, error: { code: 'SLOW_MODE' } },
    ]);
  });
});
