import pg from 'pg';
import type { UserView } from '../../src/contract/index.js';
import { profiles, sessionOptions } from '../../src/database/profiles.js';
import { foundAmongContacts, foundByName } from '../../src/users/search.queries.js';
import { bearer, mint, newApiKey, ownAccounts, PASSWORD } from '../support/accounts.js';
import { type Asker, edges, over, RestAsker } from '../support/edges.js';
import { eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

const namesFor = async (asker: Asker, q: string, more = {}): Promise<(string | null)[]> =>
  (await asker.ok<UserView[]>('searchUsers', { q, ...more })).map(({ name }) => name);

describe('People', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    await make('Zoë O’Brien', 'Jürgen Müller-Zöllner', 'İbrahim Işık', 'Łukasz Straße', 'Борис Ёлкин');
    await make('Karla Xaver', 'Xaver Karl', 'Karl Xavier', 'Karoline Xaver');
  });
  afterAll(() => world.stop());

  const make = async (...names: string[]): Promise<number[]> => {
    const users = names.map((name, i) => ({ name, externalId: `${name} ${i} ${world.newId()}` }));
    const { body } = await world.http.put('/users').send({ users }).expect(200);
    return (body as UserView[]).map(({ id }) => id);
  };

  describe.each(edges)('over %s', (edge) => {
    it('are found by the beginning of any word of their name, whatever the case and the accents', async () => {
      const asker = over(edge, world, await world.person());
      const found: [string, string][] = [
        ['zoe', 'Zoë O’Brien'],
        ['BRI', 'Zoë O’Brien'],
        ['zöll', 'Jürgen Müller-Zöllner'],
        ['jurgen mu', 'Jürgen Müller-Zöllner'],
        ['MÜLLER JÜR', 'Jürgen Müller-Zöllner'],
        ['ibrahim isik', 'İbrahim Işık'],
        ['lukasz strasse', 'Łukasz Straße'],
        ['елк бор', 'Борис Ёлкин'],
      ];
      for (const [q, name] of found) expect([q, await namesFor(asker, q)]).toEqual([q, [name]]);
      // Not the middle of a word, and every word that is asked for.
      for (const q of ['rien', 'zoe muller', '💥', '%', '_', "'", '\\']) {
        expect([q, await namesFor(asker, q)]).toEqual([q, []]);
      }
    });

    it('come sorted by the word, up to the limit', async () => {
      const asker = over(edge, world, await world.person());
      const sorted = ['Karl Xavier', 'Xaver Karl', 'Karla Xaver', 'Karoline Xaver'];
      expect(await namesFor(asker, 'kar xav')).toEqual(sorted);
      expect(await namesFor(asker, 'kar', { limit: 3 })).toEqual(sorted.slice(0, 3));
    });

    it.each([
      ['nothing', { q: '' }],
      ['blanks', { q: '  ' }],
      ['too much', { q: 'x'.repeat(201) }],
      ['a limit of 51', { q: 'x', limit: 51 }],
    ])('are not searched for by %s', async (_, input) => {
      const asker = over(edge, world, await world.person());
      expect(await asker.refused('searchUsers', input)).toBe('VALIDATION_FAILED');
    });
  });

  it('are found by the name that they have now', async () => {
    const asker = new RestAsker(world, 0);
    const [id] = await make('Wilhelmina Before');
    await world.http.patch(`/users/${id}`).send({ name: 'Wilhelmina After' }).expect(200);
    expect(await namesFor(asker, 'before')).toEqual([]);
    expect(await namesFor(asker, 'after')).toEqual(['Wilhelmina After']);
    await world.http.patch(`/users/${id}`).send({ name: null }).expect(200);
    expect(await namesFor(asker, 'wilhelmina')).toEqual([]);
    const { body } = await world.http.post('/users').send({ name: 'Wilhelmina Third' }).expect(201);
    expect(await asker.ok<UserView[]>('searchUsers', { q: 'wilh' })).toEqual([body]);
  });

  it('are found by names that were written past the server, within seconds', async () => {
    const asker = new RestAsker(world, 0);
    await world.sql(`INSERT INTO users (name) SELECT 'Quentin ' || i FROM generate_series(1, 1200) i`);
    await eventually(async () => (await namesFor(asker, 'quentin 1200')).length === 1);
    expect(await world.sql('SELECT 1 FROM users WHERE name IS DISTINCT FROM "wordsOf"')).toEqual([]);
  });

  it('are found by index, at a cost that does not grow with their number', async () => {
    const client = new pg.Client({
      connectionString: world.config.database.url!,
      options: sessionOptions(profiles.chat),
    });
    await client.connect();
    const me = await world.person();
    const costs: number[][] = [];
    for (const many of [5_000, 20_000]) {
      await client.query(`
        INSERT INTO users (name, "wordsOf") SELECT n, n
        FROM (SELECT 'Common' || i % 500 || ' Family' || i % 377 AS n FROM generate_series(1, ${many}) i) x`);
      await client.query(`
        INSERT INTO user_name_words (word, "userId")
        SELECT lower(w), u.id FROM users u, unnest(string_to_array(u.name, ' ')) w
        WHERE u.name LIKE 'Common%' ON CONFLICT DO NOTHING`);
      await client.query('ANALYZE users, user_name_words');
      const costOf = async (text: string, words: string[], ...more: number[]) => {
        const ends = words.map((word) => `${word}\u{10FFFF}`);
        const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
          `EXPLAIN (ANALYZE, BUFFERS, FORMAT json) ${text}`,
          [words, ends, 20, ...more],
        );
        const [{ Plan: plan }] = rows[0]!['QUERY PLAN'];
        expect(JSON.stringify(plan)).not.toContain('Seq Scan');
        return plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!;
      };
      const all = foundByName.statement.text;
      costs.push([
        await costOf(all, ['c'], 200),
        await costOf(all, ['common', 'family1'], 1_000),
        await costOf(all, ['family', 'nobody'], 1_000),
        await costOf(foundAmongContacts.statement.text, ['common', 'family1'], me.userId),
      ]);
    }
    await client.end();
    const [few, many] = costs as [number[], number[]];
    for (const [i, cost] of many.entries()) {
      expect(cost).toBeLessThan(20_000);
      // Five times as many people read at most twice as much: deeper indexes, never more of their entries.
      expect(cost).toBeLessThan(2 * few[i]! + 100);
    }
  });
});

