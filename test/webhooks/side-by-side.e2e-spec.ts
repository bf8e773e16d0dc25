import type { ServerResponse } from 'node:http';
import { type Received, Receiver, SENDS_WEBHOOKS } from '../support/receiver.js';
import { pause } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

/** Requests under way at once to one webhook, each about another chat: docs/adr/0035. */
const AT_ONCE = 32;
const CHATS = AT_ONCE + 8;
const EACH = 2;

describe('Events of several chats', () => {
  let world: World;
  let receiver: Receiver;
  let alice: Client;
  let chats: number[];
  /** What was not answered yet. */
  let held: { chatId: number; response: ServerResponse }[];
  beforeAll(async () => {
    // Whatever hangs here hangs for longer than the test takes.
    world = await World.start({ ...SENDS_WEBHOOKS, WEBHOOK_TIMEOUT_MS: '20000' });
    receiver = await Receiver.start();
    alice = await world.person();
    chats = [];
    for (let nth = 0; nth < CHATS; nth++)
      chats.push(
        (await alice.ok<{ id: number }>('createGroup', { title: `group ${nth}`, memberIds: [] })).id,
      );
    await world.http
      .post('/webhooks')
      .send({ url: receiver.url, events: ['newMessage'] })
      .expect(201);
  });
  beforeEach(() => {
    held = [];
    receiver.came.length = 0;
    receiver.taken.length = 0;
  });
  afterEach(() => {
    receiver.manner = () => 200;
    for (const { response } of held.splice(0)) response.writeHead(200).end();
  });
  afterAll(async () => {
    await receiver.stop();
    await world.stop();
  });

  const sayToAll = async () => {
    for (let nth = 0; nth < EACH; nth++)
      for (const chatId of chats) await alice.ok('sendMessage', { chatId, content: String(nth) });
  };
  const hold = ({ body: { chatId } }: Received, response: ServerResponse) =>
    void held.push({ chatId, response });

  it('do not wait for one whose event hangs', async () => {
    const [hanging, ...others] = chats as [number, ...number[]];
    receiver.manner = (received, response) =>
      received.body.chatId === hanging ? hold(received, response) : 200;
    await sayToAll();
    for (const chatId of others) await receiver.until(chatId, EACH);
    // Of that chat nothing overtakes it.
    expect(held.map(({ chatId }) => chatId)).toEqual([hanging]);
    const { response } = held.splice(0)[0]!;
    receiver.manner = () => 200;
    response.writeHead(200).end();
    await receiver.until(hanging, EACH - 1);
  });

  it('are sent to a webhook side by side, one of each chat and 32 in all', async () => {
    receiver.manner = hold;
    await sayToAll();
    await eventually(() => held.length >= AT_ONCE);
    await pause(300);
    expect(held).toHaveLength(AT_ONCE);
    expect(new Set(held.map(({ chatId }) => chatId)).size).toBe(AT_ONCE);
    // Each answer makes room for one.
    for (const { response } of held.splice(0, 5)) response.writeHead(200).end();
    await eventually(() => receiver.came.length >= AT_ONCE + 5);
    await pause(100);
    expect(held).toHaveLength(AT_ONCE);
    expect(new Set(held.map(({ chatId }) => chatId)).size).toBe(AT_ONCE);
  });
});
