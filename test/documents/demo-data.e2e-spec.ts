import { spawnSync } from 'node:child_process';
import { projectRoot } from '../../src/common/project-root.js';
import { World } from '../support/world.js';

interface Chat {
  id: number;
  unread: number;
  lastSeq: number;
  version: number;
}

interface Person {
  id: number;
  externalId: string;
}

describe('The demo data', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    // Open mode has used ids before the sequence comes to them.
    await world.http.post('/chats').send({ user1Id: 1, user2Id: 3 }).expect(201);
    seed('db:seed:all');
  });
  afterAll(() => world.stop());

  function seed(command: 'db:seed:all' | 'db:seed:undo:all'): void {
    const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'sequelize-cli', command], {
      cwd: projectRoot(),
      encoding: 'utf8',
      env: { ...process.env, DATABASE_URL: world.config.database.url ?? '' },
      shell: process.platform === 'win32',
    });
    if (status !== 0) throw new Error(stdout + stderr);
  }

  const people = async (): Promise<Person[]> => {
    const { body } = await world.http.get('/users').expect(200);
    return (body as Person[]).filter((person) => person.externalId?.startsWith('demo:'));
  };

  const chatsOf = async (userId: number): Promise<Chat[]> =>
    (await world.http.get(`/chats/user/${userId}`).expect(200)).body as Chat[];

  const everything = async () => {
    const found = await people();
    return [found, await Promise.all(found.map((person) => chatsOf(person.id)))];
  };

  it('has five people with ids that nobody had', async () => {
    const found = await people();
    expect(found.map((person) => person.externalId)).toEqual(
      ['alice', 'bob', 'carol', 'dave', 'erin'].map((name) => `demo:${name}`),
    );
    expect(found.map((person) => person.id)).not.toContain(1);
    expect(found.map((person) => person.id)).not.toContain(3);
  });

  it('says of each chat as many unread messages as there are', async () => {
    for (const { id: userId } of await people()) {
      for (const chat of await chatsOf(userId)) {
        const [counted] = await world.sql<{ unread: string }>(
          `SELECT count(*) AS unread FROM messages s JOIN chat_members m ON m."chatId" = s."chatId" AND m."userId" = $2
           WHERE s."chatId" = $1 AND s.seq > m."readSeq" AND s."senderId" <> $2`,
          [chat.id, userId],
        );
        expect(`chat ${chat.id}: ${chat.unread}`).toBe(`chat ${chat.id}: ${counted?.unread}`);
      }
    }
  });

  it('takes further messages, and counts them', async () => {
    const [alice, bob] = await people();
    const before = (await chatsOf(alice!.id)).find((chat) => chat.lastSeq === 8)!;
    const sent = await world.http
      .post(`/chats/${before.id}/messages`)
      .send({ senderId: bob!.id, content: 'One more' })
      .expect(201);
    expect(sent.body).toMatchObject({ seq: before.lastSeq + 1, version: before.version + 1 });
    const after = (await chatsOf(alice!.id)).find((chat) => chat.id === before.id)!;
    expect(after.unread).toBe(before.unread + 1);
  });

  it('is left as it is by a second run', async () => {
    const before = await everything();
    seed('db:seed:all');
    expect(await everything()).toEqual(before);
  });

  it('is taken away again, and nothing else with it', async () => {
    seed('db:seed:undo:all');
    expect(await people()).toEqual([]);
    expect(await chatsOf(1)).toHaveLength(1);
    expect(await world.sql('SELECT 1 FROM messages')).toEqual([]);
  });
});
