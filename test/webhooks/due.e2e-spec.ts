import type { CreatedWebhookView, NotificationDueView, WebhookView } from '../../src/contract/index.js';
import { notificationDueView } from '../../src/contract/views/webhooks.js';
import { Receiver, SENDS_WEBHOOKS, withoutRepeats } from '../support/receiver.js';
import { type Client, eventually, World } from '../support/world.js';

const DUE_AFTER_MS = 400;

describe('Unread messages, told to webhooks', () => {
  let world: World;
  let receiver: Receiver;
  beforeAll(async () => {
    world = await World.start({
      ...SENDS_WEBHOOKS,
      NOTIFICATION_DUE_AFTER_MS: String(DUE_AFTER_MS),
      WEBHOOK_RETRIES: '60ms,80ms,100ms',
    });
  });
  beforeEach(async () => {
    receiver = await Receiver.start();
    await webhook(['notification.due']);
    await eventually(async () => (await sinks()) === 1);
  });
  afterEach(async () => {
    const { body } = await world.http.get('/webhooks').expect(200);
    for (const { id } of body as WebhookView[]) await world.http.delete(`/webhooks/${id}`).expect(200);
    await receiver.stop();
  });
  afterAll(() => world.stop());

  const sinks = async () =>
    (await world.sql<{ n: string }>(`SELECT count(*) AS n FROM sinks WHERE name = 'due'`)).reduce(
      (_, { n }) => Number(n),
      0,
    );

  async function webhook(events: readonly string[]): Promise<CreatedWebhookView> {
    const { body } = await world.http.post('/webhooks').send({ url: receiver.url, events }).expect(201);
    return body as CreatedWebhookView;
  }

  async function readAll(reader: Client, chatId: number): Promise<void> {
    const { messages } = await reader.ok<{ messages: { id: number }[] }>('getMessages', { chatId });
    await reader.ok('markAsSeen', { messageId: Math.max(...messages.map(({ id }) => id)) });
  }

  const due = (chatId: number) =>
    withoutRepeats(receiver.taken)
      .filter(({ body }) => body.type === 'notification.due' && body.chatId === chatId)
      .map(({ body }) => body.data as unknown as NotificationDueView);

  /** Waits until a message of another chat was told of, which was sent after all that happened before. */
  async function passed(): Promise<void> {
    const { alice, chatId } = await world.pair();
    await alice.ok('sendMessage', { chatId, content: 'later' });
    await eventually(() => due(chatId).length === 1);
  }

  it('tells of a person who has not read a message, with the message and how many there are', async () => {
    const { alice, bob, chatId } = await world.pair();
    await alice.ok('sendMessage', { chatId, content: 'one' });
    await readAll(bob, chatId);
    const { id, seq } = await alice.ok<{ id: number; seq: number }>('sendMessage', {
      chatId,
      content: 'two',
    });
    await eventually(() => due(chatId).length > 0);
    const [notice] = due(chatId);
    expect(notificationDueView.parse(notice)).toEqual(notice);
    expect(notice).toMatchObject({
      message: { id, seq, content: 'two', senderId: alice.userId },
      users: [{ userId: bob.userId, unreadCount: 1, isMentioned: false, quietUntil: null }],
    });
    const [{ body, id: eventId } = fail()] = receiver.taken.filter(({ body }) => body.chatId === chatId);
    expect(eventId).toBe(`evt_${chatId}_m${seq}_due${bob.userId}`);
    expect(body.version).toBe((body.data.message as { version: number }).version);
  });

  it('does not tell before its time', async () => {
    const { alice, chatId } = await world.pair();
    const { createdAt } = await alice.ok<{ createdAt: string }>('sendMessage', { chatId, content: 'one' });
    await eventually(() => due(chatId).length === 1);
    const [{ body } = fail()] = receiver.taken.filter(({ body }) => body.chatId === chatId);
    expect(Date.parse(body.timestamp) - Date.parse(createdAt)).toBeGreaterThanOrEqual(DUE_AFTER_MS - 2);
  });

  it('tells nothing of what was read, deleted or blocked, or is of a chat that is muted', async () => {
    const [read, deleted, blocked, muted] = [
      await world.pair(),
      await world.pair(),
      await world.pair(),
      await world.pair(),
    ];
    await read.alice.ok('sendMessage', { chatId: read.chatId, content: 'x' });
    await readAll(read.bob, read.chatId);
    const { id } = await deleted.alice.ok<{ id: number }>('sendMessage', {
      chatId: deleted.chatId,
      content: 'x',
    });
    await deleted.alice.ok('deleteMessage', { messageId: id, for: 'everyone' });
    await blocked.alice.ok('sendMessage', { chatId: blocked.chatId, content: 'x' });
    await blocked.bob.ok('blockUser', { userId: blocked.alice.userId });
    await muted.alice.ok('sendMessage', { chatId: muted.chatId, content: 'x' });
    await muted.bob.ok('updateMembership', { chatId: muted.chatId, mutedUntil: '2099-01-01T00:00:00.000Z' });
    await passed();
    for (const { chatId } of [read, deleted, blocked, muted]) expect(due(chatId)).toEqual([]);
  });

  it('tells once until the person has read it, and then of what is new', async () => {
    const { alice, bob, chatId } = await world.pair();
    await alice.ok('sendMessage', { chatId, content: 'one' });
    await eventually(() => due(chatId).length === 1);
    await alice.ok('sendMessage', { chatId, content: 'two' });
    await passed();
    expect(due(chatId)).toHaveLength(1);
    await readAll(bob, chatId);
    await alice.ok('sendMessage', { chatId, content: 'three' });
    await eventually(() => due(chatId).length === 2);
    expect(due(chatId)[1]).toMatchObject({ message: { content: 'three' }, users: [{ unreadCount: 1 }] });
  });

  it('tells of what comes after a chat was cleared unread', async () => {
    const { alice, bob, chatId } = await world.pair();
    await alice.ok('sendMessage', { chatId, content: 'one' });
    await eventually(() => due(chatId).length === 1);
    await bob.ok('clearChat', { chatId });
    await alice.ok('sendMessage', { chatId, content: 'two' });
    await eventually(() => due(chatId).length === 2);
  });

  it('tells of somebody whose device is active when it is not any more', async () => {
    const { alice, bob, chatId } = await world.pair();
    await bob.ok('setActive', { active: true });
    await alice.ok('sendMessage', { chatId, content: 'one' });
    await passed();
    expect(due(chatId)).toEqual([]);
    await bob.ok('setActive', { active: false });
    await eventually(() => due(chatId).length === 1);
  });

  it('forgets somebody who was active and has read it', async () => {
    const { alice, bob, chatId } = await world.pair();
    await bob.ok('setActive', { active: true });
    await alice.ok('sendMessage', { chatId, content: 'one' });
    const waiting = () => world.sql(`SELECT FROM due_notifications WHERE "chatId" = ${chatId}`);
    await eventually(async () => (await waiting()).length === 1);
    await readAll(bob, chatId);
    await eventually(async () => (await waiting()).length === 0);
    await bob.ok('setActive', { active: false });
    await passed();
    expect(due(chatId)).toEqual([]);
  });

  it('tells of many people of a group together, and of those at "mentions" only where they are mentioned', async () => {
    const alice = await world.person();
    const memberIds = Array.from({ length: 130 }, () => world.newId());
    const { id: chatId } = await alice.ok<{ id: number }>('createGroup', { title: 'Many', memberIds });
    const picky = await world.person(memberIds[0]);
    await picky.ok('updateMembership', { chatId, notify: 'mentions' });
    await alice.ok('sendMessage', { chatId, content: 'for all' });
    await eventually(() => due(chatId).length === 2);
    const told = due(chatId).map(({ users }) => users.map(({ userId }) => userId));
    expect(told.map(({ length }) => length)).toEqual([100, 29]);
    expect(told.flat().sort((a, b) => a - b)).toEqual(memberIds.slice(1));
    await alice.ok('sendMessage', { chatId, content: 'you', metadata: { mentions: [picky.userId] } });
    await eventually(() => due(chatId).length === 3);
    expect(due(chatId)[2]).toMatchObject({ users: [{ userId: picky.userId, isMentioned: true }] });
  });

  it('says until when a person wants quiet', async () => {
    const { alice, bob, chatId } = await world.pair();
    const quiet = { from: '00:00', to: '23:59', days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] };
    const other = { ...quiet, from: '12:00', to: '11:59' };
    await bob.ok('updatePreferences', {
      quiet: new Date().getUTCHours() === 23 ? other : quiet,
      timeZone: 'UTC',
    });
    await alice.ok('sendMessage', { chatId, content: 'one' });
    await eventually(() => due(chatId).length === 1);
    expect(Date.parse(due(chatId)[0]!.users[0]!.quietUntil!)).toBeGreaterThan(Date.now());
  });

  it('leaves out whoever reads it while the receiver is down', async () => {
    const { alice, bob, chatId } = await world.pair();
    receiver.manner = () => 400;
    await alice.ok('sendMessage', { chatId, content: 'one' });
    await eventually(() => receiver.came.some(({ body }) => body.chatId === chatId));
    await readAll(bob, chatId);
    receiver.manner = () => 200;
    await passed();
    expect(due(chatId)).toEqual([]);
  });

  it('costs nothing when no webhook wants it any more', async () => {
    const { body } = await world.http.get('/webhooks').expect(200);
    const [{ id } = fail()] = body as WebhookView[];
    await world.http
      .patch(`/webhooks/${id}`)
      .send({ events: ['newMessage'] })
      .expect(200);
    await eventually(async () => (await sinks()) === 0);
    await world.http
      .patch(`/webhooks/${id}`)
      .send({ events: ['*'] })
      .expect(200);
    await eventually(async () => (await sinks()) === 1);
  });
});

const fail = (): never => {
  throw new Error('there is none');
};
