import pg from 'pg';
import type { Answer, ChatView, MessageView } from '../../src/contract/index.js';
import { waitingForLock } from '../support/database-locks.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

const IN_A_YEAR = '2999-01-01T00:00:00.000Z';

describe('A message that is under way when', () => {
  let world: World;
  let holder: pg.Client;
  beforeAll(async () => {
    world = await World.start();
    holder = new pg.Client({ connectionString: world.config.database.url! });
    await holder.connect();
  });
  afterAll(async () => {
    await holder.end();
    await world.stop();
  });

  /** What `change` does is committed while the sender's command waits for the chat's row. */
  const meanwhile = async (
    chatId: number,
    command: () => Promise<Answer>,
    change: string,
  ): Promise<Answer> => {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM chats WHERE id = $1 FOR NO KEY UPDATE', [chatId]);
    const answer = command();
    await waitingForLock(world);
    await holder.query(change, [chatId]);
    await holder.query('COMMIT');
    return answer;
  };
  const silence = `WITH s AS (UPDATE chat_members SET "silencedUntil" = '${IN_A_YEAR}' WHERE "chatId" = $1 AND role = 'member')
    UPDATE chats SET "membersVersion" = "membersVersion" + 1 WHERE id = $1`;

  it.each([
    ['its sender is silenced', silence, 'SILENCED'],
    [
      'only admins may send from then on',
      `UPDATE chats SET sending = 'admins', "rulesVersion" = "rulesVersion" + 1 WHERE id = $1`,
      'FORBIDDEN',
    ],
  ])('%s is not written, and neither is an edit', async (_, change, code) => {
    const { chatId, members } = await groupOf(world, 1);
    const [bob] = members as [Client];
    const { id } = await bob.ok<MessageView>('sendMessage', { chatId, content: 'before' });
    const sending = () => bob.ask('sendMessage', { chatId, content: 'after' });
    expect(await meanwhile(chatId, sending, change)).toMatchObject({ ok: false, error: { code } });
    await world.sql(`UPDATE chats SET sending = 'all' WHERE id = $1`, [chatId]);
    await world.sql(`UPDATE chat_members SET "silencedUntil" = NULL WHERE "chatId" = $1`, [chatId]);
    const editing = () => bob.ask('editMessage', { messageId: id, content: 'after' });
    expect(await meanwhile(chatId, editing, change)).toMatchObject({ ok: false, error: { code } });
    const rows = await world.sql('SELECT content FROM messages WHERE "chatId" = $1 AND type = \'text\'', [
      chatId,
    ]);
    expect(rows).toEqual([{ content: 'before' }]);
  });
});

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

  it('one message of a member goes through in slow mode, however many they send at once', async () => {
    for (let round = 0; round < 10; round++) {
      const { chatId, owner, members } = await groupOf(one, 1, { slowModeSeconds: 60 });
      const [bob] = members as [Client];
      const twin = await other.person(bob.userId);
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => [
          bob.ask('sendMessage', { chatId, content: `here ${i}` }),
          twin.ask('sendMessage', { chatId, content: `there ${i}` }),
          owner.ask('sendMessage', { chatId, content: `owner ${i}` }),
        ]).flat(),
      );
      const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
      expect(codes.filter((code) => code === 'ok')).toHaveLength(11);
      expect(codes.filter((code) => code === 'SLOW_MODE')).toHaveLength(19);
    }
  });

  it('the same message is one in slow mode, and both senders are told of it', async () => {
    for (let round = 0; round < 10; round++) {
      const { chatId, members } = await groupOf(one, 1, { slowModeSeconds: 60 });
      const [bob] = members as [Client];
      const twin = await other.person(bob.userId);
      const message = { chatId, content: 'once', clientId: `once ${round}`.replace(' ', '-') };
      const answers = await Promise.all(
        [bob, twin, bob, twin].map((client) => client.ok<MessageView>('sendMessage', message)),
      );
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    }
  });

  it('somebody who is added and banned at once is banned and not a member in the end', async () => {
    for (let round = 0; round < 15; round++) {
      const { chatId, owner } = await groupOf(one, 0);
      const boss = await other.person(owner.userId);
      const bob = await one.person();
      const [banned] = await Promise.all([
        boss.ask('banMember', { chatId, userId: bob.userId }),
        owner.ask('addMembers', { chatId, userIds: [bob.userId] }),
      ]);
      expect(banned.ok).toBe(true);
      const [row] = await one.sql<{ members: number; bans: number }>(
        `SELECT (SELECT count(*) FROM chat_members WHERE "chatId" = $1 AND "userId" = $2) AS members,
          (SELECT count(*) FROM chat_restrictions WHERE "chatId" = $1 AND "userId" = $2 AND "bannedAt" IS NOT NULL) AS bans`,
        [chatId, bob.userId],
      );
      expect(row).toEqual({ members: 0, bans: 1 });
      const { memberCount } = await owner.ok<ChatView>('getChat', { chatId });
      expect(memberCount).toBe(1);
    }
  });
});
