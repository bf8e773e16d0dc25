import { Window } from 'happy-dom';
import { act, memo, StrictMode, Suspense } from 'react';
import type { Root } from 'react-dom/client';
import { ScriptedTransport } from '../../test/scripted.js';
import { group, message, ready, synced, user } from '../../test/views.js';
import { asUser } from '../auth.js';
import { type ChatClient, createChat } from '../chat.js';
import type { TimelineItem } from '../store/timeline.js';
import {
  ChatProvider,
  useChats,
  useConnection,
  useDraft,
  useMembers,
  useRoom,
  useSearch,
  useTimeline,
  useMe,
  useOutbox,
  usePresence,
  useReceipts,
  useTyping,
  useUnread,
  useUser,
} from './index.js';

const CHAT = 5;
const window = new Window();
const globals = {
  window,
  document: window.document,
  navigator: window.navigator,
  IS_REACT_ACT_ENVIRONMENT: true,
};

describe('The hooks', () => {
  let transport: ScriptedTransport;
  let chat: ChatClient;
  let root: Root;
  let host: ReturnType<typeof window.document.createElement>;

  beforeAll(() => Object.assign(globalThis, globals));
  afterAll(async () => {
    for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
    await window.happyDOM.close();
  });

  beforeEach(async () => {
    const { createRoot } = await import('react-dom/client');
    transport = new ScriptedTransport();
    transport.react = ({ command, input, answer }) => {
      if (command === 'sync') answer(synced());
      if (command === 'getChats')
        answer({ chats: input.filter === 'inbox' ? [group(CHAT, 3), group(6, 0)] : [], more: false });
      if (command === 'getUsers') answer((input.ids as number[]).map((id) => user(id)));
      if (command === 'getMembers')
        answer({ chatId: input.chatId, members: [], more: false, membersVersion: 1 });
      if (command === 'getMessages') {
        const messages = [1, 2, 3].map((seq) => message(Number(input.chatId), seq));
        answer({
          chatId: input.chatId,
          messages,
          more: false,
          moreBefore: false,
          moreAfter: false,
          lastSeq: 3,
          version: 3,
        });
      }
    };
    chat = createChat({ url: 'http://chat.test', auth: asUser(1), transport, watch: () => () => undefined });
    chat.start();
    await Promise.resolve();
    await settled();
    transport.link.listener.event('ready', ready(1));
    await settled();
    host = window.document.createElement('div');
    root = createRoot(host as unknown as Element);
  });
  afterEach(async () => {
    await act(async () => root.unmount());
    chat.stop();
  });

  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
  const render = (children: React.ReactNode) =>
    act(async () => {
      root.render(
        <StrictMode>
          <ChatProvider client={chat}>{children}</ChatProvider>
        </StrictMode>,
      );
      await settled();
    });
  const hear = (name: string, body: unknown) =>
    act(async () => {
      transport.link.listener.event(name, body);
      await settled();
    });
  const text = () => host.textContent;

  it('show a chat that is open, and read it once in StrictMode', async () => {
    function Messages() {
      const { items } = useTimeline(CHAT);
      return <p>{items.map(({ message: { content } }) => content).join(', ')}</p>;
    }
    await render(<Messages />);
    expect(text()).toBe('message 1, message 2, message 3');
    expect(transport.link.of('getMessages')).toHaveLength(1);
    expect(transport.links).toHaveLength(1);
  });

  it('render the rows that have changed, and no others', async () => {
    const rendered: number[] = [];
    const Row = memo(function Row({ item }: { item: TimelineItem }) {
      rendered.push(item.seq!);
      return <li>{item.message.content}</li>;
    });
    function Messages() {
      return useTimeline(CHAT).items.map((item) => <Row key={item.key} item={item} />);
    }
    await render(<Messages />);
    rendered.length = 0;
    await hear('newMessage', message(CHAT, 4));
    expect(new Set(rendered)).toEqual(new Set([4]));
    rendered.length = 0;
    await hear('messageEdited', message(CHAT, 2, { version: 5, content: 'better' }));
    expect(new Set(rendered)).toEqual(new Set([2]));
    rendered.length = 0;
    await hear('newMessage', message(6, 1));
    await hear('userTyping', { chatId: CHAT, userId: 2, typing: true, expiresInMs: 5_000 });
    expect(rendered).toEqual([]);
  });

  it('render nothing for what they do not show', async () => {
    let renders = 0;
    function Status() {
      renders++;
      return <p>{useConnection().state}</p>;
    }
    await render(<Status />);
    const before = renders;
    await hear('newMessage', message(CHAT, 4));
    expect(renders).toBe(before);
    expect(text()).toBe('live');
  });

  it('say who types, how much is unread, who somebody is, and who the members are', async () => {
    function All() {
      const typing = useTyping(CHAT);
      const members = useMembers(CHAT);
      const { items } = useChats();
      return (
        <p>
          {typing.join()} {useUnread().total} {useUser(2)?.name} {items.length} {members?.length}
        </p>
      );
    }
    await render(<All />);
    await hear('userTyping', { chatId: CHAT, userId: 2, typing: true, expiresInMs: 5_000 });
    await hear('newMessage', message(CHAT, 4));
    await hear('userTyping', { chatId: CHAT, userId: 3, typing: true, expiresInMs: 5_000 });
    expect(text()).toBe('3 1 user 2 2 0');
  });

  it('keep a room for those who come back at once, and let go of it after a second', async () => {
    function Messages() {
      useRoom(CHAT);
      return <p>open</p>;
    }
    await render(<Messages />);
    await render(null);
    await render(<Messages />);
    expect(transport.link.of('getMessages')).toHaveLength(1);
  });

  it('say who types in a chat that nobody has opened, and do not open it', async () => {
    function Row() {
      return <p>{useTyping(CHAT).join()}</p>;
    }
    await render(<Row />);
    await hear('userTyping', { chatId: CHAT, userId: 2, typing: true, expiresInMs: 5_000 });
    expect(text()).toBe('2');
    await hear('userTyping', { chatId: CHAT, userId: 2, typing: false, expiresInMs: 0 });
    expect(text()).toBe('');
    expect(transport.link.of('getMessages')).toEqual([]);
  });

  it('say no more that somebody types once the time is over, also when nothing else comes', async () => {
    function Row() {
      return <p>{useTyping(CHAT).join()}</p>;
    }
    await render(<Row />);
    await hear('userTyping', { chatId: CHAT, userId: 2, typing: true, expiresInMs: 50 });
    await hear('userTyping', { chatId: CHAT, userId: 3, typing: true, expiresInMs: 60_000 });
    const end = Date.now() + 5_000;
    while (text() !== '3' && Date.now() < end) await act(settled);
    expect(text()).toBe('3');
  });

  it('say who has seen and received a message, and render again when that moves', async () => {
    let renders = 0;
    function Receipts({ seq }: { seq: number }) {
      renders++;
      const { seenBy, deliveredTo } = useReceipts(CHAT, seq);
      return <p>{`${seenBy.join()}|${deliveredTo.join()}`}</p>;
    }
    await render(<Receipts seq={3} />);
    expect(text()).toBe('|');
    const mark = { messageId: null, chatId: CHAT, version: 3, changed: false };
    await hear('messageDelivered', { ...mark, userId: 2, seq: 3, delivered: true });
    expect(text()).toBe('|2');
    await hear('messageSeen', { ...mark, userId: 3, seq: 2, seen: true });
    expect(text()).toBe('|2');
    await hear('messageSeen', { ...mark, userId: 2, seq: 3, seen: true });
    expect(text()).toBe('2|2');
    await render(<Receipts seq={2} />);
    expect(text()).toBe('2,3|2,3');
    const before = renders;
    await hear('messageSeen', { ...mark, chatId: 6, userId: 2, seq: 1, seen: true });
    expect(renders).toBe(before);
  });

  it('watch whether somebody is online for as long as that is shown', async () => {
    function Dot({ id }: { id: number }) {
      const presence = usePresence(id);
      return <p>{presence === null ? '-' : String(presence.online)}</p>;
    }
    await render(<Dot id={2} />);
    expect(text()).toBe('-');
    const watched = () => transport.link.of('watchPresence').flatMap(({ input }) => input.userIds);
    const end = Date.now() + 5_000;
    while (watched().length === 0 && Date.now() < end) await act(settled);
    expect(watched()).toEqual([2]);
    await hear('userStatus', { userId: 2, online: true, lastSeenAt: null });
    expect(text()).toBe('true');
    await hear('userStatus', { userId: 2, online: false, lastSeenAt: '2026-11-29T08:00:00.000Z' });
    expect(text()).toBe('false');
  });

  it('never suspend: what is not known yet is empty, and the rest of the page stays', async () => {
    let fallbacks = 0;
    function Fallback() {
      fallbacks++;
      return <p>wait</p>;
    }
    function All({ id }: { id: number }) {
      const { items } = useTimeline(id);
      return (
        <p>
          {items.length} {useUser(9)?.name ?? 'nobody'} {useMembers(id)?.length ?? 'none'}
        </p>
      );
    }
    const { react } = transport;
    transport.react = (asked) => {
      if (!/^get(Messages|Users|Members)$/.test(asked.command)) react(asked);
    };
    await render(
      <Suspense fallback={<Fallback />}>
        <All id={CHAT} />
      </Suspense>,
    );
    expect(text()).toBe('0 nobody none');
    transport.react = react;
    await act(async () => {
      for (const asked of transport.link.asked) react(asked);
      await settled();
    });
    expect(text()).toBe('3 user 9 0');
    expect(fallbacks).toBe(0);
  });

  it('search people once a person pauses, and drop the answer to an earlier text', async () => {
    const asked: { q: unknown; answer: (users: unknown) => void }[] = [];
    const before = transport.react;
    transport.react = (question) => {
      if (question.command === 'searchUsers') asked.push({ q: question.input.q, answer: question.answer });
      else before(question);
    };
    function Found({ q }: { q: string }) {
      const { users, loading } = useSearch(q);
      return <p>{loading ? 'searching' : (users?.map(({ name }) => name).join() ?? 'nothing sought')}</p>;
    }
    const paused = () => act(async () => new Promise((resolve) => setTimeout(resolve, 170)));
    await render(<Found q="" />);
    expect(text()).toBe('nothing sought');
    await render(<Found q="a" />);
    await render(<Found q="al" />);
    await paused();
    expect(asked.map(({ q }) => q)).toEqual(['al']);
    await render(<Found q="bo" />);
    await paused();
    await act(async () => {
      asked[0]!.answer([user(7)]);
      await settled();
    });
    expect(text()).toBe('searching');
    await act(async () => {
      asked[1]!.answer([user(8)]);
      await settled();
    });
    expect(text()).toBe('user 8');
    await render(<Found q=" " />);
    expect(text()).toBe('nothing sought');
  });

  it('ask for people by their ids, and leave out one that nobody can have', async () => {
    function Names() {
      return (
        <p>
          {useUser(0)?.name ?? 'nobody'} {useUser(9)?.name}
        </p>
      );
    }
    await render(<Names />);
    expect(text()).toBe('nobody user 9');
    expect(transport.link.of('getUsers')).toMatchObject([{ input: { ids: [9] } }]);
  });

  it('keep a draft for each chat', async () => {
    let set: (text: string) => void = () => {};
    function Composer({ chatId }: { chatId: number }) {
      const [draft, change] = useDraft(chatId);
      set = change;
      return <p>{draft}</p>;
    }
    await render(<Composer chatId={CHAT} />);
    await act(async () => {
      set('hello');
      await settled();
    });
    expect(text()).toBe('hello');
    await render(<Composer chatId={6} />);
    expect(text()).toBe('');
    await render(<Composer chatId={CHAT} />);
    expect(text()).toBe('hello');
  });

  it('render on a server as if nothing were known yet, and say what is missing around them', async () => {
    const { renderToString } = await import('react-dom/server');
    function Messages() {
      return <p>{useTimeline(CHAT).items.length}</p>;
    }
    const html = renderToString(
      <ChatProvider client={chat}>
        <Messages />
      </ChatProvider>,
    );
    expect(html).toBe('<p>0</p>');
    expect(() => renderToString(<Messages />)).toThrow(/Put <ChatProvider client=/);
  });

  it('take over a page of the server with a client that knows more by then', async () => {
    const [{ renderToString }, { hydrateRoot }] = [
      await import('react-dom/server'),
      await import('react-dom/client'),
    ];
    function All() {
      const known = [
        useConnection().state,
        useMe()?.id,
        useUnread().total,
        useChats().items.length,
        useOutbox().length,
        useTimeline(CHAT).items.length,
        useMembers(CHAT)?.length,
        useTyping(CHAT).length,
        useUser(2)?.name,
        useDraft(CHAT)[0],
      ];
      return <p>{known.map((one) => one ?? '-').join(' ')}</p>;
    }
    const page = (client: ChatClient) => (
      <ChatProvider client={client}>
        <All />
      </ChatProvider>
    );
    const html = renderToString(page(createChat({ url: 'http://chat.test', auth: asUser(1) })));
    chat.draft(CHAT).set('hel');
    chat.open(6).send('waits');
    await hear('newMessage', message(6, 1));
    const faults: unknown[] = [];
    await act(async () => root.unmount());
    host.innerHTML = html;
    await act(async () => {
      root = hydrateRoot(host as unknown as Element, page(chat), {
        onRecoverableError: (error) => faults.push(error),
      });
      await settled();
    });
    expect(faults).toEqual([]);
    expect(html).toBe('<p>stopped - 0 0 0 0 - 0 - </p>');
    expect(text()).toBe('live 1 1 2 1 3 0 0 user 2 hel');
  });
});
