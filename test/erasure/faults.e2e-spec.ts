import type { ErasureView } from '../../src/contract/index.js';
import { expectNoGaps, writerInGroups } from '../support/bulk.js';
import { expectUnreadRight, tracesOf } from '../support/erasures.js';
import { ownNodes } from '../support/programs.js';
import { pause } from '../support/time.js';

jest.setTimeout(180_000);

const posixOnly = process.platform === 'win32' ? describe.skip : describe;

const MESSAGES = 4_000;

posixOnly('The erasure of a person', () => {
  const nodes = ownNodes();
  let people = 0;

  /** Somebody with thousands of messages in a hundred groups of three, which the others have not read. */
  async function somebody(): Promise<{ id: number; word: string }> {
    const id = ++people * 10;
    const word = `Zaphodine${people}`;
    await writerInGroups(nodes.url, { id, word, messages: MESSAGES, groups: 100 });
    return { id, word };
  }

  async function ask(rest: string, id: number): Promise<number> {
    const response = await fetch(`${rest}/users/${id}?messages=erase`, { method: 'DELETE' });
    expect(response.status).toBe(200);
    return ((await response.json()) as ErasureView).id;
  }

  const until = (erasureId: number, enough: (row: { messages: number; done: boolean }) => boolean) =>
    nodes.until(
      `SELECT COALESCE((counts ->> 'messages')::int, 0) AS messages, "doneAt" IS NOT NULL AS done
       FROM erasures WHERE id = $1`,
      [erasureId],
      enough,
    );

  async function expectAllGone(erasureId: number, id: number, word: string): Promise<void> {
    expect(await until(erasureId, ({ done }) => done)).toEqual({ messages: MESSAGES, done: true });
    expect(await tracesOf(nodes.url, id, [word])).toEqual([]);
    await expectUnreadRight(nodes.url);
    await expectNoGaps(nodes.url);
  }

  it('is finished by the next start when the process is killed in the middle', async () => {
    const { id, word } = await somebody();
    const first = await nodes.start();
    const erasureId = await ask(first.rest, id);
    await until(erasureId, ({ messages }) => messages > 0);
    await nodes.kill(first);
    const { messages, done } = await until(erasureId, () => true);
    expect(done).toBe(false);
    expect(messages).toBeLessThan(MESSAGES);
    const second = await nodes.start();
    await expectAllGone(erasureId, id, word);
    await nodes.kill(second);
  });

  it('is the same when two nodes do it at once', async () => {
    const { id, word } = await somebody();
    const [one, other] = [await nodes.start(), await nodes.start()];
    const [erasureId, same] = await Promise.all([ask(one.rest, id), ask(other.rest, id)]);
    expect(same).toBe(erasureId);
    // Both believe that it is theirs, again and again.
    for (let taken = 0; taken < 10; taken++) {
      await nodes.sql.query('UPDATE erasures SET "leasedUntil" = now() WHERE id = $1 AND "doneAt" IS NULL', [
        erasureId,
      ]);
      if ((await until(erasureId, () => true)).done) break;
      // A request makes a node look for work at once.
      await Promise.all([ask(one.rest, id), ask(other.rest, id)]);
      await pause(100);
    }
    await expectAllGone(erasureId, id, word);
    for (const node of [one, other]) await nodes.kill(node);
  });

  it('goes on when PostgreSQL ends its connections', async () => {
    const { id, word } = await somebody();
    const node = await nodes.start();
    const erasureId = await ask(node.rest, id);
    for (let killed = 0; killed < 5; killed++) {
      await nodes.cutConnections();
      await pause(150);
    }
    await expectAllGone(erasureId, id, word);
    await nodes.kill(node);
  });
});
