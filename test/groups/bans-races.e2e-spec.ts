import type { Answer, MessageView } from '../../src/contract/index.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

const IN_A_YEAR = '2999-01-01T00:00:00.000Z';

/** Where both are asked at once, which one is first is chance: so often. */
const ROUNDS = 5;

const codeOf = (answer: Answer) => (answer.ok ? 'ok' : answer.error.code);

describe('On two nodes', () => {
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

  /** What the tables say of somebody in a group, and whether its members are counted right. */
  const storedOf = async (chatId: number, userId: number) => {
    const [row] = await one.sql(
      `SELECT
         EXISTS (SELECT 1 FROM chat_members WHERE "chatId" = $1 AND "userId" = $2) AS member,
         EXISTS (SELECT 1 FROM chat_invitations WHERE "chatId" = $1 AND "userId" = $2) AS invited,
         EXISTS (SELECT 1 FROM chat_restrictions WHERE "chatId" = $1 AND "userId" = $2 AND "bannedAt" IS NOT NULL) AS banned,
         "memberCount" = (SELECT count(*) FROM chat_members WHERE "chatId" = $1) AS counted
       FROM chats WHERE id = $1`,
      [chatId, userId],
    );
    return row;
  };

  const ways: [string, (owner: Client, bob: Client, chatId: number) => Promise<() => Promise<Answer>>][] = [
    ['joins by themselves', async (_, bob, chatId) => () => bob.ask('joinChat', { chatId })],
    [
      'joins by a link',
      async (owner, bob, chatId) => {
        const { code } = await owner.ok<{ code: string }>('createInvite', { chatId });
        return () => bob.ask('joinByInvite', { code });
      },
    ],
    [
      'accepts an invitation',
      async (owner, bob, chatId) => {
        await bob.ok('setGroupAdds', { userId: bob.userId, groupAdds: 'invited' });
        await owner.ok('addMembers', { chatId, userIds: [bob.userId] });
        return () => bob.ask('acceptInvitation', { chatId });
      },
    ],
    [
      'is invited',
      async (owner, bob, chatId) => {
        await bob.ok('setGroupAdds', { userId: bob.userId, groupAdds: 'invited' });
        return () => owner.ask('addMembers', { chatId, userIds: [bob.userId] });
      },
    ],
  ];

  it.each(ways)('somebody who %s and is banned at once is outside in the end', async (_, wayOf) => {
    const outcomes = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      const { chatId, owner } = await groupOf(one, 0, { visibility: 'public' });
      const boss = await other.person(owner.userId);
      const bob = await one.person();
      const comes = await wayOf(owner, bob, chatId);
      const ban = () => boss.ask('banMember', { chatId, userId: bob.userId });
      const [came, banned] = await (round % 2
        ? Promise.all([comes(), ban()])
        : Promise.all([ban(), comes()]).then(([second, first]) => [first, second] as const));
      expect(codeOf(banned)).toBe('ok');
      outcomes.add(codeOf(came));
      expect(await storedOf(chatId, bob.userId)).toEqual({
        member: false,
        invited: false,
        banned: true,
        counted: true,
      });
      expect((await comes()).ok).toBe(false);
      boss.close();
      owner.close();
      bob.close();
    }
    for (const outcome of outcomes) expect(['ok', 'FORBIDDEN', 'NOT_FOUND', 'CONFLICT']).toContain(outcome);
  });

  it.each([
    ['banned', 'banMember', {}, ['FORBIDDEN', 'NOT_FOUND']],
    ['silenced', 'silenceMember', { until: IN_A_YEAR }, ['SILENCED']],
  ])('nobody reacts after they were %s', async (_, command, more, codes) => {
    for (let round = 0; round < ROUNDS; round++) {
      const { chatId, owner, members } = await groupOf(one, 1);
      const [bob] = members as [Client];
      const boss = await other.person(owner.userId);
      const messages = await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          owner.ok<MessageView>('sendMessage', { chatId, content: `${i}` }),
        ),
      );
      const [end, ...answers] = await Promise.all([
        boss.ok<{ version: number }>(command, { chatId, userId: bob.userId, ...more }),
        ...messages.map(({ id }) => bob.ask('addReaction', { messageId: id, emoji: '👍' })),
      ]);
      const rows = await one.sql<{ id: string; version: string; reacted: boolean }>(
        `SELECT id, version, EXISTS (
           SELECT 1 FROM message_reactions r WHERE r."messageId" = m.id AND r."userId" = $2) AS reacted
         FROM messages m WHERE id = ANY($1) ORDER BY seq`,
        [messages.map(({ id }) => id), bob.userId],
      );
      const reacted = new Set(rows.filter((row) => row.reacted).map(({ id }) => Number(id)));
      const accepted = messages.filter((_, i) => answers[i]!.ok).map(({ id }) => id);
      expect(reacted).toEqual(new Set(accepted));
      for (const { id, version } of rows) {
        if (reacted.has(Number(id))) expect(Number(version)).toBeLessThan(end.version);
      }
      for (const answer of answers) if (!answer.ok) expect(codes).toContain(answer.error.code);
      expect(codes).toContain(await bob.refused('addReaction', { messageId: messages[0]!.id, emoji: '🎉' }));
      boss.close();
      owner.close();
      bob.close();
    }
  });

  it('nobody reacts who is deactivated, and what was under way is stored or refused', async () => {
    for (let round = 0; round < ROUNDS / 2; round++) {
      const { chatId, owner, members } = await groupOf(one, 1);
      const [bob] = members as [Client];
      const messages = await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          owner.ok<MessageView>('sendMessage', { chatId, content: `${i}` }),
        ),
      );
      // As requests: a socket is closed before all of its answers are read.
      const react = ({ id }: MessageView) =>
        one.http.put(`/messages/${id}/reactions/x`).set('X-User-Id', String(bob.userId));
      const [ended, ...answers] = await Promise.all([
        one.http.post(`/users/${bob.userId}/deactivate`),
        ...messages.slice(0, 8).map(react),
      ]);
      expect(ended.status).toBe(200);
      for (const message of messages.slice(8)) {
        const late = await react(message);
        expect([late.status, late.body.error?.code]).toEqual([403, 'DEACTIVATED']);
      }
      const rows = await one.sql<{ messageId: string }>(
        'SELECT "messageId" FROM message_reactions WHERE "userId" = $1',
        [bob.userId],
      );
      const accepted = messages.slice(0, 8).filter((_, i) => answers[i]!.status < 400);
      expect(rows.map(({ messageId }) => Number(messageId)).sort()).toEqual(
        accepted.map(({ id }) => id).sort(),
      );
      owner.close();
      bob.close();
    }
  });
});
