import { STAGES } from '../../src/commands/pipeline.js';
import { bearer, newApiKey, ownAccounts, register } from '../support/accounts.js';
import { edges, over } from '../support/edges.js';
import { World } from '../support/world.js';

/** A command that fails at two stages is refused by the earlier one: so the order of the stages shows. */
describe('The stages of a command', () => {
  it('have one order, for both edges', () => {
    expect(Object.keys(STAGES)).toEqual([
      'arrive',
      'authenticate',
      'count',
      'parse',
      'order',
      'name',
      'identify',
      'share',
      'repeat',
      'run',
      'answer',
    ]);
  });

  describe.each(edges)('over %s', (edge) => {
    it('count a command before its input is looked at', async () => {
      const world = await World.start({ RATE_LIMITS: 'on', RATE_LIMIT_MESSAGES: '1/1m' });
      const alice = await world.person();
      const asker = over(edge, world, alice);
      const { id: chatId } = await alice.ok<{ id: number }>('createChat', {
        user1Id: alice.userId,
        user2Id: world.newId(),
      });
      expect(await asker.refused('sendMessage', { chatId })).toBe('VALIDATION_FAILED');
      expect(await asker.refused('sendMessage', { chatId })).toBe('RATE_LIMITED');
      await world.stop();
    });

    it('look at the input before they look for whose it is', async () => {
      const world = await World.start();
      const nobody = over(edge, world, Object.assign(await world.stranger(), { userId: 0 }));
      expect(await nobody.refused('sendMessage', { chatId: 1 })).toBe('VALIDATION_FAILED');
      expect(await nobody.refused('sendMessage', { chatId: 1, content: 'hi' })).toBe('UNAUTHENTICATED');
      await world.stop();
    });

    it('look at who asks before an answer is repeated', async () => {
      const world = await World.start();
      const { alice, bob, chatId } = await world.pair();
      const key = { chatId, clientId: 'one-key' };
      await over(edge, world, alice).ok('deleteChat', key);
      expect(await over(edge, world, alice).ok('deleteChat', key)).toMatchObject({ chatId });
      expect(await over(edge, world, bob).refused('deleteChat', key)).toBe('NOT_FOUND');
      await world.stop();
    });
  });

  it('over REST ask for a token before they count or look at anything', async () => {
    const world = await World.start({
      ...ownAccounts(),
      API_KEYS: newApiKey(),
      RATE_LIMITS: 'on',
      RATE_LIMIT_OTHER: '1/1m',
    });
    const { accessToken } = await register(world);
    const wrong = () => world.http.post('/chats').send({ user1Id: 'x' });
    for (let i = 0; i < 3; i++) await wrong().expect(401);
    await wrong().set(bearer('no token')).expect(401);
    await wrong().set(bearer(accessToken)).expect(400);
    await world.stop();
  });
});
