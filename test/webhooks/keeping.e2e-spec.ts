import { removeOld } from '../../src/changes/log.queries.js';
import type { CreatedWebhookView, WebhookView } from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import { Receiver, SENDS_WEBHOOKS } from '../support/receiver.js';
import { eventually, World } from '../support/world.js';

describe('Of webhooks', () => {
  let world: World;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.start();
    world = await World.start({ ...SENDS_WEBHOOKS, WEBHOOK_TIMEOUT_MS: '2000' });
  });
  afterAll(async () => {
    await world.stop();
    await receiver.stop();
  });

  const add = async () => {
    const input = { url: receiver.url, events: ['newMessage'] };
    const { body } = await world.http.post('/webhooks').send(input).expect(201);
    return (body as CreatedWebhookView).id;
  };
  const get = async (id: number) => (await world.http.get(`/webhooks/${id}`).expect(200)).body as WebhookView;

  it('one that is down is probed after 5 s, 1 min, 5 min, 30 min, 2 h, 5 h and each 10 h, a fifth more or less', async () => {
    const { alice, chatId } = await world.pair();
    receiver.manner = () => 503;
    const id = await add();
    await alice.ok('sendMessage', { chatId, content: 'hi' });
    const seconds = [5, 60, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
    for (const [nth, step] of seconds.entries()) {
      const before = Date.now();
      await eventually(async () => (await get(id)).failures === nth + 1);
      const wait = (Date.parse((await get(id)).nextTryAt!) - before) / 1_000;
      expect([nth, wait >= 0.8 * step]).toEqual([nth, true]);
      // The test reads it some time after it was written.
      expect([nth, wait <= 1.2 * step + 8]).toEqual([nth, true]);
      // Its time has come.
      await world.sql(`UPDATE webhooks SET "nextTryAt" = now() WHERE id = $1`, [id]);
    }
    await world.http.delete(`/webhooks/${id}`).expect(200);
    receiver.manner = () => 200;
  });

  it('tries and dead events are kept for WEBHOOK_LOG_DAYS, and what is tried again for as long as it takes', async () => {
    const id = await add();
    // More than are removed at once.
    await world.sql(
      `INSERT INTO webhook_tries ("webhookId", "eventId", kind, try, "tookMs", at)
       SELECT $1::bigint, 'old', 'newMessage', 1, 1, now() - interval '14 days 1 minute' FROM generate_series(1, 1200)
       UNION ALL SELECT $1::bigint, 'kept', 'newMessage', 1, 1, now() - interval '13 days 23 hours'`,
      [id],
    );
    await world.sql(
      `INSERT INTO webhook_parked ("webhookId", "eventId", "chatId", kind, nr, at, tries, "nextTryAt", "deadAt")
       SELECT $1::bigint, name || nth, nth, 'newMessage', 1, now() - interval '30 days', 1, "next", dead FROM (
         SELECT 'old' AS name, nth, NULL::timestamptz AS "next", now() - interval '14 days 1 minute' AS dead
         FROM generate_series(1, 600) nth
         UNION ALL SELECT 'kept', 1, NULL, now() - interval '13 days 23 hours'
         UNION ALL SELECT 'alive', 1, now() + interval '1 hour', NULL
       ) p`,
      [id],
    );
    const names = async (table: string) => {
      const rows = await world.sql<{ name: string }>(
        `SELECT DISTINCT regexp_replace("eventId", '\\d+$', '') AS name FROM ${table} ORDER BY 1`,
      );
      return rows.map(({ name }) => name);
    };
    const other = await World.start({ DATABASE_URL: world.config.database.url! });
    try {
      await eventually(async () => !(await names('webhook_tries')).includes('old'));
      await eventually(async () => !(await names('webhook_parked')).includes('old'));
    } finally {
      await other.stop();
    }
    expect(await names('webhook_tries')).toEqual(['kept']);
    expect(await names('webhook_parked')).toEqual(['alive', 'kept']);
    await world.http.delete(`/webhooks/${id}`).expect(200);
  });

  it('one that has not heard of changes for SINK_KEEP_DAYS goes on after them, and says so', async () => {
    const { alice, chatId } = await world.pair();
    const id = await add();
    await world.http.post(`/webhooks/${id}/disable`).expect(200);
    const { id: messageId } = await alice.ok<{ id: number }>('sendMessage', { chatId, content: 'missed' });
    await alice.ok('editMessage', { messageId, content: 'missed as well' });
    expect(await get(id)).toMatchObject({ skippedAt: null });
    const { keepDays: days } = world.config.sinks;
    await world.sql(`UPDATE outbox SET at = now() - make_interval(days => $1) WHERE "chatId" = $2`, [
      days + 1,
      chatId,
    ]);
    const database = Database.open({ url: world.config.database.url!, pool: 1, timeoutMs: 5_000 });
    try {
      expect(await removeOld(database, { days, most: 1_000 })).toContain(`webhook:${id}`);
    } finally {
      await database.close();
    }
    expect(Date.parse((await get(id)).skippedAt!)).toBeGreaterThan(Date.now() - 60_000);
    await world.http.post(`/webhooks/${id}/enable`).send({}).expect(200);
    await alice.ok('sendMessage', { chatId, content: 'next' });
    const received = await receiver.until(chatId, 1);
    expect(received.map(({ body }) => body.data.content)).toEqual(['next']);
  });
});
