import pg from 'pg';
import { migrate } from '../../src/database/migrator.js';
import { freshDatabase } from '../support/cluster.js';
import { edges, over } from '../support/edges.js';
import { setAll } from '../support/other-settings.js';
import { World } from '../support/world.js';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe.each([
  ['A database', (database: string) => `DATABASE ${database}`],
  ['A role', (database: string) => `ROLE CURRENT_USER IN DATABASE ${database}`],
])('%s with settings of its own', (_, of) => {
  let world: World;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await freshDatabase();
    drop = database.drop;
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await setAll(client, of);
    await client.end();
    world = await World.start({ DATABASE_URL: database.url });
  });
  afterAll(async () => {
    await world.stop();
    await drop();
  });

  it.each(edges)('chats as any other over %s', async (edge) => {
    const { alice, bob, chatId } = await world.pair();
    const asker = over(edge, world, alice);
    const content = "backslash \\' and ünïcode 你好 ' end";
    const sent = await asker.ok<{ id: number; createdAt: string }>('sendMessage', { chatId, content });
    expect(sent).toMatchObject({ content, createdAt: expect.stringMatching(ISO) });
    await bob.ok('markAsSeen', { messageId: sent.id });
    const { body: user } = await world.http.get(`/users/${alice.userId}`);
    expect(user).toMatchObject({ createdAt: expect.stringMatching(ISO) });
    const page = await asker.ok<{ messages: object[] }>('getMessages', { chatId });
    expect(page.messages.at(-1)).toMatchObject({ content, seen: true, createdAt: sent.createdAt });
    const [item] = await asker.ok<object[]>('getChats', { userId: alice.userId });
    expect(item).toMatchObject({ id: chatId, lastActivityAt: expect.stringMatching(ISO) });
    const synced = await asker.ok<object>('sync', { versions: {} });
    expect(synced).toMatchObject({ at: expect.stringMatching(ISO) });
  });

  it('is migrated as any other', async () => {
    const database = await freshDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await setAll(client, of);
    await client.end();
    expect(await migrate(database.url)).not.toEqual([]);
    expect(await migrate(database.url)).toEqual([]);
    await database.drop();
  });
});
