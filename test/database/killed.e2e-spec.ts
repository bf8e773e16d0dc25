import type { ChatView, ErasureView } from '../../src/contract/index.js';
import { expectNoGaps, longChat, oldChat, writerInGroups, YOUNG } from '../support/bulk.js';
import { expectUnreadRight, tracesOf } from '../support/erasures.js';
import { dataOf, linesIn } from '../support/exports.js';
import { HeldChanges } from '../support/held-changes.js';
import { ownPostgres, query } from '../support/own-postgres.js';
import { type Addresses, Installation, type Program, serving } from '../support/process.js';
import { Receiver, SENDS_WEBHOOKS, withoutRepeats } from '../support/receiver.js';
import { pause } from '../support/time.js';

jest.setTimeout(180_000);

const posixOnly = process.platform === 'win32' ? describe.skip : describe;

/** How long work in the background may take to go on, in milliseconds. */
const PATIENCE_MS = 60_000;

posixOnly('While PostgreSQL is killed and started again,', () => {
  const postgres = ownPostgres();
  let installed: Installation;
  let program: Program;
  let rest: Addresses['rest'];
  beforeAll(async () => {
    installed = await Installation.make();
    program = installed.start({
      ...SENDS_WEBHOOKS,
      DATABASE_URL: postgres.url,
      AUTH: 'open',
      RETENTION_DAYS: '30',
    });
    ({ rest } = await serving(program));
  });
  afterAll(() => installed.remove());

  async function until<Row extends object>(text: string, id: number, enough: (row: Row) => boolean) {
    for (const end = performance.now() + PATIENCE_MS; ; await pause(50)) {
      const [row] = await query<Row>(postgres.url, text, [id]);
      if (row && enough(row)) return row;
      if (performance.now() > end) throw new Error(`Not so far: ${JSON.stringify(row)}`);
    }
  }

  /** Kills it while a statement of the server is held, and starts it again. */
  async function killHolding(held: HeldChanges): Promise<void> {
    await held.holding();
    await postgres.kill();
    await held.end();
    await postgres.restart();
  }

  it('an erasure goes on by itself, and ends right', async () => {
    const [id, word, messages] = [1_000, 'Zaphodine', 1_000];
    await writerInGroups(postgres.url, { id, word, messages, groups: 10 });
    const held = await HeldChanges.begin(postgres.url, {
      table: 'erasures',
      when: 'OLD.counts IS DISTINCT FROM NEW.counts',
      from: 6,
    });
    const response = await fetch(`${rest}/users/${id}?messages=erase`, { method: 'DELETE' });
    const { id: erasureId } = (await response.json()) as ErasureView;
    await killHolding(held);
    const { counts } = await until<{ counts: object; done: boolean }>(
      'SELECT counts, "doneAt" IS NOT NULL AS done FROM erasures WHERE id = $1',
      erasureId,
      ({ done }) => done,
    );
    expect(counts).toMatchObject({ messages });
    expect(await tracesOf(postgres.url, id, [word])).toEqual([]);
    await expectUnreadRight(postgres.url);
    await expectNoGaps(postgres.url);
  });

  it('a purge goes on by itself, and ends right', async () => {
    const messages = 3_000;
    const chatId = await oldChat(postgres.url, messages);
    const held = await HeldChanges.begin(postgres.url, {
      table: 'chats',
      when: 'OLD."purgedSeq" <> NEW."purgedSeq"',
      from: 3,
    });
    const response = await fetch(`${rest}/chats/${chatId}/retention`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ retentionDays: 29 }),
    });
    expect(response.status).toBe(200);
    await killHolding(held);
    const { purged } = await until<{ purged: number; left: number }>(
      `SELECT c."purgedSeq"::int AS purged, (SELECT count(*)::int FROM messages WHERE "chatId" = c.id) AS left
       FROM chats c WHERE id = $1`,
      chatId,
      ({ left }) => left === YOUNG,
    );
    expect(purged).toBe(messages - YOUNG);
    await expectUnreadRight(postgres.url);
    await expectNoGaps(postgres.url);
  });

  it('an export breaks off without its end, and is whole when it is asked for again', async () => {
    // More than fits into the buffers between a server and a reader who waits.
    const messages = 3_000;
    const chatId = await longChat(postgres.url, messages);
    const ask = () => fetch(`${rest}/chats/${chatId}/export`);
    const { status, body } = await ask();
    expect(status).toBe(200);
    const reader = body!.getReader();
    const heard = [(await reader.read()).value as Uint8Array];
    await postgres.kill();
    const reading = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        heard.push(value);
      }
    })();
    await expect(reading).rejects.toThrow('terminated');
    const lines = Buffer.concat(heard).toString();
    expect(lines).toContain('"type":"header"');
    expect(lines).not.toContain('"type":"end"');
    await postgres.restart();
    let again = await ask();
    for (const end = performance.now() + PATIENCE_MS; again.status !== 200; again = await ask()) {
      await again.text();
      if (performance.now() > end) throw new Error(`No export: ${again.status}`);
      await pause(100);
    }
    const whole = linesIn(await again.text());
    expect(whole.at(-1)!.type).toBe('end');
    expect(dataOf(whole, 'message')).toHaveLength(messages);
    expect(program.output).not.toMatch(/unhandled/i);
  });

  it('webhooks wait, and miss nothing', async () => {
    const receiver = await Receiver.start();
    try {
      const post = async <View>(path: string, input: object, as?: number): Promise<View> => {
        const headers = {
          'content-type': 'application/json',
          ...(as === undefined ? {} : { 'x-user-id': String(as) }),
        };
        const init = { method: 'POST', headers, body: JSON.stringify(input) };
        for (const end = performance.now() + PATIENCE_MS; ; await pause(100)) {
          const response = await fetch(`${rest}${path}`, init);
          if (response.ok) return (await response.json()) as View;
          const { status } = response;
          // Away for now: the same key makes it one message, however often it is sent.
          if (status !== 503 || performance.now() > end) throw new Error(`${path}: ${status}`);
        }
      };
      const [alice, bob] = [100_001, 100_002];
      const { id: chatId } = await post<ChatView>('/chats', { user1Id: alice, user2Id: bob }, alice);
      await post('/webhooks', { url: receiver.url, events: ['newMessage'] });
      const send = async (nth: number) => {
        const content = `message ${nth}`;
        await post(`/chats/${chatId}/messages`, { content, clientId: `killed-${nth}` }, alice);
      };
      await Promise.all(Array.from({ length: 30 }, (_, nth) => send(nth)));
      await postgres.kill();
      await postgres.restart();
      await Promise.all(Array.from({ length: 10 }, (_, nth) => send(30 + nth)));
      const rows = await query<{ seq: number }>(
        postgres.url,
        'SELECT seq FROM messages WHERE "chatId" = $1 ORDER BY id',
        [chatId],
      );
      expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, nth) => nth + 1));
      for (const end = performance.now() + PATIENCE_MS; receiver.of(chatId).length < 40; await pause(50)) {
        if (performance.now() > end) throw new Error(`Only ${receiver.of(chatId).length} came`);
      }
      // At least once, as after each crash: each for the first time in the order of the chat.
      const ids = withoutRepeats(receiver.of(chatId)).map(({ id }) => id);
      expect(ids).toEqual(rows.map(({ seq }) => `evt_${chatId}_m${seq}`));
      expect(program.output).not.toMatch(/unhandled/i);
    } finally {
      await receiver.stop();
    }
  });
});
