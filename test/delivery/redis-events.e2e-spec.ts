import { publisherOf } from '../support/publisher.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { type Client, World } from '../support/world.js';

type Message = { id: number; chatId: number; seq: number };

/** Nodes that are joined by Redis: what happens at one is heard at the others. */
describeWithRedis('Events over three nodes', () => {
  let redis: Redis;
  let nodes: World[];
  beforeAll(async () => {
    redis = await Redis.start();
    const first = await World.start({ REDIS_URL: redis.url });
    const more = { REDIS_URL: redis.url, DATABASE_URL: first.config.database.url! };
    nodes = [first, await World.start(more), await World.start(more)];
  });
  afterAll(async () => {
    for (const node of [...nodes].reverse()) await node.stop();
    redis.close();
  });

  /** Somebody with a device at each of these nodes. */
  const person = async (...at: number[]): Promise<Client[]> => {
    const userId = nodes[0]!.newId();
    const devices: Client[] = [];
    for (const node of at) devices.push(await nodes[node]!.person(userId));
    return devices;
  };

  it('reach every device of both people of a direct chat, once, and not the one that sent', async () => {
    const [alice, aliceToo] = await person(0, 1);
    const bobs = await person(1, 2);
    const message = await alice!.ok<Message>('sendMessage', { receiverId: bobs[0]!.userId, content: 'hi' });
    for (const device of [aliceToo!, ...bobs]) {
      expect(await device.next('newChat')).toMatchObject({ id: message.chatId });
      expect(await device.next('newMessage')).toEqual(message);
    }
    const second = await bobs[1]!.ok<Message>('sendMessage', { chatId: message.chatId, content: 'ho' });
    for (const device of [alice!, aliceToo!, bobs[0]!]) {
      expect(await device.next('newMessage')).toEqual(second);
      expect(device.unread('newMessage')).toEqual([]);
    }
    expect(bobs[1]!.unread('newMessage')).toEqual([]);
  });

  it('that somebody has gone are ignored at a node where that person is online: they are old', async () => {
    const [carol] = await person(0);
    const [bob] = await person(0);
    const [dave] = await person(2);
    const { userId } = carol!;
    for (const watcher of [bob!, dave!]) {
      await watcher.ok('sendMessage', { receiverId: userId, content: 'hi' });
      // The chat is new, so the other is told of.
      expect(await watcher.next('userStatus')).toMatchObject({ userId, online: true });
      await watcher.ok('watchPresence', { userIds: [userId] });
    }
    const told = { userId, online: false, lastSeenAt: null };
    const publisher = await publisherOf(nodes[1]!);
    publisher.publish('userStatus', told, { watchersOf: userId, unlessThere: userId });
    expect(await dave!.next('userStatus')).toEqual(told);
    // What is published to Bob after it has come, so it came before.
    publisher.publish('userStatus', { ...told, online: true }, { users: [bob!.userId] });
    expect(await bob!.next('userStatus')).toMatchObject({ online: true });
  });

  it('come in the order of the messages', async () => {
    const [alice] = await person(0);
    const [bob] = await person(2);
    const sent = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        alice!.ok<Message>('sendMessage', { receiverId: bob!.userId, content: `message ${i}` }),
      ),
    );
    for (const { seq } of sent) expect(await bob!.next('newMessage')).toMatchObject({ seq });
  });

  it('arrive from the answer to userOnline on', async () => {
    const [alice] = await person(0);
    for (let round = 0; round < 30; round++) {
      const [bob] = await person(1);
      await alice!.ok('sendMessage', { receiverId: bob!.userId, content: 'at once' });
      expect(await bob!.next('newMessage')).toMatchObject({ content: 'at once' });
    }
  });

  it('of what REST does reach sockets at other nodes', async () => {
    const [bob] = await person(2);
    const body = { senderId: nodes[0]!.newId(), content: 'by REST' };
    const { id } = (
      await nodes[0]!.http.post('/chats').send({ user1Id: body.senderId, user2Id: bob!.userId })
    ).body as { id: number };
    await nodes[1]!.http.post(`/chats/${id}/messages`).send(body).expect(201);
    expect(await bob!.next('newMessage')).toMatchObject({ chatId: id, content: 'by REST' });
  });

  it('of seeing, editing, reacting and deleting reach them too', async () => {
    const [alice] = await person(0);
    const [bob] = await person(1);
    const { id, chatId } = await alice!.ok<Message>('sendMessage', {
      receiverId: bob!.userId,
      content: 'one',
    });
    await bob!.ok('markAsSeen', { messageId: id });
    expect(await alice!.next('messageSeen')).toMatchObject({ messageId: id });
    await alice!.ok('editMessage', { messageId: id, content: 'two' });
    expect(await bob!.next('messageEdited')).toMatchObject({ id, content: 'two' });
    await bob!.ok('addReaction', { messageId: id, emoji: '👍' });
    expect(await alice!.next('reactionsChanged')).toMatchObject({ messageId: id });
    await alice!.ok('deleteChat', chatId);
    expect(await bob!.next('chatDeleted')).toMatchObject({ chatId });
  });

  it('end for a socket that goes offline, and go on for the others of that person', async () => {
    const [alice] = await person(0);
    const [phone, laptop] = await person(1, 2);
    await phone!.ok('userOffline');
    const message = await alice!.ok('sendMessage', { receiverId: laptop!.userId, content: 'there?' });
    expect(await laptop!.next('newMessage')).toEqual(message);
    await phone!.settled();
    expect(phone!.unread('newMessage')).toEqual([]);
  });

  it('carry any text as it is', async () => {
    const [alice] = await person(0);
    const [bob] = await person(1);
    const content = 'line\nbreak \u2028 "quoted" \\ 👩‍👩‍👧 {"a":[1]}';
    const metadata = { nested: { list: [1, 'two\n', null] } };
    await alice!.ok('sendMessage', { receiverId: bob!.userId, content, metadata });
    expect(await bob!.next('newMessage')).toMatchObject({ content, metadata });
  });

  it('are not mixed up with those of another system on the same Redis', async () => {
    const other = await World.start({ REDIS_URL: redis.url, REDIS_PREFIX: 'other' });
    const [alice] = await person(0);
    const stranger = await other.person(alice!.userId);
    await alice!.ok('createChat', { user1Id: alice!.userId, user2Id: nodes[0]!.newId() });
    await stranger.settled();
    expect(stranger.unread('newChat')).toEqual([]);
    await other.stop();
  });
});
