import pg from 'pg';
import type { PresenceView } from '../../src/contract/index.js';
import { profiles, sessionOptions } from '../../src/database/profiles.js';
import type { Statement } from '../../src/database/statement.js';
import { companionsOf, hiddenPairs, visibleTo } from '../../src/presence/presence.queries.js';
import { type Client, World } from '../support/world.js';

/** Rows that a plan may read for each user who was asked for: lookups, not lists of chats. */
const ROWS_EACH = 300;

interface Node {
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: Node[];
}

const rowsOf = (node: Node): number =>
  node['Actual Rows'] * node['Actual Loops'] +
  (node.Plans ?? []).reduce((sum, plan) => sum + rowsOf(plan), 0);

describe('Presence of an account with a thousand groups of a hundred members', () => {
  let world: World;
  let viewer: Client;
  let members: number[];
  const strangers = Array.from({ length: 100 }, (_, i) => 900_001 + i);
  const busyStrangers = Array.from({ length: 100 }, (_, i) => 910_001 + i);

  /** The same 99 people in all groups; strangers with five groups of their own, and strangers with seventy. */
  beforeAll(async () => {
    world = await World.start();
    viewer = await world.person();
    members = Array.from({ length: 99 }, () => world.newId());
    const groups = (count: number, people: number[]) =>
      world.sql(
        `WITH made AS (INSERT INTO chats (type, "memberCount") SELECT 'group', $2 FROM generate_series(1, $1::int) RETURNING id)
         INSERT INTO chat_members ("chatId", "userId") SELECT made.id, unnest($3::bigint[]) FROM made`,
        [count, people.length, people],
      );
    await world.sql('INSERT INTO users (id) SELECT unnest($1::bigint[])', [
      [...members, ...strangers, ...busyStrangers],
    ]);
    await groups(1_000, [viewer.userId, ...members]);
    await groups(5, strangers);
    await groups(70, busyStrangers);
    await world.sql('ANALYZE chat_members, chats, users');
  });
  afterAll(() => world.stop());

  /** How many rows the nodes of the plan read, with the plan that the server uses. */
  async function rowsRead({ name, text }: Statement, values: unknown[]): Promise<number> {
    const client = new pg.Client({
      connectionString: world.config.database.url!,
      options: sessionOptions(profiles.chat),
    });
    await client.connect();
    const typeOf = (value: unknown) =>
      Array.isArray(value) ? 'bigint[]' : typeof value === 'boolean' ? 'boolean' : 'bigint';
    const types = values.map(typeOf).join();
    const literals = values.map((value) =>
      Array.isArray(value) ? `'{${value.join()}}'` : String(value as number),
    );
    await client.query(`PREPARE "${name}" (${types}) AS ${text}`);
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Node }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE "${name}" (${literals.join()})`,
    );
    await client.end();
    return rowsOf(rows[0]!['QUERY PLAN'][0]!.Plan);
  }

  describe.each<[string, () => number[]]>([
    ['members', () => members],
    ['strangers with few chats', () => strangers],
    ['users who do not exist', () => Array.from({ length: 100 }, (_, i) => 920_001 + i)],
  ])('asked for a hundred %s', (_, people) => {
    it.each([false, true])(
      'costs a few lookups for each, and none for each chat (only after the first word: %s)',
      async (strict) => {
        const asked = people();
        const viewers = asked.map(() => viewer.userId);
        const numbers = asked.map((_id, nr) => nr);
        expect(await rowsRead(visibleTo.statement, [numbers, viewers, asked, strict])).toBeLessThan(
          asked.length * ROWS_EACH,
        );
        expect(await rowsRead(hiddenPairs.statement, [viewers, asked, strict])).toBeLessThan(
          asked.length * ROWS_EACH,
        );
      },
    );
  });

  it.each([false, true])(
    'costs no more than a bounded number of memberships for the list of who is online (only after the first word: %s)',
    async (strict) => {
      // Eight nodes of the plan hand each of twenty thousand rows on, at most.
      expect(await rowsRead(companionsOf.statement, [[viewer.userId], 10_000, strict])).toBeLessThan(
        8 * 20_000,
      );
    },
  );

  it('shows members and hides strangers, however many chats either has', async () => {
    await Promise.all([members[0]!, strangers[0]!, busyStrangers[0]!].map((id) => world.person(id)));
    const online = async (userIds: number[]) => {
      const views = await viewer.ok<PresenceView[]>('getPresence', { userIds });
      return views.filter((view) => view.online).map(({ userId }) => userId);
    };
    expect(await online(members)).toEqual([members[0]]);
    expect(await online(strangers)).toEqual([]);
    expect(await online(busyStrangers)).toEqual([]);
    const listed = await viewer.ok<PresenceView[]>('getOnlineUsers');
    expect(listed.map(({ userId }) => userId).sort((one, other) => one - other)).toEqual([
      viewer.userId,
      members[0],
    ]);
  });

  it('shows somebody with many chats to somebody with few, and the other way round', async () => {
    const newcomer = await world.person();
    await viewer.ok('createGroup', { title: 'Here', memberIds: [newcomer.userId] });
    const seenBy = async (asker: Client, userId: number) =>
      (await asker.ok<PresenceView[]>('getPresence', { userIds: [userId] }))[0]!.online;
    expect(await seenBy(newcomer, viewer.userId)).toBe(true);
    expect(await seenBy(viewer, newcomer.userId)).toBe(true);
    await newcomer.ok('blockUser', { userId: viewer.userId });
    expect(await seenBy(viewer, newcomer.userId)).toBe(false);
  });
});
