import type { UnreadCountView } from '../../src/contract/index.js';
import { auditUnread } from '../../src/receipts/audit-unread.js';
import { Database } from '../../src/database/database.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

const MESSAGES = 12_000;

describe('Unread counts over a long history', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /** Fills a chat with messages: every third is the reader's. */
  async function fill(chatId: number, writerId: number, readerId: number): Promise<void> {
    await world.sql(
      `INSERT INTO messages ("chatId", seq, version, "senderId", content)
       SELECT $1, c."lastSeq" + n, c.version + n, CASE WHEN n % 3 = 0 THEN $3::bigint ELSE $2::bigint END, 'm'
       FROM chats c, generate_series(1, $4::int) n WHERE c.id = $1`,
      [chatId, writerId, readerId, MESSAGES],
    );
    const sent = [(MESSAGES * 2) / 3, MESSAGES / 3];
    await world.sql(
      `UPDATE chats SET "lastSeq" = "lastSeq" + $2, version = version + $2,
         "user1Sent" = CASE "user1Id" WHEN $3 THEN "user1Sent" + $5 WHEN $4 THEN "user1Sent" + $6 ELSE 0 END,
         "user2Sent" = CASE "user2Id" WHEN $3 THEN "user2Sent" + $5 WHEN $4 THEN "user2Sent" + $6 ELSE 0 END
       WHERE id = $1`,
      [chatId, MESSAGES, writerId, readerId, ...sent],
    );
    await world.sql(
      `UPDATE chat_members SET sent = sent + CASE "userId" WHEN $2 THEN $4::int ELSE $5::int END
       WHERE "chatId" = $1 AND "userId" IN ($2, $3) AND (SELECT type FROM chats WHERE id = $1) = 'group'`,
      [chatId, writerId, readerId, ...sent],
    );
  }

  async function scene(
    kind: 'direct' | 'group',
  ): Promise<{ reader: Client; writer: Client; chatId: number }> {
    if (kind === 'direct') {
      const { alice, bob, chatId } = await world.pair();
      await fill(chatId, bob.userId, alice.userId);
      return { reader: alice, writer: bob, chatId };
    }
    const { owner, members, chatId } = await groupOf(world, 1);
    await fill(chatId, owner.userId, members[0]!.userId);
    return { reader: members[0]!, writer: owner, chatId };
  }

  describe.each(['direct', 'group'] as const)('of a %s chat', (kind) => {
    it('are right wherever the watermark moves: near the old one, near the end, back and forth', async () => {
      const { reader, writer, chatId } = await scene(kind);
      const rows = await world.sql<{ id: number; seq: number }>(
        'SELECT id::int, seq::int FROM messages WHERE "chatId" = $1 ORDER BY seq DESC',
        [chatId],
      );
      const idAt = (fromEnd: number) => rows[fromEnd]!.id;
      const counted = async () => {
        const [row] = await world.sql<{ unread: number }>(
          `SELECT count(n.id)::int AS unread FROM chat_members m LEFT JOIN messages n ON n."chatId" = m."chatId"
             AND n.seq > m."unreadSeq" AND n."senderId" IS DISTINCT FROM m."userId"
           WHERE m."chatId" = $1 AND m."userId" = $2`,
          [chatId, reader.userId],
        );
        return row!.unread;
      };
      const unread = async () => (await reader.ok<UnreadCountView>('getUnreadCount', { chatId })).unread;
      const steps: [command: string, fromEnd: number][] = [
        ['markAsSeen', 11_000],
        ['markAsSeen', 6_500],
        ['markAsSeen', 500],
        ['markAsUnread', 9_000],
        ['markAsUnread', 9_500],
        ['markAsSeen', 9_000],
        ['markAsSeen', 0],
        ['markAsUnread', 9_999],
        ['markAsSeen', 10],
      ];
      for (const [command, fromEnd] of steps) {
        await reader.ok(command, { chatId, messageId: idAt(fromEnd) });
        expect(await unread()).toBe(await counted());
      }
      await Promise.all([
        ...Array.from({ length: 20 }, () => writer.ok('sendMessage', { chatId, content: 'more' })),
        ...Array.from({ length: 20 }, () => reader.ok('sendMessage', { chatId, content: 'mine' })),
        ...Array.from({ length: 20 }, (_, i) =>
          reader.ok(i % 2 ? 'markAsSeen' : 'markAsUnread', { chatId, messageId: idAt(i * 100) }),
        ),
      ]);
      expect(await unread()).toBe(await counted());
      await reader.ok('markAsSeen', { chatId });
      expect(await unread()).toBe(0);
    });
  });

  it('refuse to go back further than ten thousand messages', async () => {
    const { reader, chatId } = await scene('direct');
    await reader.ok('markAsSeen', { chatId });
    const [oldest] = await world.sql<{ id: number }>(
      'SELECT id::int FROM messages WHERE "chatId" = $1 ORDER BY seq LIMIT 1',
      [chatId],
    );
    expect(await reader.refused('markAsUnread', { chatId, messageId: oldest!.id })).toBe('CONFLICT');
    expect(await reader.ok('getUnreadCount', { chatId })).toMatchObject({ unread: 0 });
  });

  it('agree with the audit', async () => {
    const database = Database.open({ url: world.config.database.url!, pool: 1, timeoutMs: 10_000 });
    const { faults } = await auditUnread(database, () => undefined);
    await database.close();
    expect(faults).toEqual([]);
  });
});
