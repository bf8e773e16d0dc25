import type { ChatListItem, ChatView, NewChatView, PresenceView } from '../../src/contract/index.js';
import { connected, ownAccounts } from '../support/accounts.js';
import { groupOf } from '../support/groups.js';
import { type Client, eventually, World } from '../support/world.js';

/** What a list item has that does not come with newChat, or is only there once somebody has written. */
const asNew = ({ lastMessage: _, otherUser, ...item }: ChatListItem) => {
  const { online: __, ...user } = otherUser ?? { online: false };
  return { ...item, otherUser: otherUser && { ...user, lastSeenAt: null } };
};

describe('A chat that is new', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const item = async (client: Client, chatId: number) =>
    (await client.ok<ChatListItem[]>('getChats')).find(({ id }) => id === chatId)!;
  const named = async (name: string) => {
    const client = await world.person();
    await world.http
      .patch(`/users/${client.userId}`)
      .send({ name, metadata: { public: { name } } })
      .expect(200);
    return client;
  };

  it('comes to each of two people as their list has it, with the other', async () => {
    const [alice, bob] = [await named('Alice'), await named('Bob')];
    const phone = await world.person(alice.userId);
    const { id } = await alice.ok<ChatView>('createChat', { user1Id: alice.userId, user2Id: bob.userId });
    for (const [reader, of] of [
      [phone, 'Bob'],
      [bob, 'Alice'],
    ] as const) {
      const chat = await reader.next<NewChatView>('newChat');
      expect(chat).toEqual(asNew(await item(reader, id)));
      expect(chat).toMatchObject({ role: 'member', unread: 0, canSend: true, otherUser: { name: of } });
    }
  });

  it('comes with the first message of somebody, before that', async () => {
    const [alice, bob] = [await named('Alice'), await named('Bob')];
    await alice.ok('sendMessage', { receiverId: bob.userId, content: 'hi' });
    const other = { id: alice.userId, name: 'Alice', metadata: { public: { name: 'Alice' } } };
    expect(await bob.next('newChat')).toMatchObject({ unread: 0, lastSeq: 0, otherUser: other });
    expect(await bob.next('newMessage')).toMatchObject({ seq: 1 });
  });

  it('comes to members of a group with their role, and to who joins with where unread begins', async () => {
    const { chatId, owner, members } = await groupOf(world, 1);
    const phone = await world.person(owner.userId);
    const title = { title: 'second', memberIds: [members[0]!.userId] };
    const { id } = await owner.ok<ChatView>('createGroup', title);
    expect(await phone.next<NewChatView>('newChat')).toEqual(asNew(await item(owner, id)));
    const [bob] = members as [Client];
    await eventually(async () => (await bob.next<NewChatView>('newChat')).id === id);

    await owner.ok('sendMessage', { chatId, content: 'before' });
    const dora = await world.person();
    await owner.ok('addMembers', { chatId, userIds: [dora.userId] });
    const chat = await dora.next<NewChatView>('newChat');
    const { role, unreadSeq, readSeq } = await item(dora, chatId);
    expect(chat).toMatchObject({ role, unreadSeq, readSeq, unread: 0, otherUser: null, canSend: true });
  });

  it('shows two people who are online to each other, and nobody who is invisible', async () => {
    for (const open of ['createChat', 'sendMessage'] as const) {
      const [alice, bob, carol] = await Promise.all([world.person(), world.person(), world.person()]);
      const opened = (other: Client) =>
        open === 'createChat'
          ? alice.ok(open, { user1Id: alice.userId, user2Id: other.userId })
          : alice.ok(open, { receiverId: other.userId, content: 'hi' });
      await opened(bob);
      expect(await alice.next('userStatus')).toMatchObject({ userId: bob.userId, online: true });
      expect(await bob.next('userStatus')).toMatchObject({ userId: alice.userId, online: true });
      await carol.ok('setVisibility', { userId: carol.userId, visible: false });
      await opened(carol);
      expect(await carol.next('userStatus')).toMatchObject({ userId: alice.userId, online: true });
      await alice.settled();
      const seen = alice.unread('userStatus') as PresenceView[];
      expect(seen).not.toContainEqual(expect.objectContaining({ userId: carol.userId, online: true }));
    }
  });
});

describe('With AUTH=jwt', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts() });
  });
  afterAll(() => world.stop());

  it('a first message shows who wrote it, and not who has not said a word', async () => {
    const [alice, bob] = [await connected(world), await connected(world)];
    await alice.ok('createChat', { user1Id: alice.userId, user2Id: bob.userId });
    await alice.settled();
    const carol = await connected(world);
    await alice.ok('sendMessage', { receiverId: carol.userId, content: 'hi' });
    expect(await carol.next('userStatus')).toMatchObject({ userId: alice.userId, online: true });
    await Promise.all([alice, bob].map((one) => one.settled()));
    expect([...alice.unread('userStatus'), ...bob.unread('userStatus')]).toEqual([]);
  });
});
