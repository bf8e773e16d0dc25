import type { MessageView, SyncedView } from '../../src/contract/index.js';
import { Replica } from '../support/replica.js';
import { type Client, World } from '../support/world.js';

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
    const writers = await Promise.all(Array.from({ length: 4 }, () => world.person()));
    const send = (writer: Client, text: string, metadata?: object) =>
      writer.ok<MessageView>('sendMessage', { receiverId: reader.userId, content: text, metadata });
    const chats: number[] = [];
    for (const writer of writers) chats.push((await send(writer, 'first')).chatId);
    const fresh = new Replica(reader.userId);
    await fresh.catchUp(reader);
    // One of them is new to it.
    const [, unknown] = chats;
    fresh.forget(unknown!);
    for (const writer of writers)
      await Promise.all(Array.from({ length: 80 }, (_, i) => send(writer, content, { i })));

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
        [chatId, chatId === unknown ? 51 : 0],
      );
      expect(fresh.chat(chatId)!.version).toBe(82);
      expect(fresh.messages(chatId).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    }
  });
});
