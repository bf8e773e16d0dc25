import { type AddressInfo, createServer, type Server } from 'node:net';
import webPush from 'web-push';
import { parseConfig } from '../../src/config/config.js';
import { Outbound } from '../../src/outbound/outbound.js';
import { ApnsSender } from '../../src/push/senders/apns-sender.js';
import { groupOf } from '../support/groups.js';
import { ApnsService, pushVariables, WebPushService } from '../support/push-services.js';
import { pause } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

const vapid = { ...webPush.generateVAPIDKeys(), subject: 'mailto:operator@example.com' };
const GATHER_MS = 250;

/** As long as a first retry of a push can take, with what comes before it. */
const RETRIED_MS = 2_400 + 2 * GATHER_MS;

describe('A push that is under way', () => {
  let web: WebPushService;
  let world: World;
  const variables = { ...pushVariables(vapid), PUSH_GATHER_MS: String(GATHER_MS) };
  beforeAll(async () => {
    web = await WebPushService.start(vapid);
    world = await World.start(variables);
  });
  afterEach(() => {
    web.answer = () => null;
    web.until = Promise.resolve();
    expect(web.faults.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await world.stop();
    await web.stop();
  });

  const withDevice = async (client: Client): Promise<string> => {
    const device = web.subscribe();
    await client.ok('addPushTarget', device);
    return device.token;
  };
  const pair = async () => {
    const { alice, bob, chatId } = await world.pair();
    const token = await withDevice(bob);
    const { id: messageId } = await alice.ok<{ id: number }>('sendMessage', { chatId, content: 'as it was' });
    return { alice, bob, chatId, token, messageId };
  };
  const bodiesOf = (token: string) => web.of(token).map(({ body }) => body.body);

  it('has the words as they are when it is sent, and is left out where it may not be told any more', async () => {
    web.answer = () => ({ status: 503 });
    const calls = web.calls;
    const [edited, deleted, hidden, blocked, muted] = await Promise.all([
      pair(),
      pair(),
      pair(),
      pair(),
      pair(),
    ]);
    const { chatId, owner, members } = await groupOf(world, 1);
    const left = { token: await withDevice(members[0]!) };
    await owner.ok('sendMessage', { chatId, content: 'to the group' });
    await eventually(() => web.calls - calls >= 6);
    await edited.alice.ok('editMessage', { messageId: edited.messageId, content: 'as it is' });
    await deleted.alice.ok('deleteMessage', { messageId: deleted.messageId });
    await hidden.bob.ok('deleteMessage', { messageId: hidden.messageId, for: 'me' });
    await blocked.bob.ok('blockUser', { userId: blocked.alice.userId });
    await muted.bob.ok('updateMembership', { chatId: muted.chatId, mutedUntil: '2999-01-01T00:00:00Z' });
    await owner.ok('removeMember', { chatId, userId: members[0]!.userId });
    web.answer = () => null;
    await eventually(() => web.of(edited.token).length === 1);
    await pause(RETRIED_MS);
    expect(bodiesOf(edited.token)).toEqual(['as it is']);
    expect([deleted, hidden, blocked, muted, left].flatMap(({ token }) => bodiesOf(token))).toEqual([]);
  });

  it('is of the newest message that is for the member', async () => {
    const { chatId, owner, members } = await groupOf(world, 3);
    const [blocker, mentioned, all] = members as [Client, Client, Client];
    const tokens = await Promise.all([blocker, mentioned, all].map(withDevice));
    await blocker.ok('blockUser', { userId: owner.userId });
    await mentioned.ok('updateMembership', { chatId, notify: 'mentions' });
    const metadata = { mentions: [mentioned.userId] };
    await all.ok('sendMessage', { chatId, content: 'a mention', metadata });
    await mentioned.ok('sendMessage', { chatId, content: 'another' });
    await owner.ok('sendMessage', { chatId, content: 'the last' });
    await eventually(() => tokens.every((token) => web.of(token).length > 0));
    await pause(2 * GATHER_MS);
    expect(tokens.map((token) => bodiesOf(token).at(-1))).toEqual([
      expect.stringContaining('another'),
      expect.stringContaining('a mention'),
      expect.stringContaining('the last'),
    ]);
  });

  it('is not held up by push services that never answer', async () => {
    const dead = await Promise.all([1, 2, 3].map(() => silentServer()));
    const { alice: victim, bob: first } = await world.pair();
    try {
      for (let nr = 0; nr < 20; nr++) {
        const token = `http://127.0.0.1:${(dead[nr % 3]!.address() as AddressInfo).port}/${nr}`;
        await victim.ok('addPushTarget', { ...web.subscribe(), token });
      }
      const others = [first, ...(await Promise.all([1, 2, 3, 4].map(() => world.person())))];
      for (const other of others) {
        const { id: chatId } = await other.ok<{ id: number }>('createChat', {
          user1Id: other.userId,
          user2Id: victim.userId,
        });
        await other.ok('sendMessage', { chatId, content: 'to a hundred dead devices' });
      }
      await pause(2 * GATHER_MS);
      const { token } = await pair();
      await eventually(() => web.of(token).length === 1);
    } finally {
      for (const server of dead) server.close();
    }
  });

  it('is sent by another node if the stop of this one comes before it has begun', async () => {
    const keeper = await World.start({ ...variables, SINKS: 'off' });
    const shared = { ...variables, DATABASE_URL: String(keeper.config.database.url) };
    let release!: () => void;
    const { chatId, owner, members } = await groupOf(keeper, 8);
    const tokens = await Promise.all(members.map(withDevice));
    const node = await World.start(shared);
    let next: World | undefined;
    try {
      web.until = new Promise<void>((resolve) => (release = resolve));
      const { seq } = await owner.ok<{ seq: number }>('sendMessage', { chatId, content: 'once' });
      await eventually(async () => (await keeper.sql('SELECT 1 FROM push_states')).length === 8);
      const stopped = node.stop();
      const givenBack = () => keeper.sql('SELECT 1 FROM push_states WHERE "pushedSeq" < $1', [seq]);
      await eventually(async () => (await givenBack()).length > 0);
      release();
      await stopped;
      expect(tokens.flatMap((token) => web.of(token)).length).toBeLessThan(8);
      next = await World.start(shared);
      await eventually(() => tokens.every((token) => web.of(token).length > 0));
      await pause(2 * GATHER_MS);
      expect(tokens.map((token) => web.of(token).length)).toEqual(tokens.map(() => 1));
    } finally {
      release();
      await next?.stop();
      await keeper.stop();
    }
  });

  it('to Apple opens another connection when the former is dead', async () => {
    const apns = await ApnsService.start();
    const { config } = parseConfig(pushVariables(vapid, { apns }));
    const outbound = new Outbound(config);
    const sender = new ApnsSender(config.push.apns!, outbound, 300);
    const target = { id: 1, kind: 'apns', token: 'ab'.repeat(32), keys: null } as const;
    const push = { type: 'read', chatId: 1, seq: 1, badge: 0 } as const;
    let release!: () => void;
    apns.until = new Promise<void>((resolve) => (release = resolve));
    try {
      expect(await sender.send(target, push)).toMatchObject({ kind: 'later', error: 'ETIMEDOUT' });
      apns.until = Promise.resolve();
      expect(await sender.send(target, push)).toEqual({ kind: 'ok' });
      expect(apns.connections).toBe(2);
    } finally {
      release();
      sender.close();
      outbound.onApplicationShutdown();
      await apns.stop();
    }
  });
});

/** Takes connections, and says nothing. */
async function silentServer(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    server.on('close', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
