import type { MessageView, SyncedView } from '../../src/contract/index.js';
import { Replica } from '../support/replica.js';
import { pause } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

describe('sync', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const send = (client: Client, chatId: number, content: string) =>
    client.ok<MessageView>('sendMessage', { chatId, content });

  it('gives a client that has nothing each of its chats with the newest page', async () => {
    const { alice, bob, chatId } = await world.pair();
    for (let i = 1; i <= 40; i++) await send(bob, chatId, `m${i}`);
    const synced = await alice.ok<SyncedView>('sync', { versions: {} });
    expect(synced).toMatchObject({ gone: [], more: false });
    expect(synced.chats).toHaveLength(1);
    expect(synced.chats[0]).toMatchObject({
      reset: true,
      more: false,
      upTo: 41,
      chat: { id: chatId, unread: 40, version: 41 },
    });
    expect(synced.chats[0]?.messages.map(({ content }) => content)).toEqual(
      Array.from({ length: 30 }, (_, i) => `m${i + 11}`),
    );
  });

  it('leaves out chats where nothing changed', async () => {
    const { alice, chatId } = await world.pair();
    const { version } = await send(alice, chatId, 'hi');
    expect(await alice.ok('sync', { versions: { [chatId]: version } })).toMatchObject({
      chats: [],
      gone: [],
    });
  });

  it('gives all that changed since a version, in order, edits, deletions and reactions included', async () => {
    const { alice, bob, chatId } = await world.pair();
    const sent = [];
    for (let i = 0; i < 5; i++) sent.push(await send(bob, chatId, `m${i}`));
    const known = sent[2]!.version;
    await bob.ok('editMessage', { messageId: sent[0]!.id, content: 'edited' });
    await bob.ok('deleteMessage', { messageId: sent[1]!.id });
    await alice.ok('addReaction', { messageId: sent[4]!.id, emoji: '👍' });
    const { chats } = await alice.ok<SyncedView>('sync', { versions: { [chatId]: known } });
    expect(chats[0]).toMatchObject({ reset: false, more: false, upTo: known + 5 });
    expect(chats[0]?.messages.map(({ id, version }) => [id, version])).toEqual([
      [sent[3]!.id, known + 1],
      [sent[0]!.id, known + 3],
      [sent[1]!.id, known + 4],
      [sent[4]!.id, known + 5],
    ]);
  });

  it('pages with more, and the pages add up', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { version: from } = await send(bob, chatId, 'start');
    await Promise.all(Array.from({ length: 250 }, (_, i) => send(bob, chatId, `m${i}`)));
    const seqs: number[] = [];
    for (let upTo = from, more = true; more;) {
      const { chats, more: again } = await alice.ok<SyncedView>('sync', { versions: { [chatId]: upTo } });
      expect(chats[0]!.messages.length).toBeLessThanOrEqual(100);
      seqs.push(...chats[0]!.messages.map(({ seq }) => seq));
      ({ upTo, more } = chats[0]!);
      expect(again).toBe(more);
    }
    expect(seqs).toEqual(Array.from({ length: 250 }, (_, i) => i + 2));
  });

  it('resets a chat after too large a gap, or a version that it never had', async () => {
    const { alice, bob, chatId } = await world.pair();
    await Promise.all(Array.from({ length: 1_005 }, (_, i) => send(bob, chatId, `m${i}`)));
    for (const version of [1, 99_999]) {
      const { chats } = await alice.ok<SyncedView>('sync', { versions: { [chatId]: version } });
      expect(chats[0]).toMatchObject({ reset: true, upTo: 1_006 });
    }
  });

  it('names as gone what was deleted, never was, or is somebody else’s', async () => {
    const { alice, chatId } = await world.pair();
    const other = await world.pair();
    await alice.ok('deleteChat', { chatId });
    const versions = { [chatId]: 1, [other.chatId]: 1, 999_999_999: 1 };
    const { gone, chats } = await alice.ok<SyncedView>('sync', { versions });
    expect(new Set(gone)).toEqual(new Set([chatId, other.chatId, 999_999_999]));
    expect(chats).toEqual([]);
  });

  it('brings watermarks and deletions for oneself that moved since', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { at } = await alice.ok<SyncedView>('sync', {});
    const { id: messageId, version } = await send(bob, chatId, 'hi');
    const phone = await world.person(alice.userId);
    await phone.ok('markAsSeen', { messageId });
    await phone.ok('deleteMessage', { messageId, for: 'me' });
    const synced = await alice.ok<SyncedView>('sync', { versions: { [chatId]: version }, since: at });
    expect(synced.watermarks).toContainEqual({
      chatId,
      userId: alice.userId,
      readSeq: 1,
      deliveredSeq: 1,
      unread: 0,
      unreadMentions: 0,
      unreadSeq: 1,
    });
    expect(synced.hidden).toContainEqual({ chatId, messageId });
  });

  it('is the same over REST', async () => {
    const { alice, chatId } = await world.pair();
    await send(alice, chatId, 'hi');
    const { body } = await world.http.post('/sync').set('X-User-Id', `${alice.userId}`).send({}).expect(200);
    expect(body.chats[0]).toMatchObject({ reset: true, chat: { id: chatId } });
  });

  it('makes clients whole that are cut at random hundreds of times during a burst', async () => {
    const { alice, bob, chatId } = await world.pair();
    const watcher = await world.person(bob.userId, { reconnectionDelay: 1, reconnectionDelayMax: 5 });
    const replica = new Replica(bob.userId);
    replica.listen(watcher);
    await replica.catchUp(watcher);

    let bursting = true;
    let cuts = 0;
    const burst = (async () => {
      const ids: number[] = [];
      for (let round = 0; round < 60 || cuts < 200; round++) {
        const sent = await Promise.all(
          Array.from({ length: 10 }, (_, i) => send(i % 2 ? alice : bob, chatId, `r${round}.${i}`)),
        );
        ids.push(...sent.map(({ id }) => id));
        const pick = () => ids[Math.floor(Math.random() * ids.length)]!;
        await alice.ask('editMessage', { messageId: pick(), content: `edit ${round}` });
        await alice.ask('addReaction', { messageId: pick(), emoji: `e${round % 5}` });
        if (round % 7 === 0) await bob.ask('deleteMessage', { messageId: pick() });
        if (round % 9 === 0) await bob.ask('deleteMessage', { messageId: pick(), for: 'me' });
      }
      bursting = false;
    })();

    const { socket } = watcher;
    while (bursting) {
      await pause(Math.random() * 15);
      socket.io.engine.close();
      cuts++;
      await eventually(() => !socket.connected);
      await eventually(() => socket.connected);
      await watcher.ok('userOnline', bob.userId);
      if (Math.random() < 0.8) await replica.catchUp(watcher);
    }
    await burst;
    await replica.catchUp(watcher);

    expect(cuts).toBeGreaterThanOrEqual(200);
    expect(replica.faults).toEqual([]);
    expect(replica.hasGap).toBe(false);
    const rows = await world.sql<{ id: string; version: string; content: string; deletedAt: Date | null }>(
      `SELECT id, version, content, COALESCE(reactions, '[]') AS reactions, "deletedAt" FROM messages m
       WHERE "chatId" = $1 AND id NOT IN (SELECT "messageId" FROM hidden_messages) ORDER BY id`,
      [chatId],
    );
    const local = replica.messages(chatId).sort((a, b) => a.id - b.id);
    expect(
      local.map(({ id, version, content, reactions, deletedAt }) => ({
        id,
        version,
        content,
        // Whose they are is told to one person, and in no event.
        reactions: reactions.map(({ mine: _, ...reaction }) => reaction),
        deletedAt,
      })),
    ).toEqual(
      rows.map(({ id, version, deletedAt, ...row }) => ({
        id: Number(id),
        version: Number(version),
        ...row,
        deletedAt: deletedAt?.toISOString() ?? null,
      })),
    );
  }, 60_000);
});
