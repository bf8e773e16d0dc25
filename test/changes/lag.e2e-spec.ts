import { Receiver, SENDS_WEBHOOKS } from '../support/receiver.js';
import { eventually, World } from '../support/world.js';

describe('How far the sinks are behind', () => {
  let world: World;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.start();
    world = await World.start({ ...SENDS_WEBHOOKS, WEBHOOK_RETRIES: '40ms' });
  });
  afterAll(async () => {
    await world.stop();
    await receiver.stop();
  });

  const lagOf = async (sink: string) => {
    const { text } = await world.http.get('/metrics').expect(200);
    return Number(new RegExp(`chat_sink_lag_seconds\\{sink="${sink}"\\} (\\S+)`).exec(text)?.[1]);
  };

  it('is a metric by kind: of webhooks the one that is furthest, and none that is disabled', async () => {
    const { alice, chatId } = await world.pair();
    const [down] = await Promise.all(
      ['/down', '/well'].map(async (path) => {
        const input = { url: `${receiver.url}${path}`, events: ['newMessage'] };
        return ((await world.http.post('/webhooks').send(input).expect(201)).body as { id: number }).id;
      }),
    );
    expect(await lagOf('webhook')).toBe(0);
    receiver.manner = ({ path }) => (path.endsWith('/down') ? 500 : 200);
    await alice.ok('sendMessage', { chatId, content: 'hi' });
    await receiver.until(chatId, 1);
    await world.sql(`UPDATE messages SET "createdAt" = now() - interval '1 hour' WHERE "chatId" = $1`, [
      chatId,
    ]);
    await eventually(async () => (await lagOf('webhook')) > 3_599);
    await eventually(async () => (await lagOf('inbox')) === 0);
    await world.http.post(`/webhooks/${down}/disable`).expect(200);
    await eventually(async () => (await lagOf('webhook')) === 0);
    receiver.manner = () => 200;
    await world.http.post(`/webhooks/${down}/enable`).send({}).expect(200);
    await receiver.until(chatId, 2);
    await eventually(async () => (await lagOf('webhook')) === 0);
  });

  it('is less by what a sink waits on purpose', async () => {
    const { alice, chatId } = await world.pair();
    await world.sql(
      `INSERT INTO sinks (name, "messageId", "outboxId") SELECT 'due', max(id), 0 FROM messages`,
    );
    await alice.ok('sendMessage', { chatId, content: 'hi' });
    const late = (minutes: number) =>
      world.sql(`UPDATE messages SET "createdAt" = now() - $2 * interval '1 minute' WHERE "chatId" = $1`, [
        chatId,
        minutes,
      ]);
    // No webhook wants it, and this node does not look for it: it stands where it is.
    await world.sql(
      `UPDATE sinks SET "leasedUntil" = now() + interval '1 hour', "leaseNo" = 99 WHERE name = 'due'`,
    );
    await late(9);
    await eventually(async () => (await lagOf('due')) === 0);
    await late(12);
    await eventually(async () => (await lagOf('due')) > 119);
    expect(await lagOf('due')).toBeLessThan(300);
  });
});
