import type {
  Answer,
  ChatView,
  CreatedInviteView,
  InvitedGroupView,
  InviteView,
  MessageView,
  PublicChatsPage,
} from '../../src/contract/index.js';
import { edges, over, RestAsker } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

const open = { visibility: 'public' };
const BANNED = { ok: false, error: { code: 'FORBIDDEN', details: { reason: 'banned' } } };

describe.each(edges)('Over %s', (edge) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const as = (client: Client) => over(edge, world, client);
  const titlesOf = async (client: Client, input: object): Promise<(string | null)[]> =>
    (await as(client).ok<PublicChatsPage>('getPublicChats', input)).chats.map(({ title }) => title);

  describe('a public group', () => {
    it('is joined by whoever wants, once, and all are told once', async () => {
      const { chatId, owner } = await groupOf(world, 1, open);
      const bob = await world.person();
      const phone = await world.person(bob.userId);
      const chat = await as(bob).ok<ChatView>('joinChat', { chatId });
      expect(chat).toMatchObject({ id: chatId, memberCount: 3, visibility: 'public' });
      expect(await phone.next('newChat')).toMatchObject({ id: chatId, role: 'member', canSend: true });
      expect(await owner.next('membersAdded')).toMatchObject({ userIds: [bob.userId], by: bob.userId });
      expect(await owner.next<MessageView>('newMessage')).toMatchObject({
        content: `User ${bob.userId} joined`,
      });
      expect(await as(bob).ok('joinChat', { chatId })).toMatchObject({
        id: chatId,
        changed: false,
        memberCount: 3,
      });
      await bob.ok('sendMessage', { chatId, content: 'hi' });
      await owner.settled();
      expect(owner.unread('membersAdded')).toEqual([]);
      expect(
        await world.sql(`SELECT 1 FROM messages WHERE "chatId" = $1 AND type = 'system'`, [chatId]),
      ).toHaveLength(1);
    });

    it('takes back who has left or declined, by their own act, and not who is banned', async () => {
      const { chatId, owner, members } = await groupOf(world, 1, open);
      const [bob] = members as [Client];
      await bob.ok('leaveChat', { chatId });
      await as(bob).ok('joinChat', { chatId });
      await owner.ok('banMember', { chatId, userId: bob.userId });
      expect(await as(bob).ask('joinChat', { chatId })).toMatchObject(BANNED);
      await owner.ok('unbanMember', { chatId, userId: bob.userId });
      await as(bob).ok('joinChat', { chatId });
    });

    it('that is private again, or never was public, is not there for others', async () => {
      const { chatId, owner } = await groupOf(world, 1, open);
      await as(owner).ok('updateChat', { chatId, visibility: 'private' });
      const bob = await world.person();
      expect(await as(bob).refused('joinChat', { chatId })).toBe('NOT_FOUND');
      const pair = await world.pair();
      expect(await as(bob).refused('joinChat', { chatId: pair.chatId })).toBe('NOT_FOUND');
    });

    it('that is full takes nobody', async () => {
      const { chatId } = await groupOf(world, 1, open);
      await world.sql('UPDATE chats SET "memberCount" = 1000 WHERE id = $1', [chatId]);
      expect(await as(await world.person()).refused('joinChat', { chatId })).toBe('GROUP_FULL');
    });

    it('is found by the beginnings of words of its title, which follow its changes', async () => {
      const word = `zebra${edge === 'REST' ? 'r' : 's'}`;
      const { chatId, owner } = await groupOf(world, 0, { ...open, title: `The Café of ${word}` });
      await groupOf(world, 0, { title: `Hidden ${word}` });
      const bob = await world.person();
      const page = await as(bob).ok<PublicChatsPage>('getPublicChats', { q: `caf ${word.toUpperCase()}` });
      expect(page).toEqual({
        chats: [
          {
            chatId,
            externalId: null,
            title: `The Café of ${word}`,
            avatarUrl: null,
            memberCount: 1,
            isMember: false,
          },
        ],
        more: false,
      });
      expect((await as(owner).ok<PublicChatsPage>('getPublicChats', { q: word })).chats).toMatchObject([
        { chatId, isMember: true },
      ]);
      expect(await titlesOf(bob, { q: `tea ${word}` })).toEqual([]);
      expect(await titlesOf(bob, { q: '…' })).toEqual([]);
      await owner.ok('updateChat', { chatId, title: `The bar of ${word}` });
      expect(await titlesOf(bob, { q: `caf ${word}` })).toEqual([]);
      expect(await titlesOf(bob, { q: `bar ${word}` })).toEqual([`The bar of ${word}`]);
      await owner.ok('updateChat', { chatId, visibility: 'private' });
      expect(await titlesOf(bob, { q: word })).toEqual([]);
      await owner.ok('updateChat', { chatId, visibility: 'public' });
      expect(await titlesOf(bob, { q: word })).toHaveLength(1);
      await owner.ok('deleteChat', { chatId });
      expect(await titlesOf(bob, { q: word })).toEqual([]);
    });

    it('comes in pages, the newest first', async () => {
      const made: number[] = [];
      for (const title of ['one', 'two', 'three']) {
        const { chatId } = await groupOf(world, 0, {
          ...open,
          title: `paged${edge === 'REST' ? 'r' : 's'} ${title}`,
        });
        made.unshift(chatId);
      }
      const bob = await world.person();
      for (const q of [undefined, `paged${edge === 'REST' ? 'r' : 's'}`]) {
        const first = await as(bob).ok<PublicChatsPage>('getPublicChats', { limit: 2, q });
        expect(first.chats.map(({ chatId }) => chatId)).toEqual(made.slice(0, 2));
        expect(first.more).toBe(true);
        const next = await as(bob).ok<PublicChatsPage>('getPublicChats', { limit: 2, q, before: made[1] });
        expect(next.chats[0]).toMatchObject({ chatId: made[2] });
        const behindNone = { limit: 2, q, before: 'external:not there' };
        expect(await as(bob).ok('getPublicChats', behindNone)).toEqual({ chats: [], more: false });
      }
      expect(await new RestAsker(world, 0).ok('getPublicChats', { limit: 1 })).toMatchObject({
        chats: [{ chatId: made[0], isMember: false }],
      });
    });
  });

  describe('an invitation by link', () => {
    it('shows its group to whoever has the code, and lets them in', async () => {
      const { chatId, owner } = await groupOf(world, 1);
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      const made = await as(owner).ok<CreatedInviteView>('createInvite', { chatId, expiresAt, maxUses: 5 });
      const { code, ...invite } = made;
      expect(code).toMatch(/^[\w-]{24}$/);
      expect(invite).toMatchObject({ chatId, createdBy: owner.userId, expiresAt, maxUses: 5, uses: 0 });
      const bob = await world.person();
      expect(await as(bob).ok<InvitedGroupView>('getInvite', { code })).toEqual({
        chatId,
        externalId: null,
        title: 'A group',
        avatarUrl: null,
        memberCount: 2,
        isMember: false,
        expiresAt,
      });
      expect(await as(bob).refused('getChat', { chatId })).toBe('NOT_FOUND');
      expect(await as(bob).ok('joinByInvite', { code })).toMatchObject({ id: chatId, memberCount: 3 });
      expect(await owner.next('membersAdded')).toMatchObject({ userIds: [bob.userId], by: bob.userId });
      expect(await as(bob).ok('joinByInvite', { code })).toMatchObject({ changed: false });
      expect(await as(bob).ok('getInvite', { code })).toMatchObject({ isMember: true });
      const [listed] = await as(owner).ok<InviteView[]>('getInvites', { chatId });
      expect(listed).toEqual({ ...invite, uses: 1 });
      const stored = await world.sql<object>('SELECT * FROM chat_invites WHERE id = $1', [invite.inviteId]);
      expect(JSON.stringify(stored)).not.toContain(code);
    });

    it('that has expired, is used up, revoked or made up leads nowhere, and which it is is not said', async () => {
      const { chatId, owner, members } = await groupOf(world, 1);
      const make = (more: object = {}) =>
        as(owner).ok<CreatedInviteView>('createInvite', { chatId, ...more });
      const [expired, used, revoked] = await Promise.all([make(), make({ maxUses: 1 }), make()]);
      await world.sql(`UPDATE chat_invites SET "expiresAt" = now() WHERE id = $1`, [expired.inviteId]);
      const carol = await world.person();
      await as(carol).ok('joinByInvite', { code: used.code });
      // Her last use is hers to repeat.
      expect(await as(carol).ok('joinByInvite', { code: used.code })).toMatchObject({ changed: false });
      const key = { chatId, inviteId: revoked.inviteId };
      expect(await as(owner).ok('revokeInvite', key)).toEqual(key);
      expect(await as(owner).ok('revokeInvite', key)).toEqual({ ...key, changed: false });
      const bob = await world.person();
      const answers = new Set<string>();
      for (const code of [expired.code, used.code, revoked.code, 'A'.repeat(24)]) {
        for (const command of ['getInvite', 'joinByInvite']) {
          const answer = await as(bob).ask(command, { code });
          answers.add(JSON.stringify(answer));
          expect(answer).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
        }
      }
      expect(answers.size).toBe(1);
      for (const code of ['', 'short', `${'A'.repeat(23)}!`, 'A'.repeat(25)].filter(
        (one) => edge !== 'REST' || one,
      ))
        expect(await as(bob).refused('getInvite', { code })).toBe('VALIDATION_FAILED');
      // Of another group it is not revoked.
      const elsewhere = await groupOf(world, 0);
      const foreign = { chatId: elsewhere.chatId, inviteId: expired.inviteId };
      expect(await as(elsewhere.owner).ok('revokeInvite', foreign)).toMatchObject({ changed: false });
      expect(await as(members[0]!).refused('createInvite', { chatId })).toBe('FORBIDDEN');
    });

    it('lets nobody in who is banned, and uses nothing up for them', async () => {
      const { chatId, owner, members } = await groupOf(world, 1);
      const { code } = await as(owner).ok<CreatedInviteView>('createInvite', { chatId, maxUses: 1 });
      const [bob] = members as [Client];
      await owner.ok('banMember', { chatId, userId: bob.userId });
      expect(await as(bob).ask('joinByInvite', { code })).toMatchObject(BANNED);
      await as(await world.person()).ok('joinByInvite', { code });
    });

    it('is one of at most 100 that are open, and ends in the future', async () => {
      const { chatId, owner } = await groupOf(world, 0);
      await world.sql(
        `INSERT INTO chat_invites ("chatId", "codeHash", "expiresAt")
         SELECT $1::bigint, sha256(convert_to($1::bigint::text || ' ' || n, 'UTF8')), CASE n WHEN 1 THEN now() END
         FROM generate_series(1, 100) n`,
        [chatId],
      );
      await as(owner).ok('createInvite', { chatId });
      expect(await as(owner).ask('createInvite', { chatId })).toMatchObject({
        ok: false,
        error: { code: 'CONFLICT', details: { limit: 100 } },
      });
      expect(await as(owner).ok<InviteView[]>('getInvites', { chatId })).toHaveLength(100);
      const past = { chatId, expiresAt: '2020-01-01T00:00:00Z' };
      expect(await as(owner).refused('createInvite', past)).toBe('VALIDATION_FAILED');
    });
  });
});

