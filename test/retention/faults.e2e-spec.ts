import { expectUnreadRight } from '../support/erasures.js';
import { type Node, ownNodes } from '../support/programs.js';

jest.setTimeout(180_000);

const posixOnly = process.platform === 'win32' ? describe.skip : describe;

/** Messages of a chat, of which all but the newest ten are too old: some twenty parts. */
const MESSAGES = 10_000;

posixOnly('The purge of what is too old', () => {
  const nodes = ownNodes();
  const start = () => nodes.start({ RETENTION_DAYS: '30' });
  const ask = async ({ rest }: Node, chatId: number, retentionDays: number) => {
    const response = await fetch(`${rest}/chats/${chatId}/retention`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ retentionDays }),
    });
    expect(response.status).toBe(200);
  };

  /** Two who write by turns, one of whom has read the first half. */
  async function oldChat(): Promise<number> {
    const { rows } = await nodes.sql.query<{ id: string }>(
      `WITH people AS (
         INSERT INTO users (name) VALUES ('a'), ('b') RETURNING id
       ), pair AS (
         SELECT min(id) AS one, max(id) AS other FROM people
       ), made AS (
         INSERT INTO chats (type, "user1Id", "user2Id", "lastSeq", version)
         SELECT 'direct', one, other, $1::int, $1::int + 1 FROM pair RETURNING id
       ), members AS (
         INSERT INTO chat_members ("chatId", "userId", "readSeq", "deliveredSeq", "unreadSeq", "sentBefore")
         SELECT made.id, p.id, s, s, s, s / 2 FROM made, pair, people p,
           LATERAL (SELECT CASE p.id WHEN pair.one THEN $1::int / 2 ELSE 0 END AS s) x
       )
       INSERT INTO messages ("chatId", seq, version, "senderId", "clientId", content, "createdAt")
       SELECT m.id, s, s + 1, CASE s % 2 WHEN 0 THEN one ELSE other END, md5(m.id || ' ' || s), 'message ' || s,
         now() - make_interval(days => CASE WHEN s <= $1::int - 10 THEN 40 ELSE 0 END)
       FROM made m CROSS JOIN pair CROSS JOIN generate_series(1, $1::int) s RETURNING "chatId" AS id`,
      [MESSAGES],
    );
    const chatId = Number(rows[0]!.id);
    await nodes.sql.query(
      `UPDATE chats c SET "user1Sent" = $2::int / 2, "user2Sent" = $2::int / 2 WHERE id = $1`,
      [chatId, MESSAGES],
    );
    await expectUnreadRight(nodes.url);
    return chatId;
  }

  const until = (chatId: number, enough: (left: number) => boolean) =>
    nodes.until<{ left: number }>(
      'SELECT count(*)::int AS left FROM messages WHERE "chatId" = $1',
      [chatId],
      ({ left }) => enough(left),
    );

  async function expectPurged(chatId: number): Promise<void> {
    await until(chatId, (left) => left === 10);
    await nodes.until<{ purged: boolean }>(
      'SELECT "purgedSeq" = $2::int AS purged FROM chats WHERE id = $1',
      [chatId, MESSAGES - 10],
      ({ purged }) => purged,
    );
    const { rows } = await nodes.sql.query(
      'SELECT min(seq) AS first, max(seq) AS last FROM messages WHERE "chatId" = $1',
      [chatId],
    );
    expect(rows).toEqual([{ first: MESSAGES - 9, last: MESSAGES }]);
    await expectUnreadRight(nodes.url);
  }

  it('goes on soon after the next start when the process is killed in the middle', async () => {
    const chatId = await oldChat();
    const first = await start();
    await ask(first, chatId, 29);
    await until(chatId, (left) => left < MESSAGES);
    await nodes.kill(first);
    const { left } = await until(chatId, () => true);
    expect(left).toBeGreaterThan(10);
    expect(left).toBeLessThan(MESSAGES);
    await expectUnreadRight(nodes.url);
    const second = await start();
    await expectPurged(chatId);
    await nodes.kill(second);
  });

  it('is right when two nodes do it at once, and PostgreSQL ends their connections', async () => {
    const chatId = await oldChat();
    const both = [await start(), await start()];
    await Promise.all(both.map((node, nr) => ask(node, chatId, 29 - nr)));
    await until(chatId, (left) => left < MESSAGES);
    await nodes.cutConnections();
    // Whoever was cut waits for the next look, unless it is asked for.
    for (const node of both) await ask(node, chatId, 0).catch(() => undefined);
    await expectPurged(chatId);
    for (const node of both) await nodes.kill(node);
  });
});
