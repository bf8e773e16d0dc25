import type { SyncedView } from '../../src/contract/index.js';
import { groupOf, manyPeople } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

/** What a client that forgets nothing between its calls ends with, by `chat member`. */
type Marks = Map<string, number>;

describe('Watermarks in sync', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /**
   * Somebody in two groups with so many others in all, whose watermarks are at 1, 2, 3 … and moved at a moment that
   * is told of each by its number from 0 on.
   */
  async function inTwoGroups(others: number, movedAt: string) {
    const first = await groupOf(world, 0);
    const { owner } = first;
    const { id } = await owner.ok<{ id: number }>('createGroup', { title: 'Another', memberIds: [] });
    const people = await manyPeople(world, others);
    await world.sql(
      `INSERT INTO chat_members ("chatId", "userId", "readSeq", "watermarksAt")
       SELECT (ARRAY[$1, $2]::bigint[])[1 + n % 2], person, n, ${movedAt}
       FROM unnest($3::bigint[]) WITH ORDINALITY AS u(person, nr), LATERAL (SELECT (nr - 1)::int AS n) x`,
      [first.chatId, id, people],
    );
    return owner;
  }

  /** Calls until there is no more; how many marks each answer had. */
  async function walk(client: Client, since: string, marks: Marks) {
    const sizes: number[] = [];
    let at = since;
    for (let more = true; more;) {
      const versions = await versionsOf(client);
      const answer = await client.ok<SyncedView>('sync', { versions, since: at });
      for (const { chatId, userId, readSeq } of answer.watermarks) marks.set(`${chatId} ${userId}`, readSeq);
      sizes.push(answer.watermarks.length);
      ({ at, more } = answer);
      expect(sizes.length).toBeLessThan(20);
    }
    return { sizes, at };
  }

  async function versionsOf({ userId }: Client): Promise<Record<number, number>> {
    const rows = await world.sql<{ id: number; version: number }>(
      'SELECT c.id::int, c.version::int FROM chats c JOIN chat_members m ON m."chatId" = c.id WHERE m."userId" = $1',
      [userId],
    );
    return Object.fromEntries(rows.map(({ id, version }) => [id, version]));
  }

  async function storedMarks({ userId }: Client): Promise<Marks> {
    const rows = await world.sql<{ key: string; readSeq: number }>(
      `SELECT concat(m."chatId", ' ', m."userId") AS key, m."readSeq"::int AS "readSeq"
       FROM chat_members mine JOIN chat_members m ON m."chatId" = mine."chatId" WHERE mine."userId" = $1`,
      [userId],
    );
    return new Map(rows.map(({ key, readSeq }) => [key, readSeq]));
  }

  it('come all when more than a page of them moved at one moment', async () => {
    const reader = await inTwoGroups(1_200, `date_trunc('second', now() - interval '1 hour')`);
    const marks: Marks = new Map();
    await walk(reader, new Date(Date.now() - 7_200_000).toISOString(), marks);
    expect(marks).toEqual(await storedMarks(reader));
  });

  it('come in pages, and none is missed where a page ends amid those of one millisecond', async () => {
    const reader = await inTwoGroups(2_500, `now() - interval '1 hour' + (n / 7) * interval '1 millisecond'`);
    const marks: Marks = new Map();
    const { sizes } = await walk(reader, new Date(Date.now() - 7_200_000).toISOString(), marks);
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_006);
    expect(marks).toEqual(await storedMarks(reader));
  });

  it('come all when they moved just now, and so does one that was stamped before them and committed after', async () => {
    const reader = await inTwoGroups(2_500, `now() - (2500 - n) * interval '1 millisecond'`);
    const marks: Marks = new Map();
    const since = new Date(Date.now() - 60_000).toISOString();
    const versions = await versionsOf(reader);
    const answer = await reader.ok<SyncedView>('sync', { versions, since });
    for (const { chatId, userId, readSeq } of answer.watermarks) marks.set(`${chatId} ${userId}`, readSeq);
    // It goes away with what `at` this answer had, and meanwhile a slow one is committed.
    await world.sql(
      `UPDATE chat_members SET "readSeq" = 9999, "watermarksAt" = "watermarksAt" - interval '2 seconds'
       WHERE ("chatId", "userId") = (
         SELECT "chatId", "userId" FROM chat_members WHERE "chatId" = ANY($1) ORDER BY "watermarksAt" DESC LIMIT 1
       )`,
      [Object.keys(versions)],
    );
    await walk(reader, answer.at, marks);
    expect(marks).toEqual(await storedMarks(reader));
  });

  it('bring one’s own number of unread messages, when it falls and when it rises on another device', async () => {
    const { alice, bob, chatId } = await world.pair();
    const phone = await world.person(bob.userId);
    for (const content of ['one', 'two', 'three']) await alice.ok('sendMessage', { chatId, content });
    const group = await groupOf(world, 1);
    const mention = { mentions: [group.members[0]!.userId] };
    await group.owner.ok('sendMessage', { chatId: group.chatId, content: 'you', metadata: mention });

    let { at } = await phone.ok<SyncedView>('sync', {});
    const versions = await versionsOf(phone);
    const marksOfPhone = async () => {
      const answer = await phone.ok<SyncedView>('sync', { versions, since: at });
      ({ at } = answer);
      expect(answer.chats).toEqual([]);
      return answer.watermarks;
    };
    const own = { chatId, userId: bob.userId, readSeq: 3, deliveredSeq: 3 };
    await bob.ok('markAsSeen', { chatId });
    expect(await marksOfPhone()).toContainEqual({ ...own, unread: 0, unreadMentions: 0, unreadSeq: 3 });
    await bob.ok('markAsUnread', { chatId });
    expect(await marksOfPhone()).toContainEqual({ ...own, unread: 1, unreadMentions: 0, unreadSeq: 2 });

    // Of others, what they have seen and nothing else.
    await alice.ok('markAsSeen', { chatId });
    const hers = { chatId, userId: alice.userId, readSeq: 3, deliveredSeq: 3 };
    expect(await marksOfPhone()).toContainEqual(hers);

    const [member] = group.members as [Client];
    const moved = async () => {
      const since = new Date(Date.now() - 60_000).toISOString();
      const answer = await member.ok<SyncedView>('sync', { versions: await versionsOf(member), since });
      return answer.watermarks.find(({ userId }) => userId === member.userId);
    };
    expect(await moved()).toMatchObject({ unread: 1, unreadMentions: 1 });
    await member.ok('markAsSeen', { chatId: group.chatId });
    expect(await moved()).toMatchObject({ unread: 0, unreadMentions: 0 });
  });
});
