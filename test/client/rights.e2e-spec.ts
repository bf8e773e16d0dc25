import { asUser, type ChatClient, createChat } from '../../packages/client/src/index.js';
import type { ChatDetails, ChatListItem, ChatsPage, SyncedView } from '../../src/contract/index.js';
import { RestAsker } from '../support/edges.js';
import { type Client, eventually, World } from '../support/world.js';
import { FaultyTransport, random } from './faulty-transport.js';

/** What a person is in a chat and may do there. */
const placeIn = (chat: Partial<ChatListItem>) => ({
  version: chat.version,
  role: chat.role,
  sending: chat.sending,
  addMembers: chat.addMembers,
  silencedUntil: chat.silencedUntil,
  canSend: chat.canSend,
  canReact: chat.canReact,
  canAddMembers: chat.canAddMembers,
  blockedByMe: chat.blockedByMe,
});

/** By the ids of the chats. */
const placesIn = (chats: Iterable<Partial<ChatListItem>>) =>
  Object.fromEntries([...chats].map((chat) => [chat.id, placeIn(chat)]));

describe('What a person may do in their chats', () => {
  let world: World;
  let application: RestAsker;
  beforeAll(async () => {
    world = await World.start({ GROUP_ADDS: 'everybody' });
    application = new RestAsker(world, 0);
  });
  const clients: ChatClient[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.stop();
  });
  afterAll(() => world.stop());

  const scene = async (chance: () => number) => {
    const [owner, bob, dave] = [await world.person(), await world.person(), await world.person()];
    const direct = await bob.ok<{ id: number }>('createChat', { user1Id: bob.userId, user2Id: dave.userId });
    const groups = [1, 2].map((n) =>
      owner.ok<{ id: number }>('createGroup', { title: `group ${n}`, memberIds: [bob.userId, dave.userId] }),
    );
    const transport = new FaultyTransport(world.socketUrl, chance);
    let online = () => {};
    const client = createChat({
      url: world.socketUrl,
      auth: asUser(bob.userId),
      transport,
      watch: (attention) => {
        online = attention.online;
        return () => undefined;
      },
    });
    clients.push(client);
    client.start();
    const ids = (await Promise.all(groups)).map(({ id }) => id);
    const isLive = () => client.connection.get().state === 'live';
    await eventually(isLive);
    return {
      owner,
      bob,
      dave,
      directId: direct.id,
      groupIds: ids,
      client,
      transport,
      isLive,
      online: () => online(),
    };
  };

  /** One change of what Bob may do, by somebody. Some are refused, because it is so already. */
  const change = async (
    { owner, bob, dave, groupIds }: { owner: Client; bob: Client; dave: Client; groupIds: number[] },
    chance: () => number,
  ): Promise<void> => {
    const of = <T>(...all: T[]): T => all[Math.floor(chance() * all.length)]!;
    const chatId = of(...groupIds);
    const member = { chatId, userId: bob.userId };
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const [by, command, input] = of<[Pick<Client, 'ask'>, string, Record<string, unknown>]>(
      [owner, 'updateChat', { chatId, sending: of('all', 'admins') }],
      [owner, 'updateChat', { chatId, addMembers: of('admins', 'members') }],
      [owner, 'updateChat', { chatId, slowModeSeconds: of(0, 60) }],
      [owner, 'setRole', { ...member, role: of('admin', 'member') }],
      [owner, 'silenceMember', { ...member, until }],
      [owner, 'unsilenceMember', member],
      [owner, 'removeMember', member],
      [owner, 'banMember', member],
      [owner, 'unbanMember', member],
      [owner, 'addMembers', { chatId, userIds: [bob.userId] }],
      [bob, 'leaveChat', { chatId }],
      [bob, of('blockUser', 'unblockUser'), { userId: dave.userId }],
      [application, of('deactivateUser', 'reactivateUser'), { userId: dave.userId }],
    );
    await by.ask(command, input);
  };

  it.each([3, 5])(
    'is known to the client after changes of everything that decides it (seed %i)',
    async (seed) => {
      const chance = random(seed);
      const here = await scene(chance);
      const { bob, owner, client, transport, isLive } = here;
      for (let round = 0; round < 8; round++) {
        for (let i = 0; i < 12; i++) await change(here, chance);
        // Back in the groups, as whatever one is there.
        for (const chatId of here.groupIds) {
          await owner.ask('unbanMember', { chatId, userId: bob.userId });
          await owner.ask('addMembers', { chatId, userIds: [bob.userId] });
        }
        if (round % 3 === 2) {
          // What happened while it was away is in the next sync.
          transport.cut();
          const blocks = here.client
            .chats()
            .get()
            .items.find(({ id }) => id === here.directId)!.blockedByMe;
          await bob.ok(blocks ? 'unblockUser' : 'blockUser', { userId: here.dave.userId });
          for (let i = 0; i < 4; i++)
            await owner.ask('updateChat', {
              chatId: here.groupIds[i % 2],
              sending: chance() < 0.5 ? 'all' : 'admins',
            });
          await application.ask(chance() < 0.5 ? 'deactivateUser' : 'reactivateUser', {
            userId: here.dave.userId,
          });
          here.online();
          await eventually(isLive);
        }
        let fresh: ChatListItem[] = [];
        const isSame = async () => {
          fresh = (await bob.ok<ChatsPage>('getChats', { page: true })).chats;
          return JSON.stringify(placesIn(client.chats().get().items)) === JSON.stringify(placesIn(fresh));
        };
        await eventually(isSame).catch(() => undefined);
        expect(placesIn(client.chats().get().items)).toEqual(placesIn(fresh));
        // All that the server answers with says the same.
        const { chats } = await bob.ok<SyncedView>('sync');
        expect(placesIn(chats.map(({ chat }) => chat))).toEqual(placesIn(fresh));
        for (const chat of fresh)
          expect(placeIn(await bob.ok<ChatDetails>('getChat', { chatId: chat.id }))).toEqual(placeIn(chat));
      }
    },
  );

  it('is not in what the application reads of a chat', async () => {
    const { directId, groupIds } = await scene(random(1));
    for (const chatId of [directId, ...groupIds]) {
      const chat = await application.ok<ChatDetails>('getChat', { chatId });
      expect(Object.keys(chat).filter((key) => /^can|^role$|silenced|blocked/.test(key))).toEqual([]);
    }
  });
});
