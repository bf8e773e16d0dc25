import type { MessageView, StreamPositionView } from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import { attachStream, beginStream } from '../../src/streams/streams.queries.js';
import { type Client, World } from '../support/world.js';

const write = (client: Client, messageId: number, offset: number, text: string) =>
  client.ok<StreamPositionView>('sendDelta', { messageId, offset, text });

describe('A stream that is begun', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const counted = async (name: string) => {
    const { text } = await world.http.get('/metrics').expect(200);
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)![1]);
  };

  it('twice at once with one key is one, and counts as one', async () => {
    const { alice, chatId } = await world.pair();
    const tablet = await world.person(alice.userId);
    const before = await counted('chat_streams_total');
    for (let nth = 0; nth < 15; nth++) {
      const input = { chatId, content: 'a', clientId: `key-${nth}` };
      const [one, other] = await Promise.all(
        [alice, tablet].map((client) => client.ok<MessageView>('streamMessage', input)),
      );
      expect(one!.id).toBe(other!.id);
      expect(await write(alice, one!.id, 1, 'b')).toEqual({ chatId, messageId: one!.id, offset: 2 });
    }
    expect(await counted('chat_streams_total')).toBe(before + 15);
  });

  // The index of the other one's row can be read just before that row changes, and the row just after: it is missed.
  it('is attached once by many at once, none of which fails', async () => {
    const { alice, chatId } = await world.pair();
    const { userId } = alice;
    const database = Database.open({ ...world.config.database, url: world.config.database.url! });
    const lane = async (): Promise<number> => {
      const { id: messageId } = await alice.ok<MessageView>('sendMessage', { chatId, content: 'a' });
      await world.sql(`UPDATE messages SET metadata = '{"streaming": true}' WHERE id = ${messageId}`);
      let attached = 0;
      for (let nth = 0; nth < 500; nth++) {
        const stream = {
          userId,
          key: `${messageId}-${nth}`,
          messageId,
          chatId,
          content: '',
          leaseMs: 60_000,
        };
        await beginStream(database, { ...stream, most: 1_000 });
        const known = await Promise.all([1, 2, 3].map(() => attachStream(database, stream)));
        attached += known.filter(Boolean).length;
        await world.sql(`DELETE FROM message_streams WHERE "messageId" = ${messageId}`);
      }
      return attached;
    };
    try {
      expect(await Promise.all(Array.from({ length: 6 }, lane))).toEqual(Array(6).fill(500));
    } finally {
      await database.close();
    }
  });

  it('grows, although the one that began it with the same key has failed meanwhile', async () => {
    const { alice, chatId } = await world.pair();
    // What the other one does when its send is refused.
    await world.sql(`
      CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN DELETE FROM message_streams WHERE key = NEW."clientId"; RETURN NULL; END $$;
      CREATE TRIGGER forget AFTER INSERT ON messages FOR EACH ROW
      WHEN (NEW."clientId" = 'forgotten') EXECUTE FUNCTION forget()`);
    const input = { chatId, content: 'a', clientId: 'forgotten' };
    const { id } = await alice.ok<MessageView>('streamMessage', input);
    expect(await write(alice, id, 1, 'b')).toMatchObject({ offset: 2 });
    await world.sql('DROP TRIGGER forget ON messages');
  });

  it('stays, when a repeat of it fails', async () => {
    const { alice, chatId } = await world.pair();
    const input = { chatId, content: 'a', clientId: 'again' };
    const { id } = await alice.ok<MessageView>('streamMessage', input);
    expect(await alice.refused('streamMessage', { ...input, content: 'b' })).toBe('IDEMPOTENCY_MISMATCH');
    expect(await write(alice, id, 1, 'b')).toMatchObject({ offset: 2 });
  });

  it('takes the deltas of its writer, whatever others send for it', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id } = await alice.ok<MessageView>('streamMessage', { chatId, content: 'a' });
    const deltas = await counted('chat_stream_deltas_total');
    for (let end = 1; end <= 10; end++) {
      const [refusal, repeat] = await Promise.all([
        bob.refused('sendDelta', { messageId: id, offset: end, text: 'x' }),
        // All of it is there but the last letter.
        write(alice, id, 0, 'a'.repeat(end)),
        bob.refused('sendDelta', { messageId: id, offset: 0, text: 'x' }),
      ]);
      expect(refusal).toBe('FORBIDDEN');
      expect(repeat).toEqual({ chatId, messageId: id, offset: end });
      await write(alice, id, end, 'a');
    }
    expect(await counted('chat_stream_deltas_total')).toBe(deltas + 10);
  });
});
