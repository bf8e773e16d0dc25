import { oldChat } from '../support/bulk.js';
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
    const chatId = await oldChat(nodes.url, MESSAGES);
    const first = await start();
    await ask(first, chatId, 29);
    await until(chatId, (left) => left < MESSAGES);
    await nodes.kill(first);
    const { left } = await until(chatId, () => true);
    expect(left).toBeGreaterThan(10);
    expect(left).toBeLessThan(MESSAGES);
    await expectUnreadRight(nodes.url);
    // Nobody asks for this one: it is too old for RETENTION_DAYS when the process starts.
    const unasked = await oldChat(nodes.url, MESSAGES);
    const second = await start();
    await expectPurged(chatId);
    await expectPurged(unasked);
    await nodes.kill(second);
  });

  it('is right when two nodes do it at once, and PostgreSQL ends their connections', async () => {
    const chatId = await oldChat(nodes.url, MESSAGES);
    const both = [await start(), await start()];
    await Promise.all(both.map((node, nr) => ask(node, chatId, 29 - nr)));
    await until(chatId, (left) => left < MESSAGES);
    await nodes.cutConnections();
    await expectPurged(chatId);
    for (const node of both) await nodes.kill(node);
  });
});
