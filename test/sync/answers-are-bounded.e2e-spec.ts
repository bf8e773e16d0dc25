import type { MessageView, SyncedView } from '../../src/contract/index.js';
import { Replica } from '../support/replica.js';
import { World } from '../support/world.js';

/** Bytes that one answer may hold, and how far an estimate may be off. */
const MOST_BYTES = 2 * 1024 * 1024 * 1.1;

describe('An answer to sync', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('is bounded in bytes; a client that asks again while there is more gets everything', async () => {
    const reader = await world.person();
    // Three bytes of UTF-8 each: 2.4 MB of texts in each chat.
    const content = '字'.repeat(10_000);
    const chats: number[] = [];
    for (let chat = 0; chat < 4; chat++) {
      const writer = await world.person();
      const send = (text: string, metadata?: object) =>
        writer.ok<MessageView>('sendMessage', { receiverId: reader.userId, content: text, metadata });
      chats.push((await send('first')).chatId);
      await Promise.all(Array.from({ length: 80 }, (_, i) => send(content, { i })));
    }
    const known = new Replica(reader.userId);
    await known.catchUp(reader);
    const fresh = new Replica(reader.userId);
    for (const [chatId, local] of known.chats) {
      // Before all but the first of the messages, but for one chat that is new to it.
      if (chatId === chats[1]) continue;
      local.version = 2;
      local.messages.clear();
      fresh.chats.set(chatId, local);
    }

    const asked = jest.spyOn(reader, 'ok');
    await fresh.catchUp(reader);
    const answers = (await Promise.all(
      asked.mock.results.map(({ value }) => value as unknown),
    )) as SyncedView[];
    expect(answers.length).toBeGreaterThan(3);
    for (const answer of answers) {
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(MOST_BYTES);
      expect(answer.chats).not.toEqual([]);
    }
    expect(fresh.faults).toEqual([]);
    for (const chatId of chats) {
      const rows = await world.sql<{ id: number }>(
        'SELECT id::int FROM messages WHERE "chatId" = $1 AND seq > $2 ORDER BY seq',
        [chatId, chatId === chats[1] ? 51 : 1],
      );
      const local = fresh.chats.get(chatId)!;
      expect(local.version).toBe(82);
      expect([...local.messages.keys()].sort((one, other) => one - other)).toEqual(rows.map(({ id }) => id));
    }
  });
});
