import type { Answer } from '../src/realtime/call.js';
import { mint, newApiKey, ownAccounts } from './support/accounts.js';
import { World } from './support/world.js';

const okCount = (answers: Answer[]) => answers.filter((answer) => answer.ok).length;

describe('Limits of a person with AUTH=jwt', () => {
  it('go on when all their sockets are taken offline', async () => {
    const key = newApiKey();
    const world = await World.start({
      ...ownAccounts(),
      API_KEYS: key,
      RATE_LIMITS: 'on',
      RATE_LIMIT_MESSAGES: '10/1m',
    });
    const { userId, accessToken } = await mint(world, key);
    const { userId: receiverId } = await mint(world, key);
    const sockets = [await world.bearer(userId, accessToken), await world.bearer(userId, accessToken)];
    for (const socket of sockets) await socket.ok('userOffline', userId);
    const answers = await Promise.all(
      sockets.flatMap((socket) =>
        Array.from({ length: 10 }, (_, i) =>
          socket.ask('sendMessage', { receiverId, content: `number ${i}` }),
        ),
      ),
    );
    expect(okCount(answers)).toBe(10);
    await world.stop();
  });
});
