import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ChatView, MessageView } from '../../src/contract/index.js';
import { type Received, Receiver, SENDS_WEBHOOKS } from '../support/receiver.js';
import { StatementLog } from '../support/statements.js';
import { standstills } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

/** How many messages are asked about at once, at most. */
const MOST = 8;

const variables = ({ url }: Receiver) => ({
  BEFORE_SEND_URL: url,
  BEFORE_SEND_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
  OUTBOUND_ALLOW: '127.0.0.1',
  OUTBOUND_PORTS: 'any',
});

describe('A hook that says nothing', () => {
  let receiver: Receiver;
  let world: World;
  let waiting: ServerResponse[];
  beforeEach(async () => {
    waiting = [];
    receiver = await Receiver.start();
    receiver.manner = (_, response) => void waiting.push(response);
  });
  afterEach(async () => {
    await world.stop();
    await receiver.stop();
  });

  it('makes a sender wait for 1.5 s by itself, and the message is sent then', async () => {
    world = await World.start(variables(receiver));
    const { alice, chatId } = await world.pair();
    const stood = standstills();
    const began = performance.now();
    const { content } = await alice.ok<MessageView>('sendMessage', { chatId, content: 'hi' });
    const tookMs = performance.now() - began;
    expect(content).toBe('hi');
    expect(tookMs).toBeGreaterThan(1_450);
    expect(tookMs).toBeLessThan(2_500 + stood.end());
    expect(waiting).toHaveLength(1);
  });

  it('holds nothing that it is not asked about, also when there is no room for more', async () => {
    world = await World.start({
      ...variables(receiver),
      BEFORE_SEND_FILTER: 'group',
      BEFORE_SEND_TIMEOUT_MS: '3000',
      BEFORE_SEND_MAX_IN_FLIGHT: String(MOST),
    });
    const { alice, bob, chatId } = await world.pair();
    const groups = await Promise.all(
      Array.from({ length: MOST / 2 }, () =>
        alice.ok<ChatView>('createGroup', { title: 'asked about', memberIds: [bob.userId] }),
      ),
    );
    // The whole bound: of each chat a quarter.
    const asked = groups.flatMap(({ id }) =>
      ['a', 'b'].map((content) => alice.ask('sendMessage', { chatId: id, content })),
    );
    await eventually(() => waiting.length === MOST);
    // As much as one person can send one after the other, by the same socket and by another one.
    const sent = async (client: Client, count: number) => {
      for (let nth = 0; nth < count; nth++)
        await client.ok('sendMessage', { chatId, content: `${client.userId} ${nth}` });
    };
    let isOver = false;
    void Promise.all(asked).then(() => (isOver = true));
    await Promise.all([sent(alice, 60), sent(bob, 60)]);
    const texts = (received: readonly Received[]) =>
      received.map(({ body }) => (body.data.message as MessageView).content);
    expect([...new Set(texts(receiver.came))].sort()).toEqual(['a', 'b']);
    // All of that was sent while none of the others had its verdict.
    expect(isOver).toBe(false);
    expect(waiting).toHaveLength(MOST);
    for (const response of waiting) response.writeHead(204).end();
    await Promise.all(asked);
  });
});

describe('A filter of direct chats', () => {
  it('asks about the first message of one, and what follows, and about no group', async () => {
    const receiver = await Receiver.start();
    receiver.manner = () => 204;
    const world = await World.start({ ...variables(receiver), BEFORE_SEND_FILTER: 'direct' });
    try {
      const [alice, bob] = await Promise.all([world.person(), world.person()]);
      const group = { title: 'not asked about', memberIds: [bob.userId] };
      const { id: chatId } = await alice.ok<ChatView>('createGroup', group);
      await alice.ok('sendMessage', { chatId, content: 'to the group' });
      const first = { receiverId: bob.userId, content: 'first' };
      const { chatId: directId } = await alice.ok<MessageView>('sendMessage', first);
      await bob.ok('sendMessage', { chatId: directId, content: 'second' });
      const asked = receiver.came.map(({ body }) => (body.data.message as MessageView).content);
      expect(asked).toEqual(['first', 'second']);
    } finally {
      await world.stop();
      await receiver.stop();
    }
  });
});

describe('Where nobody is to be asked', () => {
  it.each([
    ['with nobody who reads the log', {}],
    ['with an inbox, and a webhook', { ...SENDS_WEBHOOKS, INBOX: 'on' }],
  ])('a message costs the same statement, and nothing is looked up or noted: %s', async (_, variables) => {
    const world = await World.start(variables);
    try {
      if ('INBOX' in variables)
        await world.http
          .post('/webhooks')
          .send({ url: 'http://127.0.0.1:1/', events: ['messageEdited'] })
          .expect(201);
      const { alice, chatId } = await world.pair();
      await alice.ok('sendMessage', { chatId, content: 'the first' });
      const log = new StatementLog();
      await alice.ok('sendMessage', { chatId, content: 'hi' });
      const sent = log.take();
      log.stop();
      // What readers of the log do meanwhile, they do by themselves.
      expect(sent.filter((name) => !/^(changes|webhooks|notifications|push|sinks)\./.test(name))).toEqual([
        'messages.sendDirect',
      ]);
      expect(await world.sql(`SELECT kind FROM outbox WHERE kind = 'newMessage'`)).toEqual([]);
    } finally {
      await world.stop();
    }
  });
});
