import type { ChatDetails, ChatView, MessageView } from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import { auditUnread } from '../../src/receipts/audit-unread.js';
import { type Client, eventually, World } from '../support/world.js';

/** Two nodes over one database that change the same groups at once. */
describe('A group on two nodes', () => {
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

  type Person = { userId: number; at: [Client, Client] };
  const person = async (): Promise<Person> => {
    const userId = one.newId();
    return { userId, at: [await one.person(userId), await other.person(userId)] };
  };
  const people = (count: number) => Promise.all(Array.from({ length: count }, person));
  const below = (n: number) => Math.floor(Math.random() * n);

  /** What is in the database is what the numbers on the chat say. */
  const expectWhole = async (chatId: number) => {
    const [chat] = await one.sql<{ lastSeq: number; version: number; memberCount: number }>(
      'SELECT "lastSeq"::int, version::int, "memberCount" FROM chats WHERE id = $1',
      [chatId],
    );
    const rows = await one.sql<{ seq: number; version: number }>(
      'SELECT seq::int, version::int FROM messages WHERE "chatId" = $1 ORDER BY seq',
      [chatId],
    );
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: chat!.lastSeq }, (_, i) => i + 1));
    expect(new Set(rows.map(({ version }) => version)).size).toBe(rows.length);
    const members = await one.sql<{ role: string }>('SELECT role FROM chat_members WHERE "chatId" = $1', [
      chatId,
    ]);
    expect(members).toHaveLength(chat!.memberCount);
    expect(members.filter(({ role }) => role === 'owner')).toHaveLength(1);
    return chat!;
  };

  it('changes one after the other: nobody twice, one owner, no gap, none unanswered', async () => {
    const [owner, ...others] = (await people(8)) as [Person, ...Person[]];
    // Somebody who does nothing and to whom nobody does anything: with the last member the group would go.
    const bystander = await person();
    const { id: chatId } = await owner.at[0].ok<ChatView>('createGroup', {
      title: 'Race',
      memberIds: [...others, bystander].map(({ userId }) => userId),
    });
    const { id: messageId } = await owner.at[0].ok<MessageView>('sendMessage', { chatId, content: 'first' });
    const codes = new Map<string, number>();
    const change = async (asker: Person, target: Person) => {
      const { userId } = target;
      const client = asker.at[below(2)]!;
      const asked: [string, object][] = [
        ['addMembers', { chatId, userIds: others.map((one) => one.userId).filter(() => below(2)) }],
        ['addMembers', { chatId, userIds: [userId] }],
        ['removeMember', { chatId, userId }],
        ['setRole', { chatId, userId, role: ['owner', 'admin', 'member'][below(3)] }],
        ['updateChat', { chatId, title: `Title ${below(100)}` }],
        ['sendMessage', { chatId, content: 'between' }],
        ['markAsSeen', { chatId }],
        ['addReaction', { messageId, emoji: ['👍', '🎉'][below(2)] }],
        ...(below(8) ? [] : [['leaveChat', { chatId }] as [string, object]]),
      ];
      const answer = await client.ask(...asked[below(asked.length)]!);
      const code = answer.ok ? 'ok' : answer.error.code;
      codes.set(code, (codes.get(code) ?? 0) + 1);
    };
    const all = [owner, ...others];
    await Promise.all(
      all.map(async (asker) => {
        for (let i = 0; i < 200; i++) await change(asker, all[below(all.length)]!);
      }),
    );
    await expectWhole(chatId);
    expect(
      [...codes.keys()].filter((code) => ['INTERNAL', 'UNAVAILABLE', 'OVERLOADED'].includes(code)),
    ).toEqual([]);
    expect(codes.get('ok')).toBeGreaterThan(50);
    const sql = Database.open({ url: one.config.database.url!, pool: 1, timeoutMs: 3_000 });
    expect((await auditUnread(sql, () => undefined)).faults).toEqual([]);
    await sql.close();
  });

  it('is left to exactly one by two owners of a moment, and by all at once to nobody', async () => {
    for (let round = 0; round < 8; round++) {
      const [owner, ...others] = (await people(5)) as [Person, ...Person[]];
      const memberIds = others.map(({ userId }) => userId);
      const { id: chatId } = await owner.at[0].ok<ChatView>('createGroup', { title: 'Race', memberIds });
      const [newOwner, second] = others as [Person, Person];
      await Promise.all([
        owner.at[0].ask('leaveChat', { chatId }),
        owner.at[1].ask('setRole', { chatId, userId: second.userId, role: 'owner' }),
        newOwner.at[1].ask('leaveChat', { chatId }),
      ]);
      await expectWhole(chatId);
      await Promise.all(others.map(({ at }, i) => at[i % 2]!.ask('leaveChat', { chatId })));
      expect(await one.sql('SELECT 1 FROM chats WHERE id = $1', [chatId])).toEqual([]);
      expect(await one.sql('SELECT 1 FROM messages WHERE "chatId" = $1', [chatId])).toEqual([]);
    }
  });

  it('holds no more than its limit, whoever adds', async () => {
    const owner = await person();
    const { id: chatId } = await owner.at[0].ok<ChatView>('createGroup', { title: 'Full', memberIds: [] });
    const crowd = Array.from({ length: 1_400 }, () => one.newId());
    const answers = await Promise.all(
      Array.from({ length: 7 }, (_, i) =>
        owner.at[i % 2]!.ask('addMembers', { chatId, userIds: crowd.slice(i * 200, i * 200 + 200) }),
      ),
    );
    // Each of the two connections goes one after the other; between them they race.
    expect(answers.filter(({ ok }) => ok)).toHaveLength(4);
    expect((await expectWhole(chatId)).memberCount).toBe(801);
  });

  it('is made once by one clientId, whichever node it came to', async () => {
    const [owner, guest] = (await people(2)) as [Person, Person];
    const draft = { title: 'Once', memberIds: [guest.userId], clientId: 'once' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => owner.at[i % 2]!.ok<ChatView>('createGroup', draft)),
    );
    // All but one are repeats.
    const shown = answers.map((answer) => ({ ...answer, changed: undefined }));
    for (const answer of shown) expect(answer).toEqual(shown[0]);
    expect(await guest.at[0].ok('getChats')).toHaveLength(1);
  });

  it('takes no message from who was removed, wherever they write', async () => {
    for (let round = 0; round < 5; round++) {
      const [owner, guest] = (await people(2)) as [Person, Person];
      const { id: chatId } = await owner.at[0].ok<ChatView>('createGroup', {
        title: 'Race',
        memberIds: [guest.userId],
      });
      const sends = Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          guest.at[i % 2]!.ask('sendMessage', { chatId, content: `m${i}` }),
        ),
      );
      const { version } = await owner.at[1].ok<ChatView>('removeMember', { chatId, userId: guest.userId });
      const answers = await sends;
      const versions = answers.flatMap((answer) => (answer.ok ? [(answer.data as MessageView).version] : []));
      expect(versions.filter((sent) => sent > version)).toEqual([]);
      expect(await owner.at[0].ok<ChatDetails>('getChat', chatId)).toMatchObject({ memberCount: 1 });
      await expectWhole(chatId);
    }
  });

  // The last: PostgreSQL may tell of what a connection has seen as late as at its end, so both nodes have to stop.
  it('has never made PostgreSQL break a deadlock', async () => {
    await other.app.stop();
    await one.app.stop();
    const open =
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'chat%'";
    await eventually(async () => (await one.sql(open)).length === 0);
    expect(
      await one.sql('SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()'),
    ).toEqual([{ deadlocks: 0 }]);
  });
});
