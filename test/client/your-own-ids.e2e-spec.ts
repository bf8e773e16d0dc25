import { asUser, createChat } from '../../packages/client/src/index.js';
import { World, eventually } from '../support/world.js';

describe('A client in open mode', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('is the user whom the application calls so', async () => {
    const chat = createChat({ url: world.socketUrl, auth: asUser('external:ann/ü') });
    chat.start();
    await eventually(() => chat.me.get() !== null);
    expect(chat.me.get()).toMatchObject({ externalId: 'ann/ü' });
    expect(await world.sql('SELECT id FROM users WHERE "externalId" = $1', ['ann/ü'])).toEqual([
      { id: String(chat.me.get()!.id) },
    ]);
    chat.stop();
  });
});
