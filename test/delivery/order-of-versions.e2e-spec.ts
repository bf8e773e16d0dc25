import type { ChatView, MessageView } from '../../src/contract/index.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { type Client, eventually, World } from '../support/world.js';

jest.setTimeout(90_000);

/** Events that tell of a chat without changing it. */
const TELLING = ['newChat', 'messageSeen', 'messageDelivered'];

/** A member, and the versions of the changes that it hears. */
interface Member {
  client: Client;
  heard: number[];
}

async function memberAt(world: World, userId: number): Promise<Member> {
  const member: Member = { client: await world.person(userId), heard: [] };
  member.client.socket.onAny((event: string, payload: { version?: number }) => {
    if (payload.version !== undefined && !TELLING.includes(event)) member.heard.push(payload.version);
  });
  return member;
}

/** A group with members at each world, in turn; the first owns it. Two listeners change nothing. */
async function groupAt(worlds: World[], size: number) {
  const [first] = worlds as [World];
  const members = await Promise.all(
    Array.from({ length: size }, (_, i) => memberAt(worlds[i % worlds.length]!, first.newId())),
  );
  const [owner] = members as [Member];
  const { id: chatId, version } = await owner.client.ok<ChatView>('createGroup', {
    title: 'group',
    memberIds: members.map(({ client }) => client.userId),
  });
  await Promise.all(members.slice(1).map(({ client }) => client.next('newChat')));
  return { chatId, version, members, listeners: members.slice(-2), actors: members.slice(0, -2) };
}

/** Everybody reacts, sends, edits, renames and deletes at once. */
async function changeAtOnce({ chatId, actors }: Awaited<ReturnType<typeof groupAt>>): Promise<void> {
  const [owner] = actors as [Member];
  const { id: messageId } = await owner.client.ok<MessageView>('sendMessage', { chatId, content: 'all' });
  for (let round = 0; round < 6; round++) {
    await Promise.all(
      actors.flatMap(({ client }, i) => {
        const react = client.ok(round % 2 === 0 ? 'addReaction' : 'removeReaction', {
          messageId,
          emoji: '👍',
        });
        const send = client.ok<MessageView>('sendMessage', { chatId, content: `${round} ${i}` });
        const edit = send.then(({ id }) => client.ok('editMessage', { messageId: id, content: 'edited' }));
        const seen = send.then(({ id }) => client.ok('markAsSeen', { messageId: id }));
        const remove = async () => {
          await edit;
          await client.ok('deleteMessage', { messageId: (await send).id, for: 'everyone' });
        };
        const rename = () => client.ok('updateChat', { chatId, title: `round ${round}` });
        return [react, edit, seen, ...(i === 0 ? [rename()] : []), ...(i % 3 === 1 ? [remove()] : [])];
      }),
    );
  }
}

const rising = (versions: readonly number[]) =>
  versions.every((version, i) => i === 0 || version > versions[i - 1]!);

/** Everybody hears rising versions; who has changed nothing hears each of them. */
async function expectOrder(world: World, worlds = [world]): Promise<void> {
  const group = await groupAt(worlds, 12);
  await changeAtOnce(group);
  const [row] = await world.sql<{ version: number }>('SELECT version::int FROM chats WHERE id = $1', [
    group.chatId,
  ]);
  const versions = Array.from({ length: row!.version - group.version }, (_, i) => group.version + 1 + i);
  await eventually(() => group.listeners.every(({ heard }) => heard.length === versions.length));
  for (const { heard } of group.listeners) expect(heard).toEqual(versions);
  for (const { heard } of group.members) expect(rising(heard)).toBe(true);
}

describe('The events of a chat', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('are heard in the order of its versions, whatever caused them', () => expectOrder(world));

  it('are heard in that order when twenty people react at once', async () => {
    const { chatId, listeners, actors } = await groupAt([world], 22);
    for (let round = 0; round < 10; round++) {
      const { id: messageId } = await actors[0]!.client.ok<MessageView>('sendMessage', {
        chatId,
        content: 'x',
      });
      await Promise.all(actors.map(({ client }) => client.ok('addReaction', { messageId, emoji: '❤️' })));
    }
    await eventually(() => listeners.every(({ heard }) => heard.length === 210));
    for (const { heard } of listeners) expect(rising(heard)).toBe(true);
  });

  it('are heard in that order in a chat that the node has not heard of since its start', async () => {
    const group = await groupAt([world], 9);
    const send = { chatId: group.chatId, content: 'x' };
    const { id: messageId } = await group.actors[0]!.client.ok<MessageView>('sendMessage', send);
    const restarted = await World.start({ DATABASE_URL: world.config.database.url! });
    const members = await Promise.all(group.members.map(({ client }) => memberAt(restarted, client.userId)));
    await Promise.all(
      members.slice(1).map(({ client }) => client.ok('addReaction', { messageId, emoji: '👍' })),
    );
    await eventually(() => members[0]!.heard.length === 8);
    expect(rising(members[0]!.heard)).toBe(true);
    await restarted.stop();
  });

  it('do not wait for a version that was never published', async () => {
    const { alice, bob, chatId } = await world.pair();
    await alice.ok('sendMessage', { chatId, content: 'before' });
    await world.sql('UPDATE chats SET version = version + 5 WHERE id = $1', [chatId]);
    await alice.ok('sendMessage', { chatId, content: 'after' });
    await alice.ok('sendMessage', { chatId, content: 'last' });
    const heard = [await bob.next('newMessage'), await bob.next('newMessage'), await bob.next('newMessage')];
    expect(heard).toMatchObject([{ content: 'before' }, { content: 'after' }, { content: 'last' }]);
  });
});

describeWithRedis('The events of a chat, with two nodes', () => {
  it('are heard in the order of its versions, whichever node committed them', async () => {
    const redis = await Redis.start();
    const one = await World.start({ REDIS_URL: redis.url });
    const other = await World.start({ REDIS_URL: redis.url, DATABASE_URL: one.config.database.url! });
    const isUp = async (world: World) =>
      ((await world.http.get('/health/ready')).body as { redis: string }).redis === 'up';
    await eventually(async () => (await isUp(one)) && (await isUp(other)));
    await expectOrder(one, [one, other]);
    await other.stop();
    await one.stop();
    redis.close();
  });
});
