import { randomBytes } from 'node:crypto';
import type {
  AuditEntryView,
  CreatedWebhookView,
  WebhookEventView,
  WebhookTestedView,
  WebhookTryView,
  WebhookView,
} from '../../src/contract/index.js';
import { expectUnreadRight, erased, tracesOf } from '../support/erasures.js';
import {
  closedPort,
  isSigned,
  type Received,
  Receiver,
  SENDS_WEBHOOKS,
  waysToBeDown,
  withoutRepeats,
} from '../support/receiver.js';
import { pause } from '../support/time.js';
import { eventually, World } from '../support/world.js';

describe('Webhooks', () => {
  let world: World;
  let receiver: Receiver;
  beforeAll(async () => {
    world = await World.start({
      ...SENDS_WEBHOOKS,
      WEBHOOK_TIMEOUT_MS: '300',
      WEBHOOK_RETRIES: '60ms,80ms,100ms',
      WEBHOOK_MAX_PARKED: '10',
      WEBHOOK_KEY: randomBytes(32).toString('base64'),
    });
  });
  beforeEach(async () => {
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    for (const { id } of await list()) await world.http.delete(`/webhooks/${id}`).expect(200);
    await receiver.stop();
  });
  afterAll(() => world.stop());

  const list = async () => (await world.http.get('/webhooks').expect(200)).body as WebhookView[];
  const get = async (id: number) => (await world.http.get(`/webhooks/${id}`).expect(200)).body as WebhookView;

  async function webhook(input: Record<string, unknown> = {}): Promise<CreatedWebhookView> {
    const { body } = await world.http
      .post('/webhooks')
      .send({ url: receiver.url, events: ['*'], ...input })
      .expect(201);
    return body as CreatedWebhookView;
  }

  async function send(
    { alice }: Awaited<ReturnType<World['pair']>>,
    chatId: number,
    contents: readonly string[],
  ): Promise<number[]> {
    const ids = [];
    for (const content of contents)
      ids.push((await alice.ok<{ id: number }>('sendMessage', { chatId, content })).id);
    return ids;
  }

  const contents = (received: readonly Received[]) =>
    withoutRepeats(received)
      .filter(({ body }) => body.type === 'newMessage')
      .map(({ body }) => body.data.content);

  const ids = (received: readonly Received[]) => withoutRepeats(received).map(({ id }) => id);

  describe('are managed by the application', () => {
    it('which adds, reads, changes and deletes them; the secret is shown once, and sealed in the database', async () => {
      const { secret, ...made } = await webhook({ events: ['newMessage'], description: 'for invoices' });
      expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
      expect(made).toMatchObject({
        events: ['newMessage'],
        description: 'for invoices',
        status: 'on',
        dead: 0,
      });
      expect(await get(made.id)).toEqual(made);
      expect(await list()).toEqual([made]);
      const [row] = await world.sql<{ secrets: string }>('SELECT secrets::text AS secrets FROM webhooks');
      expect(row!.secrets).toContain('sealed:');
      const { body } = await world.http
        .patch(`/webhooks/${made.id}`)
        .send({ url: `${receiver.url}/other`, events: ['*'] })
        .expect(200);
      expect(body).toMatchObject({
        url: `${receiver.url}/other`,
        events: ['*'],
        description: 'for invoices',
      });
      await world.http.delete(`/webhooks/${made.id}`).expect(200);
      await world.http.get(`/webhooks/${made.id}`).expect(404);
      expect(await world.sql(`SELECT 1 FROM sinks WHERE name LIKE 'webhook%'`)).toEqual([]);
      const { body: audit } = await world.http.get('/audit?limit=3').expect(200);
      expect((audit as AuditEntryView[]).map(({ action }) => action)).toEqual([
        'webhookDeleted',
        'webhookUpdated',
        'webhookCreated',
      ]);
      expect(JSON.stringify(audit)).not.toContain('whsec');
    });

    it('and not with a URL that may not be called', async () => {
      for (const url of [
        'http://10.0.0.1/',
        'http://[::1]/',
        'ftp://a.example/',
        'http://u:p@a.example/',
        'x',
      ]) {
        const { body } = await world.http
          .post('/webhooks')
          .send({ url, events: ['*'] })
          .expect(400);
        expect(body).toMatchObject({ error: { code: 'VALIDATION_FAILED', details: [{ path: 'url' }] } });
      }
    });

    it('who has 50 at most, however many are added at the same moment', async () => {
      await world.sql(
        `INSERT INTO webhooks (url, events, secrets, status)
         SELECT 'http://127.0.0.1/', '{*}', '[]', 'disabled' FROM generate_series(1, 48)`,
      );
      const statuses = await Promise.all(
        Array.from({ length: 6 }, async () => {
          const input = { url: receiver.url, events: ['newMessage'] };
          return (await world.http.post('/webhooks').send(input)).status;
        }),
      );
      expect(statuses.sort()).toEqual([201, 201, 409, 409, 409, 409]);
    });

    it('and not with events that there are not', async () => {
      for (const events of [[], ['nothing'], 'newMessage'])
        await world.http.post('/webhooks').send({ url: receiver.url, events }).expect(400);
    });
  });

  describe('are sent what happens', () => {
    it('from when they were added, in the order of the chat, as the events of sockets have it, signed', async () => {
      const pair = await world.pair();
      const { alice, bob, chatId } = pair;
      await send(pair, chatId, ['before']);
      const { secret } = await webhook();
      const [id] = await send(pair, chatId, ['one']);
      expect(await receiver.until(chatId, 1)).toHaveLength(1);
      await alice.ok('editMessage', { messageId: id, content: 'one, changed' });
      await bob.ok('addReaction', { messageId: id, emoji: '👍' });
      await receiver.until(chatId, 3);
      await alice.ok('deleteMessage', { messageId: id });
      await send(pair, chatId, ['two']);
      await receiver.until(chatId, 5);
      await alice.ok('deleteChat', { chatId });
      const received = await receiver.until(chatId, 6);
      expect(received.map(({ id: eventId, body: { type, version } }) => [eventId, type, version])).toEqual([
        [`evt_${chatId}_m2`, 'newMessage', 3],
        [`evt_${chatId}_4`, 'messageEdited', 4],
        [`evt_${chatId}_5`, 'reactionsChanged', 5],
        [`evt_${chatId}_6`, 'messageDeleted', 6],
        [`evt_${chatId}_m3`, 'newMessage', 7],
        [`evt_${chatId}_8`, 'chatDeleted', 8],
      ]);
      expect(received[0]!.body.data).toMatchObject({
        id,
        chatId,
        seq: 2,
        content: 'one',
        senderId: alice.userId,
      });
      expect(received[2]!.body.data).toMatchObject({ reactions: [{ emoji: '👍', userIds: [bob.userId] }] });
      for (const one of received) {
        expect(isSigned(one, secret)).toBe(true);
        expect(Math.abs(Number(one.headers['webhook-timestamp']) * 1_000 - Date.now())).toBeLessThan(60_000);
      }
    });

    it('of groups: who comes, goes and may do what', async () => {
      await webhook();
      const [alice, bob, carol] = [await world.person(), await world.person(), await world.person()];
      const group = { title: 'a group', memberIds: [bob.userId] };
      const { id: chatId } = await alice.ok<{ id: number }>('createGroup', group);
      await alice.ok('addMembers', { chatId, userIds: [carol.userId] });
      await alice.ok('setRole', { chatId, userId: bob.userId, role: 'admin' });
      await alice.ok('updateChat', { chatId, title: 'another' });
      await carol.ok('leaveChat', { chatId });
      const received = (await receiver.until(chatId, 9)).filter(({ body }) => body.type !== 'newMessage');
      expect(received.map(({ body: { type, data } }) => [type, data])).toMatchObject([
        ['newChat', { id: chatId, type: 'group' }],
        ['membersAdded', { userIds: [carol.userId], by: alice.userId, memberCount: 3 }],
        ['memberUpdated', { userId: bob.userId, role: 'admin' }],
        ['chatUpdated', { title: 'another' }],
        ['memberRemoved', { userId: carol.userId, by: carol.userId }],
      ]);
    });

    it('only the events that they are for, and nothing after they were deleted', async () => {
      const pair = await world.pair();
      const { id } = await webhook({ events: ['messageEdited'] });
      const [messageId] = await send(pair, pair.chatId, ['one']);
      await pair.alice.ok('editMessage', { messageId, content: 'two' });
      const [one] = await receiver.until(pair.chatId, 1);
      expect(one!.body.type).toBe('messageEdited');
      await world.http.delete(`/webhooks/${id}`).expect(200);
      await pair.alice.ok('editMessage', { messageId, content: 'three' });
      await pause(200);
      expect(receiver.came).toHaveLength(1);
    });

    it('as it is when it is sent: what was edited has its new words, what was deleted none', async () => {
      const pair = await world.pair();
      const { id } = await webhook({ events: ['newMessage'] });
      await world.http.post(`/webhooks/${id}/disable`).expect(200);
      const [edited, deleted] = await send(pair, pair.chatId, ['first words', 'last words']);
      await pair.alice.ok('editMessage', { messageId: edited, content: 'better words' });
      await pair.alice.ok('deleteMessage', { messageId: deleted });
      await world.http.post(`/webhooks/${id}/enable`).send({}).expect(200);
      expect(contents(await receiver.until(pair.chatId, 2))).toEqual(['better words', '']);
    });

    it('and of a chat that was deleted meanwhile only that it was', async () => {
      const pair = await world.pair();
      const { id } = await webhook();
      await world.http.post(`/webhooks/${id}/disable`).expect(200);
      await send(pair, pair.chatId, ['first words', 'last words']);
      await pair.alice.ok('deleteChat', { chatId: pair.chatId });
      await world.http.post(`/webhooks/${id}/enable`).send({}).expect(200);
      // It is the last of its chat: what came before it would have been sent before it.
      const received = await receiver.until(pair.chatId, 1);
      expect(received.map(({ body }) => body.type)).toEqual(['chatDeleted']);
    });

    it('on several secrets at once after a new one was given, until the former ends', async () => {
      const pair = await world.pair();
      const { id, secret: first } = await webhook();
      const rotate = async (overlapSeconds: number) =>
        (await world.http.post(`/webhooks/${id}/secret`).send({ overlapSeconds }).expect(200)).body as {
          secret: string;
        };
      const { secret: second } = await rotate(60);
      await eventually(async () => {
        await send(pair, pair.chatId, ['words']);
        await pause(60);
        return receiver.taken.some((one) => isSigned(one, first) && isSigned(one, second));
      });
      const { secret: third } = await rotate(0);
      await eventually(async () => {
        await send(pair, pair.chatId, ['words']);
        await pause(60);
        return receiver.taken.some((one) => isSigned(one, third) && !isSigned(one, second));
      });
      // Two at once: neither gets a secret that signs nothing.
      const [one, other] = await Promise.all([rotate(60), rotate(60)]);
      await eventually(async () => {
        await send(pair, pair.chatId, ['words']);
        await pause(60);
        return receiver.taken.some((sent) => isSigned(sent, one.secret) && isSigned(sent, other.secret));
      });
    });
  });

  describe('whose receiver is down', () => {
    it.each(waysToBeDown)(
      'because it %s, pause, write no row for an event, and miss and repeat nothing',
      async (_, manner) => {
        const pair = await world.pair();
        const other = await world.pair();
        const { id } = await webhook();
        receiver.manner = manner;
        await send(pair, pair.chatId, ['1', '2', '3']);
        await send(other, other.chatId, ['1', '2', '3']);
        await eventually(async () => (await get(id)).status === 'paused');
        expect(await world.sql('SELECT 1 FROM webhook_parked WHERE "webhookId" = $1', [id])).toEqual([]);
        expect(new Set(receiver.came.map(({ body }) => body.data.content))).toEqual(new Set(['1']));
        receiver.manner = () => 200;
        for (const { chatId } of [pair, other]) {
          const received = await receiver.until(chatId, 3);
          expect(contents(received)).toEqual(['1', '2', '3']);
          expect(ids(received)).toEqual([1, 2, 3].map((seq) => `evt_${chatId}_m${seq}`));
        }
        await eventually(async () => (await get(id)).status === 'on');
        const { body: tries } = await world.http.get(`/webhooks/${id}/tries`).expect(200);
        expect((tries as WebhookTryView[]).length).toBeGreaterThan(0);
      },
    );

    it('because nobody listens, go on once somebody does', async () => {
      const pair = await world.pair();
      const port = await closedPort();
      const { id } = await webhook({ url: `http://127.0.0.1:${port}/` });
      await send(pair, pair.chatId, ['1', '2']);
      await eventually(async () => (await get(id)).failures > 1);
      expect(await get(id)).toMatchObject({ status: 'paused', lastError: 'ECONNREFUSED' });
      const late = await Receiver.start(port);
      try {
        expect(contents(await late.until(pair.chatId, 2))).toEqual(['1', '2']);
      } finally {
        await late.stop();
      }
    });

    it('for too long, are disabled, and go on where they stood when they are enabled, or from now on', async () => {
      const pair = await world.pair();
      const { id } = await webhook();
      receiver.manner = () => 503;
      await send(pair, pair.chatId, ['1', '2']);
      await eventually(async () => (await get(id)).status === 'paused');
      await world.sql(`UPDATE webhooks SET "failingSince" = now() - interval '73 hours' WHERE id = $1`, [id]);
      await eventually(async () => (await get(id)).status === 'disabled');
      expect(await get(id)).toMatchObject({ lastError: 'HTTP 503' });
      receiver.manner = () => 200;
      await world.http.post(`/webhooks/${id}/enable`).send({}).expect(200);
      expect(contents(await receiver.until(pair.chatId, 2))).toEqual(['1', '2']);
      await world.http.post(`/webhooks/${id}/disable`).expect(200);
      await send(pair, pair.chatId, ['3']);
      await world.http.post(`/webhooks/${id}/enable`).send({ skip: true }).expect(200);
      await send(pair, pair.chatId, ['4']);
      expect(contents(await receiver.until(pair.chatId, 3))).toEqual(['1', '2', '4']);
    });

    it('for good, as 410 says, are disabled at once', async () => {
      const pair = await world.pair();
      const { id } = await webhook();
      receiver.manner = () => 410;
      await send(pair, pair.chatId, ['1']);
      await eventually(async () => (await get(id)).status === 'disabled');
      expect(receiver.came).toHaveLength(1);
    });
  });

  describe('that refuse an event', () => {
    const refuses = (content: string) => (received: Received) =>
      received.body.data.content === content ? 422 : 200;

    it('get it again, with what follows in its chat behind it, while other chats go on', async () => {
      const [pair, other] = [await world.pair(), await world.pair()];
      const { id } = await webhook();
      receiver.manner = refuses('no');
      await send(pair, pair.chatId, ['yes', 'no', 'later', 'last']);
      await send(other, other.chatId, ['1', '2']);
      expect(contents(await receiver.until(other.chatId, 2))).toEqual(['1', '2']);
      await eventually(async () => (await get(id)).parked === 3);
      expect(contents(receiver.of(pair.chatId))).toEqual(['yes']);
      receiver.manner = () => 200;
      expect(contents(await receiver.until(pair.chatId, 4))).toEqual(['yes', 'no', 'later', 'last']);
      expect(ids(receiver.of(pair.chatId))).toEqual([1, 2, 3, 4].map((seq) => `evt_${pair.chatId}_m${seq}`));
      await eventually(async () => (await get(id)).parked === 0);
      await send(pair, pair.chatId, ['and on']);
      expect(contents(await receiver.until(pair.chatId, 5)).at(-1)).toBe('and on');
    });

    it('wait when too many are aside: then they are sent nothing new, and miss nothing', async () => {
      const [pair, other] = [await world.pair(), await world.pair()];
      const { id } = await webhook({ events: ['newMessage'] });
      let isWilling = false;
      receiver.manner = ({ body }, response) => {
        if (body.data.content !== 'no' || isWilling) return 200;
        response.writeHead(422, { 'retry-after': '2' }).end();
        return undefined;
      };
      const all = ['no', ...Array.from({ length: 14 }, (_, nth) => String(nth))];
      await send(pair, pair.chatId, all);
      await eventually(async () => (await get(id)).parked >= 10);
      await send(other, other.chatId, ['of another chat']);
      await pause(200);
      expect(receiver.taken).toEqual([]);
      expect(await get(id)).toMatchObject({ status: 'on', parked: 10 });
      isWilling = true;
      expect(contents(await receiver.until(pair.chatId, 15))).toEqual(all);
      expect(contents(await receiver.until(other.chatId, 1))).toEqual(['of another chat']);
      await eventually(async () => (await get(id)).parked === 0);
    });

    it('until it is dead: the rest goes on, and it can be read and replayed', async () => {
      const pair = await world.pair();
      const { id } = await webhook();
      receiver.manner = refuses('no');
      await send(pair, pair.chatId, ['no', 'later']);
      expect(contents(await receiver.until(pair.chatId, 1))).toEqual(['later']);
      const events = async (query = '') =>
        (await world.http.get(`/webhooks/${id}/events${query}`).expect(200)).body as WebhookEventView[];
      const [dead, ...rest] = await events('?dead=true');
      expect(rest).toEqual([]);
      expect(dead).toMatchObject({
        eventId: `evt_${pair.chatId}_m1`,
        type: 'newMessage',
        tries: 4,
        nextTryAt: null,
        lastError: 'HTTP 422',
      });
      expect(await events('?dead=false')).toEqual([]);
      const { body: tries } = await world.http.get(`/webhooks/${id}/tries`).expect(200);
      expect((tries as WebhookTryView[]).map((one) => [one.try, one.status])).toEqual([
        [4, 422],
        [3, 422],
        [2, 422],
        [1, 422],
      ]);
      receiver.manner = () => 200;
      const replay = (body: object) =>
        world.http.post(`/webhooks/${id}/events/replay`).send(body).expect(200);
      expect((await replay({ eventIds: ['evt_other'] })).body).toMatchObject({ replayed: 0 });
      expect((await replay({ eventIds: [dead!.eventId] })).body).toMatchObject({ replayed: 1 });
      expect(contents(await receiver.until(pair.chatId, 2))).toEqual(['later', 'no']);
      await eventually(async () => (await events()).length === 0);
    });

    it('and redirects are followed nowhere', async () => {
      const elsewhere = await Receiver.start();
      const { url: location } = elsewhere;
      try {
        const pair = await world.pair();
        const { id } = await webhook({ events: ['newMessage'] });
        receiver.manner = (_, response) => void response.writeHead(302, { location }).end();
        await send(pair, pair.chatId, ['hi']);
        await eventually(async () => (await get(id)).status === 'paused');
        expect(await get(id)).toMatchObject({ lastError: 'HTTP 302' });
        expect(elsewhere.came).toEqual([]);
      } finally {
        await elsewhere.stop();
      }
    });

    it('and waits for its next try: it can be read, and replayed at once', async () => {
      const pair = await world.pair();
      const { id } = await webhook({ events: ['newMessage'] });
      receiver.manner = ({ body }, response) => {
        if (body.data.content !== 'no') return 200;
        response.writeHead(422, { 'retry-after': '3600' }).end();
        return undefined;
      };
      await send(pair, pair.chatId, ['no', 'behind it']);
      const events = async () =>
        (await world.http.get(`/webhooks/${id}/events?dead=false`).expect(200)).body as WebhookEventView[];
      await eventually(async () => (await events()).length === 2);
      const [first, second] = await events();
      expect(first).toMatchObject({ eventId: `evt_${pair.chatId}_m1`, tries: 1, deadAt: null });
      expect(Date.parse(first!.nextTryAt!)).toBeGreaterThan(Date.now() + 3_000_000);
      expect(second).toMatchObject({ eventId: `evt_${pair.chatId}_m2`, nextTryAt: null, deadAt: null });
      receiver.manner = () => 200;
      const { body } = await world.http.post(`/webhooks/${id}/events/replay`).send({}).expect(200);
      expect(body).toEqual({ webhookId: id, replayed: 1 });
      expect(contents(await receiver.until(pair.chatId, 2))).toEqual(['no', 'behind it']);
      await eventually(async () => (await get(id)).parked === 0);
    });

    it('and is deleted meanwhile, get nothing of it', async () => {
      const pair = await world.pair();
      await webhook({ events: ['newMessage'] });
      receiver.manner = refuses('no');
      const [messageId] = await send(pair, pair.chatId, ['no', 'later']);
      await eventually(() => receiver.came.length > 0);
      await pair.alice.ok('deleteMessage', { messageId });
      expect(contents(await receiver.until(pair.chatId, 2))).toEqual(['', 'later']);
    });
  });

  it('are tested in the same way as events are sent', async () => {
    const { id, secret } = await webhook();
    const tested = async () =>
      (await world.http.post(`/webhooks/${id}/test`).expect(200)).body as WebhookTestedView;
    expect(await tested()).toMatchObject({ ok: true, status: 200, error: null });
    expect(receiver.taken[0]!.body).toMatchObject({ type: 'test', data: { webhookId: id } });
    expect(isSigned(receiver.taken[0]!, secret)).toBe(true);
    receiver.manner = () => 404;
    expect(await tested()).toMatchObject({ ok: false, status: 404, error: 'HTTP 404' });
    await world.sql(`UPDATE webhooks SET url = 'http://10.0.0.1/' WHERE id = $1`, [id]);
    expect(await tested()).toMatchObject({ ok: false, status: null, error: 'ADDRESS_REFUSED' });
  });

  it('are read no more of an answer than 64 KiB, however much there is', async () => {
    const pair = await world.pair();
    await webhook();
    let written = 0;
    receiver.manner = (received, response) => {
      if (received.body.data.content !== 'much') return 200;
      receiver.taken.push(received);
      response.writeHead(200);
      const write = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) written += 65_536;
        if (!response.destroyed) response.once('drain', write);
      };
      response.on('error', () => undefined);
      write();
    };
    await send(pair, pair.chatId, ['much', 'next']);
    expect(contents(await receiver.until(pair.chatId, 2))).toEqual(['much', 'next']);
    expect(written).toBeLessThan(20_000_000);
  });

  it('keep nothing of a person who is erased, whatever they could not be sent', async () => {
    const pair = await world.pair();
    const { id } = await webhook();
    receiver.manner = ({ body }) => (body.data.content === 'Zaphodine says no' ? 400 : 200);
    await send(pair, pair.chatId, ['Zaphodine says no', 'Zaphodine again']);
    await eventually(async () => (await get(id)).parked + (await get(id)).dead > 0);
    await erased(world, pair.alice.userId);
    expect(await tracesOf(world.config.database.url!, pair.alice.userId, ['Zaphodine'])).toEqual([]);
    await expectUnreadRight(world.config.database.url!);
  });
});
