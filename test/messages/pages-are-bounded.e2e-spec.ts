import type { ChatListItem, MessageEditView, MessagesPage, MessageView } from '../../src/contract/index.js';
import { newApiKey, ownAccounts } from '../support/accounts.js';
import { edges, over } from '../support/edges.js';
import { LONGEST_AS_JSON } from '../support/texts.js';
import { type Client, World } from '../support/world.js';

/** Most bytes of a page as it is sent. */
const MOST_BYTES = 256 * 1024;

/** A text of the greatest length that takes so many bytes a character as JSON in UTF-8. */
const texts: [bytes: number, text: string][] = [
  [1, 'a'.repeat(10_000)],
  [3, '字'.repeat(10_000)],
  [6, LONGEST_AS_JSON],
];

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('A page', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /** A chat of a hundred and twenty messages of that text. */
  async function longChat(content: string): Promise<{ alice: Client; bob: Client; chatId: number }> {
    const pair = await world.pair();
    const { alice, chatId } = pair;
    await Promise.all(
      Array.from({ length: 120 }, () => alice.ok<MessageView>('sendMessage', { chatId, content })),
    );
    return pair;
  }

  describe.each(texts)('of messages of %d bytes a character', (bytes, content) => {
    let bob: Client;
    let chatId: number;
    beforeAll(async () => {
      ({ bob, chatId } = await longChat(content));
    });

    const fitting = Math.min(100, Math.floor(MOST_BYTES / (10_000 * bytes + 400)));

    describe.each(edges)('over %s', (edge) => {
      const page = async (query: object): Promise<[seqs: number[], more: boolean]> => {
        const read = await over(edge, world, bob).ok<MessagesPage>('getMessages', {
          chatId,
          limit: 100,
          ...query,
        });
        expect(bytesOf({ ok: true, data: read })).toBeLessThanOrEqual(MOST_BYTES);
        return [read.messages.map(({ seq }) => seq), read.more];
      };

      it('has as many as fit into 256 KiB, next to the place that was asked for', async () => {
        const [newest, older] = await page({});
        expect([newest.at(-1), older]).toEqual([120, true]);
        expect(Math.abs(newest.length - fitting)).toBeLessThanOrEqual(1);
        const [oldest, newer] = await page({ after: 0 });
        expect([oldest[0], newer]).toEqual([1, true]);
        expect(oldest).toHaveLength(newest.length);
        const [around] = await page({ around: 60 });
        expect(around).toContain(60);
        expect(around).toEqual(Array.from(around, (_, i) => around[0]! + i));
      });

      it('leads on without gap or repeat, back to the first and forth to the last', async () => {
        const back: number[] = [];
        for (let more = true; more;) {
          const [seqs, still] = await page({ before: back[0] ?? 121 });
          back.unshift(...seqs);
          more = still;
        }
        const forth: number[] = [];
        for (let more = true; more;) {
          const [seqs, still] = await page({ after: forth.at(-1) ?? 0 });
          forth.push(...seqs);
          more = still;
        }
        const all = Array.from({ length: 120 }, (_, i) => i + 1);
        expect([back, forth]).toEqual([all, all]);
      });
    });
  });

  it('of chats ends at 256 KiB of last messages; asked on, the list ends with an empty page', async () => {
    const reader = await world.person();
    const content = LONGEST_AS_JSON;
    const chatIds = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const writer = await world.person();
        return (await writer.ok<MessageView>('sendMessage', { receiverId: reader.userId, content })).chatId;
      }),
    );
    const seen: number[] = [];
    const sizes: number[] = [];
    for (let before: string | undefined; ;) {
      const page = await reader.ok<ChatListItem[]>('getChats', { limit: 500, before });
      expect(bytesOf({ ok: true, data: page })).toBeLessThanOrEqual(MOST_BYTES);
      if (page.length === 0) break;
      sizes.push(page.length);
      seen.push(...page.map(({ id }) => id));
      before = page.at(-1)!.cursor;
    }
    expect(sizes.length).toBeGreaterThan(1);
    expect(seen.sort((one, other) => one - other)).toEqual(chatIds.sort((one, other) => one - other));
  });

  it('of earlier versions ends at 256 KiB, and is asked on from there', async () => {
    const { alice, bob, chatId } = await world.pair();
    const content = (i: number) => String(i).padEnd(10_000, '\u0001');
    const { id: messageId } = await alice.ok<MessageView>('sendMessage', { chatId, content: content(0) });
    for (let i = 1; i <= 30; i++) await alice.ok('editMessage', { messageId, content: content(i) });
    const read: MessageEditView[] = [];
    for (;;) {
      const { body } = await world.http
        .get(`/messages/${messageId}/edits`)
        .query({ after: read.length })
        .set('X-User-Id', `${bob.userId}`);
      expect(bytesOf(body)).toBeLessThanOrEqual(MOST_BYTES);
      if (body.length === 0) break;
      expect(body.length).toBeLessThan(30);
      read.push(...(body as MessageEditView[]));
    }
    expect(read.map((edit) => parseInt(edit.content))).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });
});

describe('A page of reports', () => {
  it('ends at 256 KiB, and is asked on from there', async () => {
    const key = newApiKey();
    const world = await World.start({ ...ownAccounts(), API_KEYS: key });
    const [user] = await world.sql<{ id: number }>(`INSERT INTO users (id) VALUES (1) RETURNING id::int`);
    await world.sql(
      `INSERT INTO message_reports ("messageId", "reporterId", "chatId", seq, content, edits, "sentAt")
       SELECT n, $1, 1, n, 'reported', (
         SELECT jsonb_agg(jsonb_build_object('content', repeat(E'\\x01', 10000), 'at', '2026-01-01T00:00:00.000Z'))
         FROM generate_series(1, 3)
       ), now() FROM generate_series(1, 12) n`,
      [user!.id],
    );
    const seen: number[] = [];
    for (;;) {
      const { body } = await world.http
        .get('/reports')
        .query({ limit: 100, ...(seen.length > 0 && { after: seen.at(-1) }) })
        .set('X-Api-Key', key)
        .expect(200);
      if (body.length === 0) break;
      expect(bytesOf(body)).toBeLessThanOrEqual(MOST_BYTES);
      expect(body.length).toBeLessThan(12);
      seen.push(...(body as { reportId: number }[]).map(({ reportId }) => reportId));
    }
    expect(seen).toHaveLength(12);
    await world.stop();
  });
});
