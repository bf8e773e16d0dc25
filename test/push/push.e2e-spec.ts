import webPush from 'web-push';
import {
  ApnsService,
  FcmService,
  pushVariables,
  type Taken,
  WebPushService,
} from '../support/push-services.js';
import { groupOf } from '../support/groups.js';
import { pause } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

const vapid = webPush.generateVAPIDKeys();
const subject = 'mailto:operator@example.com';
const GATHER_MS = 250;
const ACTIVE_DELAY_MS = 2_500;

describe('A push', () => {
  let web: WebPushService;
  let fcm: FcmService;
  let apns: ApnsService;
  let world: World;
  let variables: Record<string, string>;
  beforeAll(async () => {
    [web, fcm, apns] = await Promise.all([
      WebPushService.start({ publicKey: vapid.publicKey, subject }),
      FcmService.start(),
      ApnsService.start(),
    ]);
    variables = {
      ...pushVariables({ ...vapid, subject }, { fcm, apns }),
      PUSH_GATHER_MS: String(GATHER_MS),
      PUSH_ACTIVE_DELAY_MS: String(ACTIVE_DELAY_MS),
    };
    world = await World.start(variables);
  });
  afterEach(() => {
    for (const service of [web, fcm, apns]) {
      service.answer = () => null;
      expect(service.faults.splice(0)).toEqual([]);
    }
  });
  afterAll(async () => {
    await world.stop();
    await Promise.all([web.stop(), fcm.stop(), apns.stop()]);
  });

  /** Bob, whose browser gets pushes, and Alice who writes to him. */
  const pair = async () => {
    const { alice, bob, chatId } = await world.pair();
    const device = web.subscribe();
    await bob.ok('addPushTarget', device);
    const send = (content: string) =>
      alice.ok<{ id: number; seq: number }>('sendMessage', { chatId, content });
    return { alice, bob, chatId, device, send };
  };
  const taken = async (token: string, count: number): Promise<Taken[]> => {
    await eventually(() => web.of(token).length >= count);
    return web.of(token);
  };
  const targetsOf = (client: Client) =>
    world.sql<{ token: string }>('SELECT token FROM push_targets WHERE "userId" = $1', [client.userId]);
  /** As long as a push could take. */
  const silence = () => pause(GATHER_MS * 2 + 150);

  it('reaches a browser, encrypted for it, with what was written', async () => {
    const { alice, chatId, device, send } = await pair();
    const as = { 'X-User-Id': String(alice.userId) };
    await world.http.patch(`/users/${alice.userId}`).set(as).send({ name: 'Ann' }).expect(200);
    const { id: messageId, seq } = await send('Grüße 👋');
    const [push] = await taken(device.token, 1);
    expect(push!.body).toEqual({
      type: 'message',
      chatId,
      messageId,
      seq,
      title: 'Ann',
      body: 'Grüße 👋',
      tag: `chat-${chatId}`,
      at: expect.any(Number) as number,
      unreadChats: [chatId],
    });
    expect(push!.headers).toMatchObject({ topic: `chat-${chatId}`, urgency: 'high', ttl: '86400' });
  });

  it('of the longest messages and names is as short as the services want it', async () => {
    const { owner, chatId } = await groupOf(world, 0, { title: '😀'.repeat(200) });
    const as = { 'X-User-Id': String(owner.userId) };
    await world.http
      .patch(`/users/${owner.userId}`)
      .set(as)
      .send({ name: '🎉'.repeat(200) })
      .expect(200);
    const bob = await world.person();
    await owner.ok('addMembers', { chatId, userIds: [bob.userId] });
    const [device, phone, iphone] = [web.subscribe(), `phone-${bob.userId}`, 'ef'.repeat(32)];
    await bob.ok('addPushTarget', device);
    await bob.ok('addPushTarget', { kind: 'fcm', token: phone });
    await bob.ok('addPushTarget', { kind: 'apns', token: iphone });
    // The last one is the longest in JSON: six bytes for each character.
    for (const [nth, content] of [
      '😀'.repeat(5_000),
      '漢'.repeat(10_000),
      'x'.padEnd(10_000, '\u0001'),
    ].entries()) {
      await owner.ok('sendMessage', { chatId, content });
      const pushes = await taken(device.token, nth + 1);
      expect(String(pushes[nth]!.body.body)).toContain(content.slice(0, 20));
      await eventually(() => fcm.of(phone).length > nth && apns.of(iphone).length > nth);
    }
  });

  it('is one for a thousand messages that come together, of the newest', async () => {
    const { alice, chatId, device } = await pair();
    const began = performance.now();
    const sends = Array.from({ length: 1_000 }, (_, nr) =>
      alice.ok<{ seq: number }>('sendMessage', { chatId, content: `${nr}` }),
    );
    const last = (await Promise.all(sends)).at(-1)!;
    const most = 1 + Math.floor((performance.now() - began) / GATHER_MS);
    await eventually(() => web.of(device.token).at(-1)?.body.seq === last.seq);
    await silence();
    expect(web.of(device.token).length).toBeLessThanOrEqual(most);
  });

  it('is not sent to somebody with an active device, unless they leave it unread', async () => {
    const { bob, device, chatId, send } = await pair();
    await bob.ok('setActive', { active: true });
    await send('read at once');
    await silence();
    await bob.ok('markAsSeen', { chatId });
    await send('left unread');
    await silence();
    expect(web.of(device.token)).toEqual([]);
    const [push] = await taken(device.token, 1);
    expect(push!.body).toMatchObject({ body: 'left unread' });
    expect(web.of(device.token)).toHaveLength(1);
  });

  it('is not sent at all while somebody is active, if they want that: `whenActive: "never"`', async () => {
    const { bob, device, send } = await pair();
    const { whenActive } = await bob.ok<{ whenActive: string }>('getPreferences');
    expect(whenActive).toBe('unread');
    await bob.ok('updatePreferences', { whenActive: 'never' });
    await bob.ok('setActive', { active: true });
    await send('left unread');
    await pause(ACTIVE_DELAY_MS + 2 * GATHER_MS);
    expect(web.of(device.token)).toEqual([]);
    await bob.ok('setActive', { active: false });
    await send('when they are away');
    await taken(device.token, 1);
    await silence();
    expect(web.of(device.token).map(({ body }) => body.body)).toEqual(['when they are away']);
  });

  it('is not sent of what was read before, nor to the sender, nor of a muted chat', async () => {
    const { alice, bob, chatId, device, send } = await pair();
    const own = web.subscribe();
    await alice.ok('addPushTarget', own);
    await send('read');
    await bob.ok('markAsSeen', { chatId });
    await silence();
    await bob.ok('updateMembership', { chatId, mutedUntil: '2999-01-01T00:00:00Z' });
    await send('muted');
    await silence();
    expect([...web.of(device.token), ...web.of(own.token)]).toEqual([]);
  });

  it('follows the level of a chat, which a mention may pass, and quiet hours', async () => {
    const { alice, bob, chatId, device, send } = await pair();
    await bob.ok('updateMembership', { chatId, notify: 'mentions' });
    await send('nobody is mentioned');
    await silence();
    const metadata = { mentions: [bob.userId] };
    await alice.ok('sendMessage', { chatId, content: 'you are', metadata });
    const [push] = await taken(device.token, 1);
    expect(push!.body).toMatchObject({ body: 'you are' });
    // Without a level of its own, that of the preferences for direct chats.
    await bob.ok('updatePreferences', { direct: 'mentions' });
    await bob.ok('updateMembership', { chatId, notify: null });
    await send('nobody again');
    await silence();
    await alice.ok('sendMessage', { chatId, content: 'you again', metadata });
    const [, again] = await taken(device.token, 2);
    expect(again!.body).toMatchObject({ body: 'you again' });
    await bob.ok('updatePreferences', { quiet: { from: '00:00', to: '00:00' } });
    await alice.ok('sendMessage', { chatId, content: 'at night', metadata });
    await silence();
    expect(web.of(device.token)).toHaveLength(2);
  });

  it('has the whole of a message that is streamed, when it has ended, and nothing of it before', async () => {
    const { alice, bob, chatId, device } = await pair();
    const begin = (content: string) => alice.ok<{ id: number }>('streamMessage', { chatId, content });
    const { id: messageId } = await begin('');
    await silence();
    await alice.ok('sendDelta', { messageId, offset: 0, text: 'All of it.' });
    await silence();
    expect(web.of(device.token)).toEqual([]);
    await alice.ok('finishStream', { messageId });
    const [push] = await taken(device.token, 1);
    expect(push!.body).toMatchObject({ messageId, body: 'All of it.' });
    // Of one that was read meanwhile there is none, nor of one for its edit.
    const { id: other } = await begin('read');
    await bob.ok('markAsSeen', { chatId });
    await alice.ok('finishStream', { messageId: other });
    await alice.ok('editMessage', { messageId: other, content: 'edited' });
    await bob.ok('markAsUnread', { chatId });
    await silence();
    expect(web.of(device.token)).toHaveLength(1);
  });

  it('says to a browser of which chats it may still show something', async () => {
    const { bob, chatId, device, send } = await pair();
    const carol = await world.person();
    const say = async (content: string) => {
      const { chatId: other } = await carol.ok<{ chatId: number }>('sendMessage', {
        receiverId: bob.userId,
        content,
      });
      return other;
    };
    await send('one');
    await taken(device.token, 1);
    const other = await say('two');
    const [, second] = await taken(device.token, 2);
    expect(new Set(second!.body.unreadChats as number[])).toEqual(new Set([chatId, other]));
    expect(Math.abs(Number(second!.body.at) - Date.now())).toBeLessThan(60_000);
    // Read at another device: the browser hears of it with the next push.
    await bob.ok('markAsSeen', { chatId });
    await say('three');
    const [, , third] = await taken(device.token, 3);
    expect(third!.body).toMatchObject({ chatId: other, unreadChats: [other] });
  });

  describe('at the end of quiet hours', () => {
    const day = { from: '00:00', to: '00:00' };
    const waiting = ({ userId }: Client) => world.sql('SELECT FROM push_quiet WHERE "userId" = $1', [userId]);
    const end = async (bob: Client) => {
      await bob.ok('updatePreferences', { quiet: null });
      await world.sql('UPDATE push_quiet SET until = now() WHERE "userId" = $1', [bob.userId]);
      await eventually(async () => (await waiting(bob)).length === 0);
      await silence();
    };

    it('is one of each of the three newest chats that are still unread, and one of how many more there are', async () => {
      const { bob, device, send, chatId } = await pair();
      const phone = `phone-${bob.userId}`;
      await bob.ok('addPushTarget', { kind: 'fcm', token: phone });
      await bob.ok('updatePreferences', { quiet: day });
      await send('read in the night');
      const chats: number[] = [];
      for (const content of ['one', 'two', 'first', 'second', 'third', 'fourth']) {
        const other = await world.person();
        const chat = await other.ok<{ id: number }>('createChat', {
          user1Id: other.userId,
          user2Id: bob.userId,
        });
        await other.ok('sendMessage', { chatId: chat.id, content: 'before it' });
        await other.ok('sendMessage', { chatId: chat.id, content });
        chats.push(chat.id);
      }
      // Of these they are told nothing, so they count for nothing, and take the place of no other.
      for (const notify of ['none', 'mentions']) {
        const { owner, chatId: group } = await groupOf(world, 0);
        await owner.ok('addMembers', { chatId: group, userIds: [bob.userId] });
        await bob.ok('updateMembership', { chatId: group, notify });
        await owner.ok('sendMessage', { chatId: group, content: 'not for them' });
      }
      await bob.ok('markAsSeen', { chatId });
      await eventually(async () => (await waiting(bob)).length === 1);
      await silence();
      expect(web.of(device.token)).toEqual([]);
      await end(bob);
      await taken(device.token, 4);
      const pushed = web.of(device.token).map(({ body }) => body);
      const messages = pushed.filter(({ type }) => type === 'message').map((one) => [one.chatId, one.body]);
      expect(messages.sort((one, other) => Number(one[0]) - Number(other[0]))).toEqual([
        [chats[3], 'second'],
        [chats[4], 'third'],
        [chats[5], 'fourth'],
      ]);
      const more = { type: 'more', chats: 3, title: '3 more chats', body: 'With unread messages' };
      expect(pushed.filter(({ type }) => type !== 'message')).toMatchObject([{ ...more, tag: 'more-chats' }]);
      await eventually(() => fcm.of(phone).length === 4);
      expect(fcm.of(phone).find(({ body }) => 'chats' in (body.data as object))!.body).toMatchObject({
        notification: { title: more.title, body: more.body },
        data: { type: 'more', chats: '3', badge: '14' },
        android: { collapse_key: 'more-chats', notification: { tag: 'more-chats', notification_count: 14 } },
      });
    });

    it('is not of the next three while a slow service keeps the first ones waiting', async () => {
      const { bob, device, send } = await pair();
      await bob.ok('updatePreferences', { quiet: day });
      await send('one of six');
      for (const other of await Promise.all(Array.from({ length: 5 }, () => world.person())))
        await other.ok('sendMessage', { receiverId: bob.userId, content: 'another' });
      await eventually(async () => (await waiting(bob)).length === 1);
      await silence();
      let answer = (): void => undefined;
      web.until = new Promise<void>((resolve) => (answer = resolve));
      try {
        await bob.ok('updatePreferences', { quiet: null });
        await world.sql('UPDATE push_quiet SET until = now() WHERE "userId" = $1', [bob.userId]);
        // Longer than from one look for whose quiet hours are over to the next but one.
        await pause(2_500);
      } finally {
        answer();
      }
      await eventually(async () => (await waiting(bob)).length === 0);
      await taken(device.token, 4);
      await silence();
      const types = web.of(device.token).map(({ body }) => body.type);
      expect(types.sort()).toEqual(['message', 'message', 'message', 'more']);
    });

    it('has no number of more chats when there are three', async () => {
      const { bob, device, send } = await pair();
      await bob.ok('updatePreferences', { quiet: day });
      await send('one of three');
      for (const other of await Promise.all([world.person(), world.person()]))
        await other.ok('sendMessage', { receiverId: bob.userId, content: 'another' });
      await eventually(async () => (await waiting(bob)).length === 1);
      await silence();
      await end(bob);
      await taken(device.token, 3);
      await silence();
      expect(web.of(device.token).map(({ body }) => body.type)).toEqual(['message', 'message', 'message']);
    });

    it('is none for somebody who is active then, and none twice', async () => {
      const { bob, device, send } = await pair();
      await bob.ok('updatePreferences', { quiet: day });
      await send('in the night');
      await eventually(async () => (await waiting(bob)).length === 1);
      await bob.ok('setActive', { active: true });
      await end(bob);
      expect(web.of(device.token)).toEqual([]);
      await bob.ok('setActive', { active: false });
      await send('in the morning');
      await taken(device.token, 1);
      await silence();
      expect(web.of(device.token).map(({ body }) => body.body)).toEqual(['in the morning']);
    });
  });

  it('carries no text for somebody who wants none', async () => {
    const { bob, device, send } = await pair();
    await bob.ok('updatePreferences', { preview: false });
    await send('a secret');
    const [push] = await taken(device.token, 1);
    expect(push!.body).toMatchObject({ title: 'New message', body: null });
    expect(JSON.stringify(push)).not.toContain('secret');
  });

  it('removes a device that is gone, by what each service says', async () => {
    const { bob, device, send } = await pair();
    await bob.ok('addPushTarget', { kind: 'fcm', token: 'old-phone' });
    await bob.ok('addPushTarget', { kind: 'fcm', token: 'no-phone' });
    await bob.ok('addPushTarget', { kind: 'apns', token: 'ab'.repeat(32) });
    expect(await targetsOf(bob)).toHaveLength(4);
    web.answer = () => ({ status: 410, body: { detail: 'x'.repeat(100_000) } });
    const isAboutToken = { fieldViolations: [{ field: 'message.token', description: 'no such' }] };
    fcm.answer = (token) =>
      token === 'no-phone'
        ? { status: 400, body: { error: { status: 'INVALID_ARGUMENT', details: [isAboutToken] } } }
        : { status: 404, body: { error: { details: [{ errorCode: 'UNREGISTERED' }] } } };
    apns.answer = () => ({ status: 400, body: { reason: 'BadDeviceToken' } });
    await send('to nobody');
    await eventually(async () => (await targetsOf(bob)).length === 0);
    expect(web.of(device.token)).toEqual([]);
  });

  it('waits as long as the service says, and is not sent once it was read', async () => {
    const { bob, device, chatId, send } = await pair();
    const calls = web.calls;
    let refused = 0;
    web.answer = () => (refused++ === 0 ? { status: 429, headers: { 'retry-after': '1' } } : null);
    await send('later');
    await taken(device.token, 1);
    expect(web.calls - calls).toBe(2);
    web.answer = () => ({ status: 503 });
    await send('read meanwhile');
    await eventually(() => web.calls - calls === 3);
    await bob.ok('markAsSeen', { chatId });
    web.answer = () => null;
    await pause(2_500);
    expect(web.of(device.token)).toHaveLength(1);
  });

  it('is not sent twice by a node that reads the log again', async () => {
    const { device, send } = await pair();
    await send('once');
    await taken(device.token, 1);
    await world.sql(
      `UPDATE sinks SET "messageId" = 0, "outboxId" = 0, "leaseNo" = "leaseNo" + 1, "leasedUntil" = NULL
       WHERE name = 'push'`,
    );
    await send('again');
    const pushes = await taken(device.token, 2);
    await silence();
    expect(pushes.map(({ body }) => body.body)).toEqual(['once', 'again']);
    expect(web.of(device.token)).toHaveLength(2);
  });

  it('reaches native devices with the badge, and tells them when it was read elsewhere', async () => {
    const { bob, chatId, send } = await pair();
    const iphone = 'cd'.repeat(32);
    await bob.ok('addPushTarget', { kind: 'fcm', token: `phone-${bob.userId}` });
    await bob.ok('addPushTarget', { kind: 'apns', token: iphone });
    // The number at the icon leaves out muted chats, and mentions in them.
    const { chatId: muted, owner } = await groupOf(world, 0);
    await owner.ok('addMembers', { chatId: muted, userIds: [bob.userId] });
    await bob.ok('updateMembership', { chatId: muted, mutedUntil: '2999-01-01T00:00:00Z' });
    await owner.ok('sendMessage', { chatId: muted, content: 'you', metadata: { mentions: [bob.userId] } });
    await send('one');
    await eventually(() => fcm.of(`phone-${bob.userId}`).length === 1 && apns.of(iphone).length === 1);
    const tag = `chat-${chatId}`;
    expect(fcm.of(`phone-${bob.userId}`)[0]!.body).toMatchObject({
      notification: { body: 'one' },
      data: { type: 'message', chatId: String(chatId), badge: '1' },
      android: { collapse_key: tag, priority: 'HIGH', notification: { tag } },
    });
    const alert = apns.of(iphone)[0]!;
    expect(alert.headers).toMatchObject({ 'apns-collapse-id': tag, 'apns-push-type': 'alert' });
    expect(alert.body).toMatchObject({ aps: { alert: { body: 'one' }, badge: 1, 'thread-id': tag }, chatId });
    await bob.ok('markAsSeen', { chatId });
    await eventually(() => fcm.of(`phone-${bob.userId}`).length === 2 && apns.of(iphone).length === 2);
    expect(fcm.of(`phone-${bob.userId}`)[1]!.body).toMatchObject({ data: { type: 'read', badge: '0' } });
    const read = apns.of(iphone)[1]!;
    expect(read.headers['apns-push-type']).toBe('background');
    expect(read.body).toMatchObject({ aps: { 'content-available': 1, badge: 0 }, type: 'read', chatId });
    expect(apns.tokens.size).toBe(1);
  });
});
