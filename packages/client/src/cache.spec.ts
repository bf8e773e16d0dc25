import { ScriptedTransport } from '../test/scripted.js';
import { group, message, ready, synced } from '../test/views.js';
import { asUser, type Auth, withTokens } from './auth.js';
import { type ChatClient, createChat } from './chat.js';
import { accounts } from './accounts.js';
import { memory } from './storage/memory.js';
import type { Storage, StorageSession } from './storage/storage.js';

const ME = 1;
const CHAT = 5;
const DAY_MS = 24 * 3_600_000;

describe('What a device keeps', () => {
  let storage: Storage;
  /** The chats that the server has, each with three messages. */
  let ids: number[];
  const open: ChatClient[] = [];

  beforeEach(() => {
    storage = memory();
    ids = [CHAT];
  });
  afterEach(() => {
    for (const chat of open.splice(0)) chat.stop();
    jest.useRealTimers();
  });

  const settled = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));

  /** A client on this device; the server has chats of three messages. */
  const start = async (auth: Auth = asUser(ME)) => {
    const transport = new ScriptedTransport();
    transport.react = ({ command, input, answer }) => {
      if (command === 'sync') answer(synced());
      if (command === 'getChats')
        answer({ chats: input.filter === 'inbox' ? ids.map((id) => group(id, 3)) : [], more: false });
      if (command === 'getMessages')
        answer({
          messages: [1, 2, 3].map((seq) => message(Number(input.chatId), seq)),
          more: false,
          moreBefore: false,
          moreAfter: false,
          lastSeq: 3,
          version: 3,
        });
    };
    const lost: unknown[] = [];
    const chat = createChat({
      url: 'http://chat.test',
      auth,
      transport,
      storage,
      watch: () => () => undefined,
    });
    chat.on('storageLost', (error) => lost.push(error));
    open.push(chat);
    chat.start();
    await settled();
    return {
      chat,
      transport,
      lost,
      event: (name: string, body: unknown) => transport.link.listener.event(name, body),
      live: async (id = ME) => {
        transport.link.listener.event('ready', ready(id));
        await settled();
      },
      sends: () => transport.link.of('sendMessage').map(({ input }) => input.content),
    };
  };

  /** The next start, without a network. */
  const away = async (chat: ChatClient) => {
    chat.stop();
    await settled();
    return (await start()).chat;
  };
  const titles = (chat: ChatClient) =>
    chat
      .chats()
      .get()
      .items.map(({ id }) => id);
  const rows = async (of: 'outbox' | 'draft' | 'chat', userId = ME) =>
    (await storage.open(`http://chat.test#${userId}`)).rows(of);

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

  it('has messages of the fifty chats that were used last, and of the others only what the list shows', async () => {
    ids = Array.from({ length: 60 }, (_, index) => 100 + index);
    jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask'] });
    let last = await start();
    for (const part of [ids.slice(0, 30), ids.slice(30)]) {
      await last.live();
      for (const id of part) {
        jest.setSystemTime(Date.now() + 1_000);
        last.chat.open(id);
        await settled(0);
      }
      last.chat.stop();
      await settled();
      last = await start();
    }
    expect(titles(last.chat)).toHaveLength(60);
    const there = ids.filter(
      (id) => last.chat.room({ chatId: id, userId: null }).timeline.get().items.length > 0,
    );
    expect(there).toEqual(ids.slice(10));
  });

  describe.each<[string, () => Auth]>([
    ['withTokens', () => withTokens(() => 'token')],
    ['asUser with an id of the application', () => asUser('external:ann')],
  ])('%s', (_, auth) => {
    it('has what it had the last time before the server answers', async () => {
      const first = await start(auth());
      await first.live();
      first.chat.stop();
      await settled();
      const next = await start(auth());
      expect(titles(next.chat)).toEqual([CHAT]);
      next.chat.open(CHAT).send('without a network');
      await next.chat.flush();
      next.chat.stop();
      await settled();
      const last = await start(auth());
      expect(last.chat.outbox.get()).toHaveLength(1);
      await last.live();
      expect(last.sends()).toEqual(['without a network']);
    });

    it('puts it aside when the server says that it is somebody else, who neither sees nor sends it', async () => {
      const first = await start(auth());
      await first.live();
      first.transport.link.listener.closed();
      first.chat.open(CHAT).send('of the first one');
      first.chat.draft(CHAT).set('of the first one');
      await first.chat.flush();
      first.chat.stop();
      await settled();
      ids = [7];
      const other = await start(auth());
      await other.live(2);
      expect(titles(other.chat)).toEqual([7]);
      expect(other.chat.outbox.get()).toEqual([]);
      expect(other.chat.draft(CHAT).get()).toBe('');
      expect(other.sends()).toEqual([]);
      other.chat.stop();
      await settled();
      expect((await rows('outbox')).map(([, entry]) => entry)).toMatchObject([
        { input: { content: 'of the first one' } },
      ]);
      expect(await rows('chat')).toMatchObject([['5', { item: { id: CHAT } }]]);
      expect(await rows('outbox', 2)).toEqual([]);
    });

    it('shows nobody the draft of the one who was there before in the same client', async () => {
      const { chat, live } = await start(auth());
      await live();
      const draft = chat.draft(CHAT);
      const told = jest.fn();
      draft.subscribe(told);
      draft.set('of the first one');
      await settled();
      expect(draft.get()).toBe('of the first one');
      await chat.flush();
      chat.stop();
      chat.start();
      await settled();
      told.mockClear();
      ids = [7];
      await live(2);
      expect(draft.get()).toBe('');
      expect(told).toHaveBeenCalled();
      expect(await rows('draft')).toMatchObject([['5', { text: 'of the first one' }]]);
    });

    it('keeps what was written before it was known who it is', async () => {
      const { chat, live, transport, sends } = await start(auth());
      chat.draft(CHAT).set('hel');
      chat.openDirect(9).send('hello');
      await settled();
      await live();
      await chat.flush();
      expect(sends()).toEqual(['hello']);
      expect(await rows('draft')).toMatchObject([['5', { text: 'hel' }]]);
      expect(await rows('outbox')).toHaveLength(1);
      transport.link.listener.closed();
    });

    it('deletes it when this person signs out before the server has answered', async () => {
      const first = await start(auth());
      await first.live();
      first.chat.stop();
      await settled();
      const next = await start(auth());
      await next.chat.signOut();
      expect(await rows('chat')).toEqual([]);
      expect(titles((await start(auth())).chat)).toEqual([]);
    });
  });

  it.each<[string, () => Auth]>([
    ['asUser', () => asUser(ME)],
    ['withTokens', () => withTokens(() => 'token')],
    ['accounts', () => accounts({ url: 'http://chat.test', storage })],
  ])('deletes it, %s, also where the client was never started, or is stopped', async (_, auth) => {
    jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network'));
    const value = { user: { id: ME }, accessToken: 'one', expiresAt: '2999-01-01' };
    const session = await storage.open('http://chat.test#session');
    for (const stopped of [true, false]) {
      await session.write([{ kind: 'meta', key: 'session', value }]);
      const first = await start(auth());
      await first.live();
      first.chat.stop();
      await settled();
      expect(await rows('chat')).toHaveLength(1);
      const other = createChat({ url: 'http://chat.test', auth: auth(), storage });
      await (stopped ? first.chat : other).signOut();
      expect(await rows('chat')).toEqual([]);
    }
    jest.restoreAllMocks();
  });

  it('does not show what was kept of one whom the server has refused: the next one may be somebody else', async () => {
    const auth = () => withTokens(() => 'token');
    const first = await start(auth());
    await first.live();
    first.transport.link.listener.refused({ code: 'TOKEN_EXPIRED' });
    await settled();
    first.transport.link.listener.refused({ code: 'TOKEN_EXPIRED' });
    await settled();
    first.chat.stop();
    await settled();
    expect(titles((await start(auth())).chat)).toEqual([]);
  });

  it('does not show one person what was kept of another, where names tell them apart', async () => {
    const as = (name: string) => withTokens(() => 'token', { name });
    const ann = await start(as('ann'));
    await ann.live(1);
    ann.chat.stop();
    await settled();
    expect(titles((await start(as('bob'))).chat)).toEqual([]);
    expect(titles((await start(as('ann'))).chat)).toEqual([CHAT]);
  });

  it('has what is kept of whom accounts have logged in, and of nobody where there is none', async () => {
    const auth = () => accounts({ url: 'http://chat.test', storage });
    const session = await storage.open('http://chat.test#session');
    const as = (id: number) =>
      session.write([
        {
          kind: 'meta',
          key: 'session',
          value: { user: { id }, accessToken: 'one', expiresAt: '2999-01-01' },
        },
      ]);
    await as(ME);
    const first = await start(auth());
    await first.live();
    first.chat.stop();
    await settled();
    expect(titles((await start(auth())).chat)).toEqual([CHAT]);
    await as(2);
    expect(titles((await start(auth())).chat)).toEqual([]);
    await session.clear();
    expect(titles((await start(auth())).chat)).toEqual([]);
  });

  it('lets go of drafts after thirty days', async () => {
    jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask'] });
    const first = await start();
    first.chat.draft(CHAT).set('old');
    await first.chat.flush();
    jest.setSystemTime(Date.now() + 20 * DAY_MS);
    first.chat.draft(6).set('newer');
    const next = await away(first.chat);
    expect([next.draft(CHAT).get(), next.draft(6).get()]).toEqual(['old', 'newer']);
    jest.setSystemTime(Date.now() + 11 * DAY_MS);
    const last = await away(next);
    expect([last.draft(CHAT).get(), last.draft(6).get()]).toEqual(['', 'newer']);
    await last.flush();
    expect((await rows('draft')).map(([key]) => key)).toEqual(['6']);
  });

  it('takes a draft that an older version kept as its text for one of now', async () => {
    const session = await storage.open('http://chat.test#1');
    await session.write([{ kind: 'draft', key: String(CHAT), value: 'hel' }]);
    const { chat } = await start();
    expect(chat.draft(CHAT).get()).toBe('hel');
    await chat.flush();
    expect(await rows('draft')).toEqual([[String(CHAT), { text: 'hel', at: expect.any(Number) }]]);
  });

  it('leaves no timer when it is stopped', async () => {
    jest.useFakeTimers();
    const starting = start();
    await jest.advanceTimersByTimeAsync(20);
    const { chat, live, event } = await starting;
    void live();
    await jest.advanceTimersByTimeAsync(20);
    const room = chat.open(CHAT);
    room.typing();
    room.seen(3);
    void room.react(1, '👍');
    room.send('hello');
    chat.open(6).close();
    event('userTyping', { chatId: CHAT, userId: 2, typing: true, expiresInMs: 5_000 });
    event('newMessage', message(CHAT, 5));
    event('syncNeeded', { withinMs: 5_000 });
    await jest.advanceTimersByTimeAsync(20);
    expect(jest.getTimerCount()).toBeGreaterThan(3);
    chat.stop();
    await jest.advanceTimersByTimeAsync(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  describe('where the storage', () => {
    /** A storage of which a session does something else. */
    const broken = (change: Partial<StorageSession>, from = () => true): Storage => {
      const whole = memory();
      return {
        open: async (scope) => {
          const session = await whole.open(scope);
          const { write = session.write, rows = session.rows } = change;
          return {
            ...session,
            write: (given) => (from() ? write : session.write)(given),
            rows: (kind) => (from() ? rows : session.rows)(kind),
          };
        },
      };
    };
    const never = () => new Promise<never>(() => {});
    const fails = () => Promise.reject(new Error('The disk is full.'));

    it.each<[string, () => Storage]>([
      ['can not be opened', () => ({ open: fails })],
      [
        'throws where it is opened',
        () => ({
          open: () => {
            throw new Error('Not in this window.');
          },
        }),
      ],
      ['is full', () => broken({ write: fails })],
      ['can not be read', () => broken({ rows: fails })],
    ])('%s, goes on in memory, and says so once', async (_, make) => {
      storage = make();
      const { chat, live, lost, sends, transport } = await start();
      await live();
      for (const content of ['one', 'two']) {
        chat.open(CHAT).send(content);
        await settled();
        const asked = transport.link.of('sendMessage').at(-1)!;
        asked.answer(
          message(CHAT, sends().length + 3, { senderId: ME, clientId: String(asked.input.clientId) }),
        );
        await chat.flush();
      }
      expect(sends()).toEqual(['one', 'two']);
      expect(lost).toHaveLength(1);
    });

    it('is closed by the browser meanwhile, goes on in memory, and says so once', async () => {
      let closed = false;
      storage = broken({ write: fails }, () => closed);
      const { chat, live, lost } = await start();
      await live();
      closed = true;
      for (const text of ['h', 'he']) {
        chat.draft(CHAT).set(text);
        void chat.flush();
      }
      await chat.flush();
      expect(lost).toHaveLength(1);
    });

    it.each<[string, () => Storage]>([
      ['never opens', () => ({ open: never })],
      ['is never read', () => broken({ rows: never })],
    ])('%s, waits for some seconds, and goes on in memory', async (_, make) => {
      jest.useFakeTimers();
      storage = make();
      const starting = start();
      await jest.advanceTimersByTimeAsync(20);
      const { chat, live, lost, sends } = await starting;
      await jest.advanceTimersByTimeAsync(5_000);
      void live();
      await jest.advanceTimersByTimeAsync(20);
      chat.open(CHAT).send('hello');
      await jest.advanceTimersByTimeAsync(0);
      expect(sends()).toEqual(['hello']);
      expect(lost).toHaveLength(1);
    });

    it.each<[string, Partial<StorageSession>, number]>([
      ['fails to be written', { write: fails }, 0],
      ['fails to be read', { rows: fails }, 0],
      ['is never read', { rows: never }, 0],
      ['opens too late', {}, 6_000],
    ])('%s, nothing of it stays open', async (_, change, late) => {
      jest.useFakeTimers();
      const whole = broken(change);
      let held = 0;
      storage = {
        open: async (scope) => {
          await new Promise((resolve) => setTimeout(resolve, late));
          held++;
          return { ...(await whole.open(scope)), close: () => held-- };
        },
      };
      const starting = start(withTokens(() => 'token'));
      await jest.advanceTimersByTimeAsync(20);
      const { chat, live } = await starting;
      await jest.advanceTimersByTimeAsync(20_000);
      void live();
      await jest.advanceTimersByTimeAsync(20_000);
      chat.stop();
      await jest.advanceTimersByTimeAsync(20_000);
      expect(held).toBe(0);
    });

    it('notes once who it is, however often the connection is opened', async () => {
      const whole = memory();
      let notes = 0;
      storage = {
        open: (scope) => {
          if (!scope.includes('#')) notes++;
          return whole.open(scope);
        },
      };
      const { chat, live, event } = await start(withTokens(() => 'token'));
      await live();
      expect(notes).toBe(2);
      await live();
      expect(notes).toBe(2);
      event('ready', ready(2));
      await settled();
      expect(notes).toBe(3);
      chat.stop();
    });

    it('is slow, sends nothing before it is written, but for a second at most', async () => {
      jest.useFakeTimers();
      const writes: (() => void)[] = [];
      storage = broken({ write: () => new Promise<void>((resolve) => writes.push(resolve)) });
      const starting = start();
      await jest.advanceTimersByTimeAsync(20);
      const { chat, live, sends } = await starting;
      void live();
      await jest.advanceTimersByTimeAsync(2_000);
      writes.splice(0).forEach((written) => written());
      await jest.advanceTimersByTimeAsync(20);
      const room = chat.open(CHAT);
      room.send('one');
      await jest.advanceTimersByTimeAsync(500);
      expect(sends()).toEqual([]);
      writes.splice(0).forEach((written) => written());
      await jest.advanceTimersByTimeAsync(0);
      expect(sends()).toEqual(['one']);
      chat.open(6).send('two');
      await jest.advanceTimersByTimeAsync(999);
      expect(sends()).toEqual(['one']);
      await jest.advanceTimersByTimeAsync(1);
      expect(sends()).toEqual(['one', 'two']);
    });
  });
});
