import { isAfter } from '../../src/changes/position.js';
import { SettledLog } from '../../src/changes/settled.js';
import { lastIds } from '../../src/changes/settled.queries.js';
import { addSink, leaseSinks, removeSink } from '../../src/changes/sinks.queries.js';
import { Database } from '../../src/database/database.js';
import { Receiver, SENDS_WEBHOOKS } from '../support/receiver.js';
import { pause } from '../support/time.js';
import { eventually, World } from '../support/world.js';

/** As after a restore, or when a standby took over that had not got the last commits. */
describe('When the database has lost the end of the log', () => {
  let world: World;
  let receiver: Receiver;
  let sink: string;
  beforeAll(async () => {
    world = await World.start(SENDS_WEBHOOKS);
    receiver = await Receiver.start();
    const asked = { url: receiver.url, events: ['newMessage'] };
    const { body } = await world.http.post('/webhooks').send(asked).expect(201);
    sink = `webhook:${(body as { id: number }).id}`;
  });
  afterAll(async () => {
    await receiver.stop();
    await world.stop();
  });

  const placeOf = async (): Promise<number> => {
    const [row] = await world.sql<{ at: string }>('SELECT "messageId" AS at FROM sinks WHERE name = $1', [
      sink,
    ]);
    return Number(row!.at);
  };
  const messageIds = async () =>
    (await world.sql<{ id: string }>('SELECT id FROM messages ORDER BY id')).map(({ id }) => Number(id));

  /** What came after this message was never written, as far as the database knows. */
  const forget = (messageId: number) =>
    world.sql(
      `WITH gone AS (DELETE FROM messages WHERE id > $1) SELECT setval('messages_id_seq', $1::bigint)`,
      [messageId],
    );

  it('a webhook is told of new messages at once, also by a node that has been running', async () => {
    const { alice, chatId } = await world.pair();
    for (const content of ['one', 'two', 'three', 'four']) await alice.ok('sendMessage', { chatId, content });
    await receiver.until(chatId, 4);
    const all = await messageIds();
    await eventually(async () => (await placeOf()) === all.at(-1));
    const left = all.at(-4)!;
    await forget(left);
    await eventually(async () => (await placeOf()) === left);
    await alice.ok('sendMessage', { chatId, content: 'after it' });
    const came = await receiver.until(chatId, 5);
    expect(came.map(({ body }) => body.data.content)).toEqual(['one', 'two', 'three', 'four', 'after it']);
  });

  it('a webhook is told what it had not got yet of what is left', async () => {
    const { alice, chatId } = await world.pair();
    const held: (() => void)[] = [];
    receiver.manner = (_, response) => void held.push(() => response.writeHead(503).end());
    for (const content of ['one', 'two', 'three', 'four']) await alice.ok('sendMessage', { chatId, content });
    await eventually(() => held.length === 1);
    const all = await messageIds();
    const before = await placeOf();
    // It has read all of them by then.
    await pause(200);
    await forget(all.at(-3)!);
    await pause(200);
    receiver.manner = () => 200;
    held[0]!();
    const came = await receiver.until(chatId, 2);
    expect(came.map(({ body }) => body.data.content)).toEqual(['one', 'two']);
    expect(before).toBeLessThan(all.at(-4)!);
    await eventually(async () => (await placeOf()) === all.at(-3));
  });

  it('a webhook whose place is older is told again what followed, in order, under the same ids', async () => {
    const { alice, chatId } = await world.pair();
    const [before] = (await messageIds()).slice(-1);
    for (const content of ['one', 'two']) await alice.ok('sendMessage', { chatId, content });
    await receiver.until(chatId, 2);
    await eventually(async () => (await placeOf()) > before! + 1);
    await world.sql(
      `UPDATE sinks SET "messageId" = $2, "leaseNo" = "leaseNo" + 1, "leasedUntil" = NULL WHERE name = $1`,
      [sink, before],
    );
    const came = await receiver.until(chatId, 4);
    const [one, two] = [`evt_${chatId}_m1`, `evt_${chatId}_m2`];
    expect(came.map(({ id }) => id)).toEqual([one, two, one, two]);
  });

  describe('and a node', () => {
    let sql: Database;
    beforeAll(() => {
      sql = Database.open({ url: world.config.database.url!, pool: 2, timeoutMs: 4_000 });
    });
    afterAll(() => sql.close());

    it('begins to read for a sink that is past it, that one goes on from its end', async () => {
      await addSink(sql, 'test');
      await world.sql(`UPDATE sinks SET "messageId" = "messageId" + 1000 WHERE name = 'test'`);
      const asked = { node: '00000000-0000-4000-8000-000000000001', ms: 1_000, most: 5, works: ['test'] };
      const last = await lastIds(sql, undefined);
      expect(await leaseSinks(sql, asked)).toEqual([{ name: 'test', leaseNo: 1, wasPast: true, ...last }]);
      await removeSink(sql, 'test');
    });

    it('waited for a transaction, it takes nothing for settled that is not there any more', async () => {
      const { alice, chatId } = await world.pair();
      const settled = new SettledLog(sql);
      await sql.transaction(async (tx) => {
        await tx.run({ name: 'test.takeNumber', text: 'SELECT pg_current_xact_id()' }, []);
        for (const content of ['one', 'two', 'three']) await alice.ok('sendMessage', { chatId, content });
        await settled.look();
      });
      const left = (await messageIds()).at(-3)!;
      await forget(left);
      for (let looks = 0; looks < 3; looks++) {
        const upTo = await settled.look();
        expect(isAfter(upTo, await lastIds(sql, undefined))).toBe(false);
      }
      await eventually(async () => (await settled.look()).messageId === left);
    });
  });
});