describe('With AUTH=jwt', () => {
  const key = newApiKey();

  it('people are found among one’s contacts, by the application among all', async () => {
    const world = await World.start({ ...ownAccounts(), API_KEYS: key });
    const application = new RestAsker(world, 0, { 'X-Api-Key': key });
    const person = async (externalId: string, name: string) => {
      await application.ok('upsertUsers', { users: [{ externalId, name }] });
      return mint(world, key, { externalId });
    };
    const me = await person('me', 'Ann Myself');
    const friend = await person('friend', 'Anna Friend');
    await person('stranger', 'Anne Stranger');
    await application.ok('createChat', { user1Id: me.userId, user2Id: friend.userId });
    for (const asker of [
      new RestAsker(world, 0, bearer(me.accessToken)),
      await world.bearer(me.userId, me.accessToken),
    ]) {
      expect(await namesFor(asker, 'ann')).toEqual(['Ann Myself', 'Anna Friend']);
      expect(await namesFor(asker, 'ann fri')).toEqual(['Anna Friend']);
      expect(await asker.ok('searchUsers', { q: 'friend' })).toMatchObject([{ externalId: null }]);
      expect(await namesFor(asker, 'stranger')).toEqual([]);
    }
    expect(await namesFor(application, 'ann')).toEqual(['Ann Myself', 'Anna Friend', 'Anne Stranger']);
    await world.stop();
  });

  it.each([
    ['all', ['Ann One', 'Ann Two']],
    ['none', ['Ann One']],
  ])(
    'with DIRECTORY=%s people find whom it says, from the moment somebody has registered',
    async (directory, names) => {
      const world = await World.start({ ...ownAccounts(), API_KEYS: key, DIRECTORY: directory });
      const application = new RestAsker(world, 0, { 'X-Api-Key': key });
      await application.ok('upsertUsers', { users: [{ externalId: 'one', name: 'Ann One' }] });
      const { accessToken } = await mint(world, key, { externalId: 'one' });
      const registration = { username: 'two', name: 'Ann Two', password: PASSWORD };
      await world.http.post('/auth/register').send(registration).expect(201);
      const asker = new RestAsker(world, 0, bearer(accessToken));
      expect(await namesFor(asker, 'ann')).toEqual(names);
      expect(await namesFor(asker, 'ann o')).toEqual(['Ann One']);
      await world.stop();
    },
  );
});
