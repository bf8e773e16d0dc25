import pg from 'pg';
import { waitingForLock } from '../support/database-locks.js';
import { type Client, World } from '../support/world.js';

const BLOCKED = {
  ok: false,
  error: {
    code: 'FORBIDDEN',
    message:
      'You can not write to this user: they have blocked you, which only they can undo, or they are gone.',
  },
};

interface ChatRow {
  user1Id: string;
  user2Id: string;
  user1Blocks: boolean;
  user2Blocks: boolean;
}

/** Two nodes over one database, and a transaction of the test's own to hold things up. */
describe('At the same moment as a block', () => {
  let world: World;
  let other: World;
  let holder: pg.Client;
  beforeAll(async () => {
    world = await World.start();
    other = await World.start({ DATABASE_URL: world.config.database.url! });
    holder = new pg.Client({ connectionString: world.config.database.url! });
    await holder.connect();
  });
  afterAll(async () => {
    await holder.end();
    await other.stop();
    await world.stop();
  });
  afterEach(async () => {
    await holder.query('ROLLBACK');
  });

  /** Alice at one node, Bob at the other. */
  async function people(): Promise<{ alice: Client; bob: Client }> {
    const [alice, bob] = await Promise.all([world.person(), other.person(world.newId())]);
    return { alice, bob };
  }

  /** What the chat says of the blocks between its two people is what user_blocks says. */
  async function expectTrue(alice: Client, bob: Client): Promise<number> {
    const ids = [alice.userId, bob.userId];
    const chats = await world.sql<ChatRow>('SELECT * FROM chats WHERE "user1Id" = ANY($1)', [ids]);
    const blocks = await world.sql<{ userId: string }>(
      'SELECT "userId" FROM user_blocks WHERE "userId" = ANY($1)',
      [ids],
    );
    const blockers = blocks.map(({ userId }) => userId);
    for (const chat of chats) {
      expect([chat.user1Blocks, chat.user2Blocks]).toEqual([
        blockers.includes(chat.user1Id),
        blockers.includes(chat.user2Id),
      ]);
    }
    return chats.length;
  }

  describe.each<[string, (bob: Client, alice: Client) => Promise<unknown>]>([
    ['createChat', (bob, alice) => bob.ask('createChat', { user1Id: bob.userId, user2Id: alice.userId })],
    ['a first message', (bob, alice) => bob.ask('sendMessage', { receiverId: alice.userId, content: 'hi' })],
  ])('%s', (_, open) => {
    it('waits for it and finds the block', async () => {
      const { alice, bob } = await people();
      await alice.ok('getChats', alice.userId);
      await holder.query('BEGIN');
      await holder.query('SELECT lock_pair($1, $2)', [alice.userId, bob.userId]);
      await holder.query('INSERT INTO user_blocks ("userId", "blockedId") VALUES ($1, $2)', [
        alice.userId,
        bob.userId,
      ]);
      // It has looked, and seen no block.
      const opening = open(bob, alice);
      await waitingForLock(world);
      await holder.query('COMMIT');
      await opening;
      expect(await bob.ask('sendMessage', { receiverId: alice.userId, content: 'hi' })).toEqual(BLOCKED);
      expect(await expectTrue(alice, bob)).toBe(1);
    });

    it('ends consistent, whoever is first', async () => {
      for (let round = 0; round < 20; round++) {
        const { alice, bob } = await people();
        const block = () => alice.ask('blockUser', { userId: bob.userId });
        await Promise.all(round % 2 ? [open(bob, alice), block()] : [block(), open(bob, alice)]);
        await expectTrue(alice, bob);
        expect(await bob.ask('sendMessage', { receiverId: alice.userId, content: 'hi' })).toEqual(BLOCKED);

        const unblock = alice.ok('unblockUser', { userId: bob.userId });
        await Promise.all([unblock, open(bob, alice)]);
        await expectTrue(alice, bob);
        await bob.ok('sendMessage', { receiverId: alice.userId, content: 'hi' });
        alice.close();
        bob.close();
      }
    });
  });

  it('an opening of the chat comes first: the block waits for it, and marks the chat', async () => {
    const { alice, bob } = await people();
    await holder.query('BEGIN');
    await holder.query(`INSERT INTO chats (type, "user1Id", "user2Id") VALUES ('direct', $1, $2)`, [
      bob.userId,
      alice.userId,
    ]);
    const block = alice.ok('blockUser', { userId: bob.userId });
    await waitingForLock(world);
    await holder.query('COMMIT');
    await block;
    expect(await expectTrue(alice, bob)).toBe(1);
    expect(await bob.ask('sendMessage', { receiverId: alice.userId, content: 'hi' })).toEqual(BLOCKED);
  });

  it('a send comes before it or is refused, also one that had already looked', async () => {
    const { alice, bob } = await people();
    const { chatId } = await bob.ok<{ chatId: number }>('sendMessage', {
      receiverId: alice.userId,
      content: 'before',
    });
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM chats WHERE id = $1 FOR UPDATE', [chatId]);
    const block = alice.ok('blockUser', { userId: bob.userId });
    await waitingForLock(world);
    const send = bob.ask('sendMessage', { chatId, content: 'too late' });
    await waitingForLock(world, 2);
    await holder.query('COMMIT');
    await block;
    expect(await send).toEqual(BLOCKED);
    expect(await alice.ok('getMessages', { chatId })).toMatchObject({ messages: [{ content: 'before' }] });
  });

  it('an edit comes before it or is refused', async () => {
    const { alice, bob } = await people();
    const { id, chatId } = await bob.ok<{ id: number; chatId: number }>('sendMessage', {
      receiverId: alice.userId,
      content: 'before',
    });
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM chats WHERE id = $1 FOR UPDATE', [chatId]);
    const block = alice.ok('blockUser', { userId: bob.userId });
    await waitingForLock(world);
    const edit = bob.ask('editMessage', { messageId: id, content: 'too late' });
    await waitingForLock(world, 2);
    await holder.query('COMMIT');
    await block;
    expect(await edit).toEqual(BLOCKED);
  });

  it('a block by the other person holds as well', async () => {
    for (let round = 0; round < 10; round++) {
      const { alice, bob } = await people();
      await bob.ok('createChat', { user1Id: bob.userId, user2Id: alice.userId });
      await Promise.all([
        alice.ok('blockUser', { userId: bob.userId }),
        bob.ok('blockUser', { userId: alice.userId }),
        alice.ok('blockUser', { userId: bob.userId }),
      ]);
      expect(await expectTrue(alice, bob)).toBe(1);
      expect(await alice.ask('sendMessage', { receiverId: bob.userId, content: 'hi' })).toEqual(BLOCKED);
    }
  });
});
