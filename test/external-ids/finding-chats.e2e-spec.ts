import type { ChatView, FoundChats } from '../../src/contract/index.js';
import { bearer, mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { RestAsker } from '../support/edges.js';
import { World } from '../support/world.js';

describe('GET /chats', () => {
  const key = newApiKey();
  let world: World;
  let app: RestAsker;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: key });
    app = new RestAsker(world, 0, { 'X-Api-Key': key });
  });
  afterAll(() => world.stop());
  beforeEach(() => world.sql('DELETE FROM chats'));

  const person = async () => (await mint(world, key)).userId;
  const group = async (externalId: string | undefined, ...memberIds: number[]) =>
    (await app.ok<ChatView>('createGroup', { title: 'x', memberIds, externalId })).id;

  /** All pages, each of at most so many chats. */
  const all = async (wanted: object, limit = 2): Promise<number[]> => {
    const ids: number[] = [];
    let cursor: string | null | undefined;
    do {
      const page: FoundChats = await app.ok('findChats', { ...wanted, limit, ...(cursor ? { cursor } : {}) });
      expect(page.chats.length).toBeLessThanOrEqual(limit);
      ids.push(...page.chats.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== null);
    return ids;
  };

  it('finds all chats, the newest first, in pages', async () => {
    const one = await person();
    const made = [];
    for (let i = 0; i < 5; i++) made.push(await group(undefined, one));
    expect(await all({})).toEqual([...made].reverse());
    expect(await all({}, 5)).toEqual([...made].reverse());
  });

  it('finds them by member, type and last activity', async () => {
    const [one, two] = [await person(), await person()];
    const [mine, theirs] = [await group(undefined, one), await group(undefined, two)];
    const { id: direct } = await app.ok<ChatView>('createChat', { user1Id: one, user2Id: two });
    expect(await all({ memberId: one })).toEqual([direct, mine]);
    expect(await all({ memberId: two })).toEqual([direct, theirs]);
    expect(await all({ memberId: one, type: 'group' })).toEqual([mine]);
    expect(await all({ type: 'direct' })).toEqual([direct]);
    await world.sql(`UPDATE chats SET "lastActivityAt" = '2020-01-01' WHERE id = $1`, [theirs]);
    expect(await all({ activeBefore: '2021-01-01T00:00:00Z' })).toEqual([theirs]);
    expect(await all({ activeAfter: '2021-01-01T00:00:00Z' })).toEqual([direct, mine]);
    expect(await app.refused('findChats', { memberId: 'external:nobody' })).toBe('NOT_FOUND');
  });

  it('finds them by the beginning of their externalId, whatever characters it has, in the order of its bytes', async () => {
    const one = await person();
    const names = ['order-%', 'order-1', 'order-10', 'order-2', 'order-_', 'order-ü', 'order-😀'];
    const made = [];
    for (const externalId of names) made.push(await group(externalId, one));
    await group('ordeR-1', one);
    await group('order', one);
    await group(undefined, one);
    expect(await all({ externalIdPrefix: 'order-' })).toEqual(made);
    expect(await all({ externalIdPrefix: 'order-1' })).toEqual([made[1], made[2]]);
    expect(await all({ externalIdPrefix: 'order-%' })).toEqual([made[0]]);
    expect(await all({ externalIdPrefix: 'order-😀', memberId: one })).toEqual([made[6]]);
    expect(await all({ externalIdPrefix: 'order-', type: 'direct' })).toEqual([]);
  });

  it('goes on where it has passed over all that a page looks at', async () => {
    const one = await person();
    const first = await group('first', one);
    await world.sql(
      `INSERT INTO chats (type, title, "externalId") SELECT 'group', 'y', 'a ' || i FROM generate_series(1, 10500) i`,
    );
    await world.sql(`UPDATE chats SET "lastActivityAt" = '2020-01-01' WHERE id = $1`, [first]);
    const asked = { activeBefore: '2021-01-01T00:00:00Z' };
    const page = await app.ok<FoundChats>('findChats', asked);
    expect(page).toMatchObject({ chats: [], next: expect.any(String) });
    expect(await all(asked)).toEqual([first]);
    expect(await all({ externalIdPrefix: 'a', ...asked })).toEqual([]);
  });

  it('is for the application only', async () => {
    const { accessToken } = await mint(world, key);
    expect(await new RestAsker(world, 0, bearer(accessToken)).refused('findChats')).toBe('FORBIDDEN');
    expect(await new RestAsker(world, 0).refused('findChats')).toBe('UNAUTHENTICATED');
    const wrong = await app.ask('findChats', { cursor: 'x' });
    expect(wrong).toMatchObject({ error: { code: 'VALIDATION_FAILED', details: [{ path: 'cursor' }] } });
  });
});
