import pg from 'pg';
import type {
  ChatView,
  FoundChats,
  MessageView,
  PublicChatsPage,
  UserView,
} from '../../src/contract/index.js';
import { migrate } from '../../src/database/migrator.js';
import { ownAccounts, PASSWORD } from '../support/accounts.js';
import { bareDatabase, type Database, freshDatabase } from '../support/cluster.js';
import { RestAsker } from '../support/edges.js';
import { erased } from '../support/erasures.js';
import { exported } from '../support/exports.js';
import { setAll } from '../support/other-settings.js';
import { World } from '../support/world.js';

jest.setTimeout(90_000);

/** Ids that some locales compare otherwise than by their characters, or fold to the same letter. */
const IDS = [
  'a-b',
  'aa',
  'AB',
  'Ab',
  'ab',
  'a b',
  'a10',
  'a9',
  'ä',
  'ı',
  'I',
  'İ',
  'i',
  'ß',
  'ss',
  'z',
  '_',
  '%',
];

/** Of messages, which an erasure goes through by their keys. */
const KEYS = IDS.filter((id) => /^[!-~]+$/.test(id));

const NAMES = [
  'Iğdır Işık',
  'İbrahim',
  'irmak',
  'IRMAK',
  'Öz a-b',
  'Aab',
  'Ab-b',
  'a10 a9',
  'a9 a10',
  'Straße',
];

const ASKED = ['i', 'I', 'ı', 'İ', 'a', 'A', 'ab', 'a1', 'a9', 'b', 'o', 'strasse', 'IRM', 'irm'];

/** What differs from run to run: moments, alone or in a cursor, and nothing else. */
const timeless = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer).replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|\b\d{13}\b/g, 'then'));

/** Whatever is compared, sorted or folded in the database, told in the same way to every one of them. */
async function story(world: World): Promise<Record<string, unknown>> {
  const told: Record<string, unknown> = {};
  const tell = (what: string, answer: unknown) => (told[what] = timeless(answer));
  const app = new RestAsker(world, 0);
  const { body } = await world.http
    .put('/users')
    .send({ users: IDS.map((externalId, i) => ({ externalId, name: NAMES[i % NAMES.length] })) })
    .expect(200);
  const people = body as UserView[];
  tell('people', people);
  const [alice, bob] = people.map(({ id }) => new RestAsker(world, id)) as [RestAsker, RestAsker];
  const [aliceId, bobId] = people.map(({ id }) => id) as [number, number];
  for (const externalId of IDS)
    tell(`person ${externalId}`, (await app.ok<UserView>('getUser', { id: `external:${externalId}` })).id);
  for (const q of ASKED) {
    tell(`people ${q}`, await alice.ok('searchUsers', { q }));
    tell(`first people ${q}`, await alice.ok('searchUsers', { q, limit: 2 }));
  }
  const groups: number[] = [];
  for (const [i, externalId] of IDS.entries()) {
    const title = NAMES[i % NAMES.length];
    const group = { title, externalId, memberIds: [bobId], visibility: 'public' };
    groups.push((await alice.ok<ChatView>('createGroup', group)).id);
  }
  for (const externalIdPrefix of [...IDS, 'A', 'a1', 's']) {
    const pages: FoundChats[] = [];
    for (let cursor: string | null | undefined; cursor !== null; cursor = pages.at(-1)!.next) {
      const page = { externalIdPrefix, limit: 2, ...(cursor === undefined ? {} : { cursor }) };
      pages.push(await app.ok<FoundChats>('findChats', page));
    }
    tell(`groups that begin with ${externalIdPrefix}`, pages);
  }
  for (const q of ASKED)
    tell(`public groups ${q}`, (await bob.ok<PublicChatsPage>('getPublicChats', { q })).chats);
  const [chatId] = groups as [number];
  const texts = [...IDS, "it's a \\n backslash", '💥', 'a\tb\nc'];
  for (const [i, text] of texts.entries()) {
    const message = {
      chatId,
      content: text,
      clientId: KEYS[i % KEYS.length]! + '~'.repeat(i / KEYS.length),
      metadata: { [text]: text },
    };
    const { id } = await alice.ok<MessageView>('sendMessage', message);
    tell(`message ${i}`, await alice.ok('sendMessage', message));
    if (i < 3) for (const emoji of ['👍', '❤️', '😀']) await bob.ok('addReaction', { messageId: id, emoji });
  }
  await bob.ok('sendMessage', { chatId: groups[1]!, content: `<@${aliceId}> hi`, clientId: 'b' });
  tell('messages', await bob.ok('getMessages', { chatId, limit: 50 }));
  tell('sync', await bob.ok('sync', { versions: {} }));
  tell('list', await bob.ok('getChats', { userId: bobId, limit: 50 }));
  tell('inbox', await alice.ok('getNotifications', { userId: aliceId }));
  // Its messages come by their keys, in the order of the database.
  const lines = await exported(world, `/users/${aliceId}/export`, {});
  tell('export of a person', lines.map((line) => JSON.stringify(timeless(line))).sort());
  tell('export of a chat', await exported(world, `/chats/${chatId}/export`, {}));
  tell('erasure', await erased(world, aliceId));
  tell('messages after it', await bob.ok('getMessages', { chatId, limit: 50 }));
  return told;
}

