import pg from 'pg';
import { statements } from '../../src/database/statement.js';
import { waitingForLock } from '../support/database-locks.js';
import { StatementLog } from '../support/statements.js';
import { type Client, World } from '../support/world.js';
import { PoliteWordsModule } from '../hooks/polite-words.js';

/** Whoever sends it, and the chats that there are. */
interface Scene {
  alice: Client;
  /** At a node without a hook. */
  aliceElsewhere: Client;
  bob: Client;
  direct: number;
  group: number;
}

/** What is sent, the statement that writes it, and the chat in which it is. */
type Kind = [
  what: string,
  statement: string,
  chat: 'direct' | 'group',
  send: (scene: Scene, world: World) => Promise<unknown>,
];

const KINDS: Kind[] = [
  [
    'a message to a person',
    'messages.sendDirect',
    'direct',
    ({ alice, bob }) => alice.ok('sendMessage', { receiverId: bob.userId, content: 'words' }),
  ],
  [
    'a message to a direct chat',
    'messages.sendDirect',
    'direct',
    ({ alice, direct: chatId }) => alice.ok('sendMessage', { chatId, content: 'words' }),
  ],
  [
    'a message to a group',
    'messages.send',
    'group',
    ({ alice, group: chatId }) => alice.ok('sendMessage', { chatId, content: 'words' }),
  ],
  [
    'a message that mentions somebody',
    'messages.sendMentions',
    'group',
    ({ alice, bob, group: chatId }) =>
      alice.ok('sendMessage', { chatId, content: 'words', metadata: { mentions: [bob.userId] } }),
  ],
  [
    'a message that a hook has changed',
    'messages.sendReplaced',
    'group',
    ({ alice, group: chatId }) => alice.ok('sendMessage', { chatId, content: 'damn' }),
  ],
  [
    'a message that is streamed',
    'messages.send',
    'group',
    // People stream where nobody is asked before others read it.
    ({ aliceElsewhere, group: chatId }) => aliceElsewhere.ok('streamMessage', { chatId, content: 'so' }),
  ],
  [
    'a message of the application',
    'messages.insertSystem',
    'group',
    ({ group }, world) =>
      world.http.post(`/chats/${group}/system-messages`).send({ content: 'Hello' }).expect(201),
  ],
  [
    'what the server says of a change',
    'messages.insertSystem',
    'group',
    ({ alice, group: chatId }) => alice.ok('updateChat', { chatId, title: 'another' }),
  ],
];

describe('Whatever is sent takes its id when it has the lock of its chat', () => {
  let world: World;
  let scene: Scene;
  let elsewhere: World;
  let other: pg.Client;
  beforeAll(async () => {
    world = await World.start({}, { extensions: [PoliteWordsModule] });
    const { alice, bob, chatId: direct } = await world.pair();
    const { id: group } = await alice.ok<{ id: number }>('createGroup', {
      title: 'a group',
      memberIds: [bob.userId],
    });
    elsewhere = await World.start({ DATABASE_URL: world.config.database.url! });
    const aliceElsewhere = await elsewhere.person(alice.userId);
    scene = { alice, aliceElsewhere, bob, direct, group };
    // What the node looks up once, it knows by now.
    for (const chatId of [direct, group]) await alice.ok('sendMessage', { chatId, content: 'first' });
    other = new pg.Client({ connectionString: world.config.database.url! });
    await other.connect();
  });
  afterEach(() => other.query('ROLLBACK'));
  afterAll(async () => {
    await other.end();
    await elsewhere.stop();
    await world.stop();
  });

  it.each(KINDS)('%s, by %s', async (_, statement, chat, send) => {
    const lastTaken = async () => {
      const { rows } = await other.query<{ id: string }>('SELECT last_value AS id FROM messages_id_seq');
      return Number(rows[0]!.id);
    };
    const log = new StatementLog();
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM chats WHERE id = $1 FOR UPDATE', [scene[chat]]);
    const before = await lastTaken();
    // A call over HTTP begins when somebody waits for it.
    const sending = Promise.resolve(send(scene, world));
    await waitingForLock(world);
    expect(await lastTaken()).toBe(before);
    await other.query('COMMIT');
    await sending;
    expect(await lastTaken()).toBe(before + 1);
    expect(log.take()).toContain(statement);
    log.stop();
  });

  it('which are all statements that insert messages', () => {
    const inserting = [...statements.values()].filter(({ text }) => /INSERT INTO messages\b/.test(text));
    expect([...new Set(KINDS.map(([, statement]) => statement))].sort()).toEqual(
      inserting.map(({ name }) => name).sort(),
    );
  });
});
