import { setTimeout as pass } from 'node:timers/promises';
import { asUser, type ChatClient, createChat } from '../../packages/client/src/index.js';
import { World } from '../support/world.js';
import { FaultyTransport } from './faulty-transport.js';

describe('A client is told of messages', () => {
  let world: World;
  const clients: ChatClient[] = [];
  beforeAll(async () => {
    world = await World.start();
  });
  afterEach(() => {
    for (const chat of clients.splice(0)) chat.stop();
  });
  afterAll(() => world.stop());

  const until = async (what: string, holds: () => boolean): Promise<void> => {
    const end = Date.now() + 8_000;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`not in time: ${what}`);
      await pass(10);
    }
  };
  const person = async () => {
    const id = world.newId();
    const transport = new FaultyTransport(world.socketUrl, () => 1);
    const chat = createChat({ url: world.socketUrl, auth: asUser(id), transport });
    const heard: string[] = [];
    chat.on('message', ({ content }) => heard.push(content));
    clients.push(chat);
    chat.start();
    await until('live', () => chat.connection.get().state === 'live');
    return { id, chat, transport, heard };
  };

  it('the first of a chat that it did not know, and says that it was delivered', async () => {
    const [alice, bob] = [await person(), await person()];
    const room = alice.chat.openDirect(bob.id);
    await room.send('hello').stored;
    await until('heard', () => bob.heard.length > 0);
    await until('delivered', () => room.timeline.get().items[0]?.status === 'delivered');
    const [item] = bob.chat.chats().get().items;
    expect(item).toMatchObject({ unread: 1, lastMessage: { content: 'hello' } });
    bob.chat.open(item!.id).seen(1);
    await until('seen', () => room.timeline.get().items[0]?.status === 'seen');
    expect(bob.heard).toEqual(['hello']);
  });

  it('what was sent while it was away, in order and once', async () => {
    const [alice, bob] = [await person(), await person()];
    const room = alice.chat.openDirect(bob.id);
    await room.send('one').stored;
    await until('heard', () => bob.heard.length === 1);
    bob.transport.offline = true;
    bob.transport.cut();
    for (const content of ['two', 'three']) await room.send(content).stored;
    bob.transport.offline = false;
    await until('heard', () => bob.heard.length >= 3);
    bob.transport.cut();
    await until('live', () => bob.chat.connection.get().state === 'live');
    expect(bob.heard).toEqual(['one', 'two', 'three']);
  });

  it('many of a chat in which nothing was read: opened at the first of them', async () => {
    const [alice, bob] = [await person(), await person()];
    const room = alice.chat.openDirect(bob.id);
    for (let nr = 1; nr <= 60; nr++) await room.send(`${nr}`).stored;
    await until('counted', () => bob.chat.chats().get().items[0]?.unread === 60);
    bob.chat.stop();
    // Nothing is left of what was heard.
    const again = createChat({
      url: world.socketUrl,
      auth: asUser(bob.id),
      transport: new FaultyTransport(world.socketUrl, () => 1),
    });
    clients.push(again);
    again.start();
    await until('listed', () => again.chats().get().items.length === 1);
    const opened = again.open(again.chats().get().items[0]!.id);
    await until('shown', () => opened.timeline.get().items.length > 0);
    expect(opened.timeline.get()).toMatchObject({ unreadSeq: 0, moreBefore: false, moreAfter: true });
    expect(opened.timeline.get().items[0]).toMatchObject({ seq: 1 });
  });
});