/** All that can be set differently for the database besides its locale. */
async function settle(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await setAll(client, (database) => `ROLE CURRENT_USER IN DATABASE ${database}`);
  await client.end();
}

const ON: readonly [string, string][] = [
  // Its own letters, and case, digits and punctuation sorted as no other.
  ['Turkish by ICU', `LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR-u-ka-shifted-kf-upper-kn-true' LOCALE 'C'`],
  ['C', `LOCALE_PROVIDER libc LOCALE 'C'`],
];

describe('A database with settings of its own whose locale is', () => {
  let expected: Record<string, unknown>;
  const databases: Database[] = [];
  beforeAll(async () => {
    const usual = await freshDatabase();
    databases.push(usual);
    const world = await World.start({ DATABASE_URL: usual.url });
    expected = await story(world);
    await world.stop();
  });
  afterAll(async () => {
    for (const { drop } of databases) await drop();
  });

  it.each(ON)('%s gives every answer as the usual one', async (_, options) => {
    const database = await bareDatabase(`${options} ENCODING 'UTF8'`);
    databases.push(database);
    await settle(database.url);
    expect(await migrate(database.url)).not.toEqual([]);
    const world = await World.start({ DATABASE_URL: database.url });
    const told = await story(world);
    await world.stop();
    for (const [what, answer] of Object.entries(expected))
      expect({ [what]: told[what] }).toEqual({ [what]: answer });
    const accounts = await World.start({ ...ownAccounts(), DATABASE_URL: database.url });
    const register = (username: string) =>
      accounts.http.post('/auth/register').send({ username, password: PASSWORD });
    await register('IRMAK').expect(201);
    await register('irmak').expect(409);
    await accounts.http.post('/auth/login').send({ username: 'Irmak', password: PASSWORD }).expect(200);
    await accounts.stop();
  });
});

describe('A database whose encoding is', () => {
  it.each(['LATIN1', 'SQL_ASCII'])('%s is refused before anything is made in it', async (encoding) => {
    const database = await bareDatabase(`LOCALE_PROVIDER libc LOCALE 'C' ENCODING '${encoding}'`);
    await expect(migrate(database.url)).rejects.toThrow(
      `The database has the encoding ${encoding}, which cannot hold all characters: create one with ` +
        `ENCODING 'UTF8' TEMPLATE template0, and if it has data restore a dump of it there.`,
    );
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
    );
    await client.end();
    await database.drop();
    expect(rows).toEqual([]);
  });
});
