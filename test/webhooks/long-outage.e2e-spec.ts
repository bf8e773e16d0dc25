import type { CreatedWebhookView, WebhookView } from '../../src/contract/index.js';
import { Receiver, SENDS_WEBHOOKS, waysToBeDown } from '../support/receiver.js';
import { eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

const MAX_PARKED = 20;
const CHATS = 5;

describe('A receiver that fails for long, in every way there is', () => {
  let world: World;
  let failing: Receiver;
  let well: Receiver;
  beforeAll(async () => {
    [failing, well] = await Promise.all([Receiver.start(), Receiver.start()]);
    world = await World.start({
      ...SENDS_WEBHOOKS,
      WEBHOOK_TIMEOUT_MS: '300',
      // An outage of hours in seconds, and no event is given up meanwhile.
      WEBHOOK_RETRIES: `50ms,100ms,100ms,${Array<string>(12).fill('2s').join(',')}`,
      WEBHOOK_MAX_PARKED: String(MAX_PARKED),
    });
  });
  afterAll(async () => {
    await world.stop();
    await Promise.all([failing.stop(), well.stop()]);
  });

  it('makes no other webhook wait, keeps few rows, and gets all in order and nothing twice in the end', async () => {
    const [{ id }, other] = (await Promise.all(
      [failing, well].map(async ({ url }) => {
        const input = { url, events: ['newMessage'] };
        return (await world.http.post('/webhooks').send(input).expect(201)).body as CreatedWebhookView;
      }),
    )) as [CreatedWebhookView, CreatedWebhookView];
    const get = async (webhookId: number) =>
      (await world.http.get(`/webhooks/${webhookId}`).expect(200)).body as WebhookView;
    const pairs = await Promise.all(Array.from({ length: CHATS }, () => world.pair()));
    const chats = pairs.map(({ chatId }) => chatId);
    let sent = 0;
    const say = async (count: number) => {
      for (const end = sent + count; sent < end; sent++)
        await Promise.all(
          pairs.map(({ alice, chatId }) => alice.ok('sendMessage', { chatId, content: `${sent}` })),
        );
    };
    const expected = (chatId: number) =>
      Array.from({ length: sent }, (_, nth) => `evt_${chatId}_m${nth + 1}`);
    const expectAllAt = async (receiver: Receiver) => {
      for (const chatId of chats) {
        const received = await receiver.until(chatId, sent);
        expect(received.map((event) => event.id)).toEqual(expected(chatId));
      }
    };

    // It is down: the log of changes is the backlog, not a row is written.
    let nth = 0;
    failing.manner = (...args) => waysToBeDown[nth++ % waysToBeDown.length]![1](...args);
    await say(30);
    await eventually(async () => (await get(id)).failures >= 3 && nth >= waysToBeDown.length);
    await expectAllAt(well);
    expect(await get(id)).toMatchObject({ status: 'paused', parked: 0 });
    expect(failing.taken).toEqual([]);

    // It is there, and refuses what is of most chats: that is parked, so much and no more.
    const refused = new Set(chats.slice(0, 3));
    failing.manner = ({ body }) => (refused.has(body.chatId) ? 422 : 200);
    await eventually(async () => (await get(id)).parked >= MAX_PARKED);
    await say(20);
    await expectAllAt(well);
    const { parked, status, dead } = await get(id);
    expect({ status, dead }).toEqual({ status: 'on', dead: 0 });
    // Of each chat one may be under way when it is full.
    expect(parked).toBeLessThanOrEqual(MAX_PARKED + CHATS);
    expect(await get(other.id)).toMatchObject({ status: 'on', failures: 0, parked: 0, dead: 0 });

    failing.manner = () => 200;
    await expectAllAt(failing);
    await eventually(async () => (await get(id)).parked === 0);
    expect(await get(id)).toMatchObject({ status: 'on', failures: 0, dead: 0 });
    expect(failing.taken).toHaveLength(CHATS * sent);
    expect(well.taken).toHaveLength(CHATS * sent);
  });

  it('parks nothing more while it is down, and is probed with what waits aside when there is nothing else', async () => {
    const { alice, chatId } = await world.pair();
    for (const { id } of (await world.http.get('/webhooks').expect(200)).body as WebhookView[])
      await world.http.delete(`/webhooks/${id}`).expect(200);
    const input = { url: failing.url, events: ['newMessage'] };
    const { id } = (await world.http.post('/webhooks').send(input).expect(201)).body as CreatedWebhookView;
    const get = async () => (await world.http.get(`/webhooks/${id}`).expect(200)).body as WebhookView;
    const COUNT = 3 * MAX_PARKED;
    failing.manner = ({ body }) => (body.data.content === 'first' ? 422 : 200);
    await alice.ok('sendMessage', { chatId, content: 'first' });
    await eventually(async () => (await get()).parked === 1);
    failing.manner = () => 503;
    for (let nth = 1; nth < COUNT; nth++) await alice.ok('sendMessage', { chatId, content: `${nth}` });
    await eventually(async () => {
      const { status, failures } = await get();
      return status === 'paused' && failures >= 2;
    });
    // All that is in the log is of a chat that waits aside.
    const most = (await get()).parked;
    expect(most).toBeLessThanOrEqual(MAX_PARKED + 1);
    const { failures } = await get();
    await eventually(async () => (await get()).failures > failures);
    expect(await get()).toMatchObject({ status: 'paused', parked: most, dead: 0 });
    failing.manner = () => 200;
    const received = await failing.until(chatId, COUNT);
    expect(received.map((event) => event.id)).toEqual(
      Array.from({ length: COUNT }, (_, nth) => `evt_${chatId}_m${nth + 1}`),
    );
    await eventually(async () => (await get()).parked === 0);
    expect(await get()).toMatchObject({ status: 'on', failures: 0, dead: 0 });
  });
});
