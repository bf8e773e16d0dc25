import pg from 'pg';
import type { MessageView, SyncedView } from '../../src/contract/index.js';
import { freshDatabase } from '../support/cluster.js';
import { groupOf } from '../support/groups.js';
import { inTime } from '../support/time.js';
import { World } from '../support/world.js';

jest.setTimeout(60_000);

/** How long somebody else holds a lock: longer than any of our time limits. */
const HELD_MS = 12_000;

/** The promise is a second; a busy machine gets two. */
const SOON_MS = 2_000;

describe('What somebody else has locked', () => {
  let world: World;
  let foreign: pg.Client;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await freshDatabase();
    drop = database.drop;
    foreign = new pg.Client({ connectionString: database.url });
    await foreign.connect();
    world = await World.start({ DATABASE_URL: database.url });
  });
  afterAll(async () => {
    await world.stop();
    await foreign.end();
    await drop();
  });

  /** Holds the lock of the statement while `work` runs. */
  const holding = async (statement: string, values: unknown[], work: () => Promise<void>) => {
    await foreign.query('BEGIN');
    await foreign.query(statement, values);
    try {
      await work();
    } finally {
      await foreign.query('ROLLBACK');
    }
  };
  const lockOfChat = 'SELECT 1 FROM chats WHERE id = $1 FOR UPDATE';

  const soon = async <T>(work: Promise<T>): Promise<T> => {
    const since = performance.now();
    const result = await work;
    expect(performance.now() - since).toBeLessThan(SOON_MS);
    return result;
  };

  it('holds up nobody in another chat, for as long as it is locked', async () => {
    const [locked, other] = [await world.pair(), await world.pair()];
    const { owner, members, chatId: groupId } = await groupOf(world, 3);
    // Of somebody whose chat is locked: it reads, and no send of its own is before that.
    const phone = await world.person(locked.alice.userId);
    await holding(lockOfChat, [locked.chatId], async () => {
      const codes: string[] = [];
      const until = performance.now() + HELD_MS;
      for (let n = 0; performance.now() < until; n++) {
        const blocked = [locked.alice, locked.bob].map((client) =>
          inTime(client.ask('sendMessage', { chatId: locked.chatId, content: `locked ${n}` })),
        );
        const { id: messageId } = await soon(
          other.alice.ok<MessageView>('sendMessage', { chatId: other.chatId, content: `free ${n}` }),
        );
        await soon(other.bob.ok('markAsSeen', { messageId }));
        await soon(other.bob.ok('addReaction', { messageId, emoji: '👍' }));
        await soon(owner.ok('sendMessage', { chatId: groupId, content: `group ${n}` }));
        await soon(members[0]!.ok<SyncedView>('sync', { versions: {} }));
        await soon(members[1]!.ok('markAsSeen', { chatId: groupId }));
        const synced = await soon(phone.ok<SyncedView>('sync', { versions: {} }));
        expect(synced.chats.map(({ chat }) => chat.id)).toEqual([locked.chatId]);
        for (const answer of await Promise.all(blocked)) codes.push(answer.ok ? 'ok' : answer.error.code);
      }
      expect(new Set(codes)).toEqual(new Set(['UNAVAILABLE']));
    });
    const { alice, bob, chatId } = locked;
    await alice.ok('sendMessage', { chatId, content: 'free again' });
    expect(await bob.next('newMessage')).toMatchObject({ content: 'free again', seq: 1 });
  });

  it('keeps messages in their order that wait for their chat, and writes each of them once', async () => {
    const { alice, bob, chatId } = await world.pair();
    let answers: Promise<MessageView[]> | undefined;
    await holding(lockOfChat, [chatId], async () => {
      const send = (n: number) => ({ chatId, content: `waits ${n}`, clientId: `waits-${n % 20}` });
      const sends = Array.from({ length: 20 }, (_, n) => alice.ok<MessageView>('sendMessage', send(n)));
      answers = Promise.all([...sends, alice.ok<MessageView>('sendMessage', send(0))]);
      answers.catch(() => undefined);
      // Longer than a statement waits for a lock.
      await new Promise((resolve) => setTimeout(resolve, 1_200));
    });
    const sent = await answers!;
    const contents = Array.from({ length: 20 }, (_, n) => `waits ${n}`);
    expect(sent.map(({ content }) => content)).toEqual([...contents, 'waits 0']);
    expect(sent.slice(0, 20).map(({ seq }) => seq)).toEqual(contents.map((_, n) => n + 1));
    expect(sent[20]).toEqual(sent[0]);
    for (const content of contents) expect(await bob.next('newMessage')).toMatchObject({ content });
  });

  it('lets a message that was refused be sent again with its key', async () => {
    const { alice, chatId } = await world.pair();
    const send = { chatId, content: 'once', clientId: 'retried-after-a-lock' };
    await holding(lockOfChat, [chatId], async () => {
      expect(await inTime(alice.refused('sendMessage', send))).toBe('UNAVAILABLE');
    });
    const message = await alice.ok<MessageView>('sendMessage', send);
    expect(message.seq).toBe(1);
    expect(await alice.ok('sendMessage', send)).toEqual(message);
  });

  it('as a membership makes only receipts of that member wait', async () => {
    const { owner, members, chatId } = await groupOf(world, 3);
    const [one, other] = members;
    const { id: messageId } = await owner.ok<MessageView>('sendMessage', { chatId, content: 'read me' });
    const lock = 'SELECT 1 FROM chat_members WHERE "chatId" = $1 AND "userId" = $2 FOR UPDATE';
    await holding(lock, [chatId, one!.userId], async () => {
      const blocked = inTime(one!.ask('markAsSeen', { messageId }));
      await soon(other!.ok('markAsSeen', { messageId }));
      await soon(members[2]!.ok('markAsDelivered', { messageId }));
      await soon(owner.ok('sendMessage', { chatId, content: 'goes on' }));
      expect(await blocked).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
      expect(await inTime(one!.refused('sendMessage', { chatId, content: 'waits' }))).toBe('UNAVAILABLE');
      await soon(other!.ok('sendMessage', { chatId, content: 'goes on' }));
    });
    expect(await one!.ok('markAsSeen', { messageId })).toMatchObject({ seen: true });
  });

  it('leaves connections for others when many wait to change one chat', async () => {
    const { owner, members, chatId } = await groupOf(world, 19);
    const other = await world.pair();
    const { id: messageId } = await owner.ok<MessageView>('sendMessage', { chatId, content: 'react' });
    await holding(lockOfChat, [chatId], async () => {
      const reactions = members.map((member) =>
        inTime(member.ask('addReaction', { messageId, emoji: '👍' })),
      );
      for (let n = 0; n < 5; n++) {
        await soon(other.alice.ok('sendMessage', { chatId: other.chatId, content: `free ${n}` }));
        await soon(other.bob.ok('getMessages', { chatId: other.chatId }));
      }
      for (const answer of await Promise.all(reactions))
        expect(answer).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
    });
    await members[0]!.ok('addReaction', { messageId, emoji: '👍' });
  });

  it('as a whole table is UNAVAILABLE, and goes on by itself', async () => {
    const { alice, chatId } = await world.pair();
    await holding('LOCK TABLE messages IN ACCESS EXCLUSIVE MODE', [], async () => {
      const answers = await Promise.all([
        inTime(alice.ask('sendMessage', { chatId, content: 'locked' })),
        inTime(alice.ask('getMessages', { chatId })),
      ]);
      for (const answer of answers)
        expect(answer).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
    });
    await soon(alice.ok('sendMessage', { chatId, content: 'free again' }));
  });
});
