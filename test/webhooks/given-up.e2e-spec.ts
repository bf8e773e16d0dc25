import type { AuditEntryView, CreatedWebhookView, WebhookView } from '../../src/contract/index.js';
import { type Received, Receiver, SENDS_WEBHOOKS, withoutRepeats } from '../support/receiver.js';
import { eventually, World } from '../support/world.js';

describe('A webhook whose receiver does not come back', () => {
  let world: World;
  let failing: Receiver;
  let well: Receiver;
  beforeAll(async () => {
    world = await World.start({ ...SENDS_WEBHOOKS, WEBHOOK_TIMEOUT_MS: '300', WEBHOOK_RETRIES: '40ms' });
  });
  beforeEach(async () => {
    [failing, well] = await Promise.all([Receiver.start(), Receiver.start()]);
  });
  afterEach(async () => {
    const { body } = await world.http.get('/webhooks').expect(200);
    for (const { id } of body as WebhookView[]) await world.http.delete(`/webhooks/${id}`).expect(200);
    await Promise.all([failing.stop(), well.stop()]);
  });
  afterAll(() => world.stop());

  const add = async ({ url }: Receiver, events: readonly string[], description?: string) => {
    const { body } = await world.http.post('/webhooks').send({ url, events, description }).expect(201);
    return (body as CreatedWebhookView).id;
  };
  const get = async (id: number) => (await world.http.get(`/webhooks/${id}`).expect(200)).body as WebhookView;
  const failingFor = (id: number, hours: number) =>
    world.sql(`UPDATE webhooks SET "failingSince" = now() - $2 * interval '1 hour' WHERE id = $1`, [
      id,
      hours,
    ]);
  const told = ({ taken }: Receiver) =>
    withoutRepeats(taken).filter(({ body }) => body.type === 'webhookDisabled');
  const disabledCount = async (reason: string) => {
    const { text } = await world.http.get('/metrics').expect(200);
    return Number(new RegExp(`chat_webhooks_disabled_total\\{reason="${reason}"\\} (\\d+)`).exec(text)![1]);
  };
  const audit = async () =>
    (await world.http.get('/audit?limit=50&action=webhookDisabled').expect(200)).body as AuditEntryView[];

  it('is disabled at once by 410: the others are told, once, and it stands in the audit log and the metrics', async () => {
    const { alice, chatId } = await world.pair();
    const before = await disabledCount('gone');
    failing.manner = () => 410;
    const id = await add(failing, ['*'], 'for invoices');
    await add(well, ['webhookDisabled']);
    await alice.ok('sendMessage', { chatId, content: 'hi' });
    await eventually(() => told(well).length === 1);
    expect(failing.came).toHaveLength(1);
    const [event] = told(well) as [Received];
    expect(event.body).toEqual({
      type: 'webhookDisabled',
      timestamp: expect.any(String),
      chatId: null,
      version: null,
      chat: null,
      users: [],
      data: { webhookId: id, description: 'for invoices', error: 'HTTP 410' },
    });
    expect(event.id).toMatch(new RegExp(`^evt_webhook${id}_\\d+$`));
    expect(await get(id)).toMatchObject({ status: 'disabled', lastError: 'HTTP 410' });
    expect((await audit())[0]).toMatchObject({
      actorId: null,
      details: { webhookId: id, error: 'HTTP 410' },
    });
    expect(await disabledCount('gone')).toBe(before + 1);
    // It is not told of itself when it goes on, and nobody of what an operator did.
    failing.manner = () => 200;
    await world.http.post(`/webhooks/${id}/enable`).send({}).expect(200);
    await failing.until(chatId, 1);
    await world.http.post(`/webhooks/${id}/disable`).expect(200);
    await world.http.post(`/webhooks/${id}/enable`).send({}).expect(200);
    await alice.ok('sendMessage', { chatId, content: 'and on' });
    await failing.until(chatId, 2);
    expect(told(failing)).toEqual([]);
    expect(told(well)).toHaveLength(1);
  });

  it('is disabled after three days in which it failed on more than one, and not before', async () => {
    const { alice, chatId } = await world.pair();
    const before = await disabledCount('down');
    failing.manner = () => 503;
    const id = await add(failing, ['newMessage']);
    await add(well, ['*']);
    await alice.ok('sendMessage', { chatId, content: 'hi' });
    await eventually(async () => (await get(id)).status === 'paused');
    await failingFor(id, 71.9);
    const { failures } = await get(id);
    await eventually(async () => (await get(id)).failures >= failures + 3);
    expect(await get(id)).toMatchObject({ status: 'paused' });
    // It stays with one that gets through meanwhile: the days are counted anew.
    failing.manner = () => 200;
    await eventually(async () => (await get(id)).status === 'on');
    failing.manner = () => 503;
    await alice.ok('sendMessage', { chatId, content: 'again' });
    await eventually(async () => (await get(id)).failures > 0);
    expect(Date.parse((await get(id)).failingSince!)).toBeGreaterThan(Date.now() - 60_000);
    await failingFor(id, 72.1);
    await eventually(async () => (await get(id)).status === 'disabled');
    await eventually(() => told(well).length === 1);
    expect(told(well)[0]!.body.data).toEqual({ webhookId: id, description: null, error: 'HTTP 503' });
    expect(await disabledCount('down')).toBe(before + 1);
  });

  it('is told of once it is heard again by those that were down themselves, unless it is gone', async () => {
    const { alice, chatId } = await world.pair();
    failing.manner = () => 410;
    well.manner = () => 500;
    const id = await add(failing, ['newMessage'], 'kept');
    await add(well, ['webhookDisabled', 'newMessage']);
    await alice.ok('sendMessage', { chatId, content: 'hi' });
    await eventually(async () => (await get(id)).status === 'disabled');
    well.manner = ({ body }) => (body.type === 'webhookDisabled' ? 422 : 200);
    await well.until(chatId, 1);
    await eventually(async () => {
      const rows = await world.sql(
        `SELECT 1 FROM webhook_parked WHERE kind = 'webhookDisabled' AND "deadAt" IS NOT NULL`,
      );
      return rows.length === 1;
    });
    const { body: hooks } = await world.http.get('/webhooks').expect(200);
    const other = (hooks as WebhookView[]).find(({ url }) => url === well.url)!;
    const { body: events } = await world.http.get(`/webhooks/${other.id}/events`).expect(200);
    expect(events).toMatchObject([{ type: 'webhookDisabled', chatId: null }]);
    well.manner = () => 200;
    await world.http.delete(`/webhooks/${id}`).expect(200);
    await world.http.post(`/webhooks/${other.id}/events/replay`).send({}).expect(200);
    await eventually(async () => (await world.sql('SELECT 1 FROM webhook_parked')).length === 0);
    expect(told(well)).toEqual([]);
  });
});
