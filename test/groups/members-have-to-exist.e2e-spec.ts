import type { ChatView } from '../../src/contract/index.js';
import { bearer, mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { type Asker, edges, RestAsker } from '../support/edges.js';
import { World } from '../support/world.js';

// With AUTH=jwt people are not made when they are named.
describe('A member who does not exist', () => {
  let world: World;
  const key = newApiKey();
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: key, GROUP_ADDS: 'everybody' });
  });
  afterAll(() => world.stop());

  const UNKNOWN = [900_000_000_001, 900_000_000_002] as const;

  const people = async () => {
    const [{ userId, accessToken }, one, other] = await Promise.all([
      mint(world, key),
      mint(world, key),
      mint(world, key),
    ]);
    const client = await world.bearer(userId, accessToken);
    const askers: Record<string, Asker> = {
      'Socket.IO': client,
      REST: new RestAsker(world, 0, bearer(accessToken)),
    };
    return { userId, askers, one: one.userId, other: other.userId };
  };

  const refused = (...paths: string[]) => ({
    ok: false,
    error: {
      code: 'VALIDATION_FAILED',
      details: paths.map((path) => ({ path, message: 'expected the id of an existing user' })),
    },
  });

  describe.each(edges)('over %s', (edge) => {
    it('is named in the error when a group is made with them, and no group is made', async () => {
      const { userId, askers, one, other } = await people();
      const asker = askers[edge]!;
      const memberIds = [userId, one, one, UNKNOWN[0], other, UNKNOWN[1]];
      expect(await asker.ask('createGroup', { title: 'Us', memberIds })).toMatchObject(
        refused('memberIds.3', 'memberIds.5'),
      );
      expect(await world.sql('SELECT 1 FROM chat_members WHERE "userId" = $1', [userId])).toEqual([]);
    });

    it('is named when they are added to a group; a group that does not exist is NOT_FOUND', async () => {
      const { askers, one, other } = await people();
      const asker = askers[edge]!;
      const { id: chatId } = await asker.ok<ChatView>('createGroup', { title: 'Us', memberIds: [one] });
      const userIds = [other, UNKNOWN[0]];
      expect(await asker.ask('addMembers', { chatId, userIds })).toMatchObject(refused('userIds.1'));
      expect(await asker.refused('addMembers', { chatId: 999_999_999, userIds })).toBe('NOT_FOUND');
      expect(await asker.ok('addMembers', { chatId, userIds: [other] })).toMatchObject({ memberCount: 3 });
    });

    it('is one of at most ten that the error names', async () => {
      const { askers } = await people();
      const memberIds = Array.from({ length: 900 }, (_, i) => UNKNOWN[0] + i);
      expect(await askers[edge]!.ask('createGroup', { title: 'Us', memberIds })).toMatchObject(
        refused(...Array.from({ length: 10 }, (_, i) => `memberIds.${i}`)),
      );
    });
  });

  it('cannot be the owner of a group that the application makes', async () => {
    const { one } = await people();
    const { body } = await world.http
      .post('/chats')
      .set('X-Api-Key', key)
      .send({ title: 'Us', memberIds: [UNKNOWN[0], one] })
      .expect(400);
    expect(body.error.details).toMatchObject([{ path: 'memberIds.0' }]);
  });
});
