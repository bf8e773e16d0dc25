import pg from 'pg';
import type { Answer, ChatView, MessageView } from '../../src/contract/index.js';
import { freshDatabase } from '../support/cluster.js';
import { type Group, groupOf } from '../support/groups.js';
import { inTime } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

/** The promise is a second; a busy machine gets four. Without it they are refused, or wait for all who wait. */
const SOON_MS = 4_000;

/** More than the connections of a node. */
const MANY = 39;

/** How long somebody holds the table that many read. */
const LOCKED_MS = 3_000;

describe('While somebody else holds a lock that many wait for', () => {
  let world: World;
  let foreign: pg.Client;
  let drop: () => Promise<void>;
  let crowd: Group;
  let crowdsMessage: number;
  /** A message of each of the crowd, each in a chat of its own. */
  let own: number[];
  let alice: Client;
  let bob: Client;
  let chatId: number;
  let messageId: number;

  beforeAll(async () => {
    const database = await freshDatabase();
    drop = database.drop;
    foreign = new pg.Client({ connectionString: database.url });
    await foreign.connect();
    world = await World.start({ DATABASE_URL: database.url });
    crowd = await groupOf(world, MANY);
    const said = await crowd.owner.ok<MessageView>('sendMessage', { chatId: crowd.chatId, content: 'react' });
    crowdsMessage = said.id;
    const toOwner = (member: Client) =>
      member.ok<MessageView>('sendMessage', { receiverId: crowd.owner.userId, content: 'mine' });
    own = (await Promise.all(crowd.members.map(toOwner))).map(({ id }) => id);
    ({ alice, bob, chatId } = await world.pair());
    ({ id: messageId } = await alice.ok<MessageView>('sendMessage', { chatId, content: 'other' }));
  });
  afterAll(async () => {
    await world.stop();
    await foreign.end();
    await drop();
  });

  /** Asks for many things that wait for the lock of the statement, and meanwhile does `work`. Answers the many. */
  const waitingFor = async (
    lock: string,
    values: unknown[],
    ask: (member: Client, nth: number) => Promise<Answer>,
    work: () => Promise<void>,
  ): Promise<Answer[]> => {
    await foreign.query('BEGIN');
    try {
      await foreign.query(lock, values);
      const many = Promise.all(crowd.members.map((member, nth) => inTime(ask(member, nth))));
      many.catch(() => undefined);
      await anyoneWaits();
      await work();
      return await many;
    } finally {
      await foreign.query('ROLLBACK');
    }
  };

  const anyoneWaits = async (): Promise<void> => {
    for (;;) {
      const { rowCount } = await foreign.query('SELECT FROM pg_locks WHERE NOT granted LIMIT 1');
      if (rowCount) return;
    }
  };

  const soon = async (...asked: [Client, string, object][]): Promise<void> => {
    const since = performance.now();
    await Promise.all(asked.map(([client, ...command]) => client.ok(...command)));
    expect(performance.now() - since).toBeLessThan(SOON_MS);
  };

  const UNAVAILABLE = { ok: false, error: { code: 'UNAVAILABLE' } };

  it('on one chat, other chats are changed, joined and left as ever', async () => {
    const { id: elsewhere } = await bob.ok<ChatView>('createGroup', { title: 'Notes', memberIds: [] });
    await bob.ok('sendMessage', { chatId: elsewhere, content: 'note' });
    const { chatId: open } = await groupOf(world, 1, { visibility: 'public' });
    const answers = await waitingFor(
      'SELECT 1 FROM chats WHERE id = $1 FOR UPDATE',
      [crowd.chatId],
      (member) => member.ask('addReaction', { messageId: crowdsMessage, emoji: '👍' }),
      async () => {
        for (const emoji of ['🎉', '🚀', '👀']) {
          await soon(
            [bob, 'addReaction', { messageId, emoji }],
            [alice, 'editMessage', { messageId, content: `edited ${emoji}` }],
            [bob, 'joinChat', { chatId: open }],
            [alice, 'createGroup', { title: 'New', memberIds: [bob.userId] }],
            [bob, 'markAsUnread', { chatId }],
            [alice, 'blockUser', { userId: crowd.owner.userId }],
          );
          await soon(
            [bob, 'leaveChat', { chatId: open }],
            [alice, 'unblockUser', { userId: crowd.owner.userId }],
          );
        }
        await soon([bob, 'clearChat', { chatId: elsewhere }]);
      },
    );
    for (const answer of answers) expect(answer).toMatchObject(UNAVAILABLE);
    await crowd.members[0]!.ok('addReaction', { messageId: crowdsMessage, emoji: '👍' });
  });

  it('on the messages, many who read wait or hear UNAVAILABLE, and all else goes on', async () => {
    const { members } = crowd;
    const reads: [string, object][] = [
      ['getMessages', { chatId: crowd.chatId }],
      ['getMessages', { chatId: crowd.chatId, limit: 5 }],
      ['getChats', {}],
      ['sync', { versions: {} }],
    ];
    const newcomers: Client[] = [];
    await foreign.query('BEGIN');
    let answers: Promise<Answer[]>;
    try {
      await foreign.query('LOCK TABLE messages IN ACCESS EXCLUSIVE MODE');
      const lockedAt = performance.now();
      answers = Promise.all(
        members.flatMap((member) => reads.map(([name, input]) => inTime(member.ask(name, input)))),
      );
      answers.catch(() => undefined);
      await anyoneWaits();
      // Only what changes is told at once.
      let typing = false;
      do {
        typing = !typing;
        const typed = bob.next('userTyping');
        await soon(
          [alice, 'typing', { chatId, typing }],
          [bob, 'getPresence', { userIds: [alice.userId] }],
          [bob, 'getOnlineUsers', {}],
        );
        expect(await typed).toMatchObject({ chatId, typing });
        const since = performance.now();
        newcomers.push(await world.person());
        expect(performance.now() - since).toBeLessThan(SOON_MS);
      } while (performance.now() - lockedAt < LOCKED_MS);
    } finally {
      await foreign.query('ROLLBACK');
    }
    const codes = (await answers).map((answer) => (answer.ok ? 'ok' : answer.error.code));
    expect(codes.filter((code) => code !== 'ok' && code !== 'UNAVAILABLE')).toEqual([]);
    expect(codes).toHaveLength(members.length * reads.length);
    for (const [name, input] of reads) await soon([members[0]!, name, input]);
    const { text } = await world.http.get('/metrics').expect(200);
    expect(text).toMatch(/^chat_database_waiting\b.* 0$/m);
  });

  const react = (member: Client, nth: number) =>
    member.ask('addReaction', { messageId: own[nth], emoji: '🎉' });

  it.each<[string, (member: Client, nth: number) => Promise<Answer>, () => [Client, string, object][]]>([
    [
      'message_reactions',
      react,
      () => [
        [alice, 'sendMessage', { chatId, content: 'goes on' }],
        [alice, 'createGroup', { title: 'New', memberIds: [bob.userId] }],
        [alice, 'markAsUnread', { chatId }],
        [bob, 'markAsSeen', { chatId }],
        [bob, 'setGroupAdds', { groupAdds: 'invited' }],
      ],
    ],
    [
      'messages',
      react,
      () => [
        [alice, 'blockUser', { userId: crowd.owner.userId }],
        [alice, 'getUsers', { userIds: [bob.userId] }],
        [bob, 'updateMembership', { chatId, pinned: false }],
        [bob, 'setGroupAdds', { groupAdds: 'invited' }],
      ],
    ],
    [
      'chat_members',
      react,
      () => [
        [alice, 'getBlocks', {}],
        [alice, 'getUsers', { userIds: [bob.userId] }],
      ],
    ],
    [
      'users',
      (member) => member.ask('blockUser', { userId: crowd.owner.userId }),
      () => [
        [alice, 'sendMessage', { chatId, content: 'goes on' }],
        [alice, 'editMessage', { messageId, content: 'edited' }],
        [alice, 'markAsUnread', { chatId }],
        [bob, 'getMessages', { chatId }],
      ],
    ],
  ])('on the table %s, what does not need it goes on', async (table, ask, others) => {
    const answers = await waitingFor(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`, [], ask, async () => {
      await soon(...others());
      await soon(...others());
    });
    for (const answer of answers) expect(answer).toMatchObject(UNAVAILABLE);
    await eventually(async () => (await ask(crowd.members[0]!, 0)).ok);
  });
});