describe('Joining on two nodes at once', () => {
  let one: World;
  let other: World;
  beforeAll(async () => {
    one = await World.start();
    other = await World.start({ DATABASE_URL: one.config.database.url! });
  });
  afterAll(async () => {
    await other.stop();
    await one.stop();
  });

  it('by an invitation for ten lets ten of fifty in', async () => {
    const { chatId, owner } = await groupOf(one, 0);
    const { code } = await owner.ok<CreatedInviteView>('createInvite', { chatId, maxUses: 10 });
    const people = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? one.person() : other.person())),
    );
    // Fifty wait for one row: on a slow machine some are told to try again.
    const join = async (client: Client): Promise<Answer> => {
      const answer = await client.ask('joinByInvite', { code });
      return !answer.ok && answer.error.code === 'UNAVAILABLE' ? join(client) : answer;
    };
    const answers = await Promise.all(people.map(join));
    const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
    expect(codes.filter((code) => code === 'ok')).toHaveLength(10);
    expect(codes.filter((code) => code === 'NOT_FOUND')).toHaveLength(40);
    expect(await owner.ok('getInvites', { chatId })).toMatchObject([{ uses: 10 }]);
    expect(await owner.ok('getChat', { chatId })).toMatchObject({ memberCount: 11 });
    expect(await one.sql('SELECT 1 FROM chat_members WHERE "chatId" = $1', [chatId])).toHaveLength(11);
  });

  it('by one person is one join, one use and one system message', async () => {
    const { chatId, owner } = await groupOf(one, 0);
    const { code } = await owner.ok<CreatedInviteView>('createInvite', { chatId, maxUses: 3 });
    const bob = await one.person();
    const twin = await other.person(bob.userId);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? bob : twin).ok('joinByInvite', { code })),
    );
    expect(answers.filter((answer) => !('changed' in answer))).toHaveLength(1);
    expect(await owner.ok('getInvites', { chatId })).toMatchObject([{ uses: 1 }]);
    expect(await one.sql(`SELECT 1 FROM messages WHERE "chatId" = $1`, [chatId])).toHaveLength(1);
  });

  it('and being banned ends banned and outside', async () => {
    for (let round = 0; round < 20; round++) {
      const { chatId, owner } = await groupOf(one, 0, open);
      const { code } = await owner.ok<CreatedInviteView>('createInvite', { chatId });
      const boss = await other.person(owner.userId);
      const bob = await one.person();
      const [banned, ...joined] = await Promise.all([
        boss.ask('banMember', { chatId, userId: bob.userId }),
        bob.ask('joinChat', { chatId }),
        bob.ask('joinByInvite', { code }),
      ]);
      expect(banned.ok).toBe(true);
      for (const answer of joined) if (!answer.ok) expect(answer.error.code).toBe('FORBIDDEN');
      expect(await one.sql('SELECT 1 FROM chat_members WHERE "chatId" = $1', [chatId])).toHaveLength(1);
      expect(await owner.ok('getChat', { chatId })).toMatchObject({ memberCount: 1 });
      expect(await bob.refused('sendMessage', { chatId, content: 'still here' })).toBe('NOT_FOUND');
    }
  });
});

describe('Joining', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ RATE_LIMITS: 'on', RATE_LIMIT_ADDS: '2/1h' });
  });
  afterAll(() => world.stop());

  it('counts against RATE_LIMIT_ADDS of who joins, and a join that is none does not', async () => {
    const groups = [];
    for (let i = 0; i < 3; i++) groups.push(await groupOf(world, 0, open));
    const bob = await world.person();
    const join = ({ chatId }: { chatId: number }) => bob.ask('joinChat', { chatId });
    for (const group of [groups[0]!, groups[0]!, groups[1]!, groups[1]!])
      expect(await join(group)).toMatchObject({ ok: true });
    expect(await join(groups[2]!)).toMatchObject({
      ok: false,
      error: { code: 'RATE_LIMITED', details: { limit: 'adds' } },
    });
    expect(await world.sql('SELECT 1 FROM chat_members WHERE "userId" = $1', [bob.userId])).toHaveLength(2);
  });
});
