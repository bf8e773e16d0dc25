import { freshDatabase } from '../support/cluster.js';
import { Proxy } from '../support/proxy.js';
import { pause } from '../support/time.js';
import { World } from '../support/world.js';

/** Longer than a connection may take to be opened, once. */
const BUSY_MS = 2_500;

describe('A node that starts while the database is too busy to answer', () => {
  it.each([
    ['with an inbox and pushes', {}],
    ['without an inbox', { INBOX: 'off' }],
  ])('waits for it, %s', async (_, variables) => {
    const database = await freshDatabase();
    const proxy = await Proxy.before(database.url);
    proxy.freeze();
    const starting = World.start({ DATABASE_URL: proxy.url, SINKS: 'on', ...variables });
    await pause(BUSY_MS);
    proxy.resume();
    const world = await starting;
    const { alice, chatId } = await world.pair();
    await alice.ok('sendMessage', { chatId, content: 'There you are.' });
    await world.stop();
    await proxy.close();
    await database.drop();
  });
});
