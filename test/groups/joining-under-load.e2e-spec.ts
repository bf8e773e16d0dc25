import type { ChatView, MessageView, SyncedView } from '../../src/contract/index.js';
import { groupOf } from '../support/groups.js';
import { type Client, eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

describe('What somebody who joins hears while others write', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const send = (client: Client, chatId: number, content: string) =>
    client.ok<MessageView>('sendMessage', { chatId, content });

  it('is everything from then on', async () => {
    const { chatId, owner, members } = await groupOf(world, 3);
    let flooding = true;
    const flood = Promise.all(
      members.flatMap((client) =>
        ['a', 'b'].map(async (content) => {
          while (flooding) await send(client, chatId, content);
        }),
      ),
    );
    const newcomers: { from: number; heard: number[] }[] = [];
    for (let round = 0; round < 25; round++) {
      const newcomer = await world.person();
      const heard: number[] = [];
      for (const event of ['newMessage', 'membersAdded'])
        newcomer.socket.on(event, ({ version }: { version: number }) => heard.push(version));
      await owner.ok('addMembers', { chatId, userIds: [newcomer.userId] });
      newcomers.push({ from: (await newcomer.next<ChatView>('newChat')).version, heard });
    }
    flooding = false;
    await flood;
    const { version: last } = await send(owner, chatId, 'last');
    await eventually(() => newcomers.every(({ heard }) => heard.at(-1) === last));
    for (const { from, heard } of newcomers)
      expect(heard).toEqual(Array.from({ length: last - from }, (_, i) => from + 1 + i));
  });

  it('is in a group that hides its past also what was written while they entered, by sync', async () => {
    const { chatId, owner, members } = await groupOf(world, 1, { historyVisible: 'fromJoin' });
    const [bob] = members as [Client];
    await send(owner, chatId, 'old');
    const newcomer = await world.person();
    const added = owner.ok('addMembers', { chatId, userIds: [newcomer.userId] });
    await bob.next('membersAdded');
    await send(bob, chatId, 'welcome');
    const chat = await newcomer.next<ChatView>('newChat');
    await newcomer.next('syncNeeded');
    await added;
    const { chats } = await newcomer.ok<SyncedView>('sync', { versions: { [chatId]: chat.version } });
    expect(chats[0]!.messages).toMatchObject([{ type: 'system' }, { content: 'welcome' }]);
  });
});
