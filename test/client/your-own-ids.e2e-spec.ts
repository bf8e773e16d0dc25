import { asUser, type ChatClient, createChat } from '../../packages/client/src/index.js';
import { World, eventually } from '../support/world.js';

describe('A client in open mode', () => {
  let world: World;
  let chat: ChatClient;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(async () => {
    chat.stop();
    await world.stop();
  });

  it('is the user whom the application calls so', async () => {
    chat = createChat({ url: world.socketUrl, auth: asUser('external:ann/ü') });
    chat.start();
    await eventually(() => chat.me.get() !== null);
    expect(chat.me.get()).toMatchObject({ externalId: 'ann/ü' });
    const rows = await world.sql<{ id: string }>('SELECT id FROM users WHERE "externalId" = $1', ['ann/ü']);
    expect(rows.map(({ id }) => Number(id))).toEqual([chat.me.get()!.id]);
  });
});
