import { ScriptedTransport } from '../test/scripted.js';
import { group, message, ready, synced } from '../test/views.js';
import { asUser } from './auth.js';
import { type ChatClient, createChat } from './chat.js';
import { memory } from './storage/memory.js';
import type { Storage } from './storage/storage.js';

const ME = 1;
const CHAT = 5;

describe('What a device keeps', () => {
  let storage: Storage;
  const open: ChatClient[] = [];

  beforeEach(() => {
    storage = memory();
  });
  afterEach(() => {
    for (const chat of open.splice(0)) chat.stop();
  });

  const settled = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));

  /** A client on this device; the server has a chat of three messages. */
  const start = async () => {
    const transport = new ScriptedTransport();
    transport.react = ({ command, input, answer }) => {
      if (command === 'sync') answer(synced());
      if (command === 'getChats')
        answer({ chats: input.filter === 'inbox' ? [group(CHAT, 3)] : [], more: false });
      if (command === 'getMessages')
        answer({
          messages: [1, 2, 3].map((seq) => message(CHAT, seq)),
          more: false,
          moreBefore: false,
          moreAfter: false,
          lastSeq: 3,
          version: 3,
        });
    };
    const chat = createChat({
      url: 'http://chat.test',
      auth: asUser(ME),
      transport,
      storage,
      watch: () => () => undefined,
    });
    open.push(chat);
    chat.start();
    await settled();
    return {
      chat,
      event: transport.link.listener.event.bind(transport.link.listener),
      live: async () => {
        transport.link.listener.event('ready', ready(ME));
        await settled();
      },
    };
  };

  /** The next start, without a network. */
  const away = async (chat: ChatClient) => {
    chat.stop();
    await settled();
    return (await start()).chat;
  };

  it('has the chats of the first list, in which nothing has changed since', async () => {
    const { chat, live } = await start();
    await live();
    expect((await away(chat)).chats('inbox').get().items).toMatchObject([{ id: CHAT, unread: 3 }]);
  });

  it('has the messages of a chat that was opened and read', async () => {
    const { chat, live } = await start();
    await live();
    const room = chat.open(CHAT);
    room.timeline.subscribe(() => undefined);
    await settled();
    const items = (await away(chat)).open(CHAT).timeline.get().items;
    expect(items.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('knows that a chat was cleared', async () => {
    const { chat, live, event } = await start();
    await live();
    event('chatCleared', { chatId: CHAT, userId: ME, seq: 3, version: 3, changed: false });
    expect(chat.chats('inbox').get().items).toEqual([]);
    expect((await away(chat)).chats('inbox').get().items).toEqual([]);
  });
});
