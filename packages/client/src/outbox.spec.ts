import { ScriptedTransport, type Asked } from '../test/scripted.js';
import { group, message, ready, synced } from '../test/views.js';
import type { Entry } from './outbox.js';
import { asUser, type Auth, withTokens } from './auth.js';
import { type ChatClient, createChat } from './chat.js';
import { memory } from './storage/memory.js';
import type { Storage } from './storage/storage.js';
import type { TimelineItem } from './store/timeline.js';

const CHAT = 5;
const ME = 1;

describe('The outbox', () => {
  let transport: ScriptedTransport;
  let chat: ChatClient;
  let storage: Storage;
  /** How many messages the chat has at the server. */
  let last: number;

  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    storage = memory();
    last = 0;
  });
  afterEach(() => {
    chat.stop();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const pass = (ms = 0) => jest.advanceTimersByTimeAsync(ms);
  const begin = async (auth: Auth = asUser(ME)): Promise<void> => {
    transport = new ScriptedTransport();
    transport.react = ({ command, input, answer }) => {
      if (command === 'sync') answer(synced());
      if (command === 'getChats')
        answer({ chats: input.filter === 'inbox' ? [group(CHAT, 0), group(6, 0)] : [], more: false });
      if (command === 'getMessages')
        answer({
          chatId: input.chatId,
          messages: [],
          more: false,
          moreBefore: false,
          moreAfter: false,
          lastSeq: 0,
          version: 0,
        });
    };
    chat = createChat({
      url: 'http://chat.test',
      auth,
      transport,
      storage,
      watch: () => () => undefined,
    });
    chat.start();
    await pass();
  };
  const live = async () => {
    transport.link.listener.event('ready', ready(ME));
    await pass();
  };
  const sends = () => transport.link.of('sendMessage');
  const store = ({ input }: Asked) =>
    message(Number(input.chatId), ++last, {
      senderId: ME,
      clientId: String(input.clientId),
      content: String(input.content),
    });
  const accept = async (asked: Asked) => {
    asked.answer(store(asked));
    await pass();
  };
  const rows = (items: readonly TimelineItem[]) =>
    items.map(({ message: { content }, status, seq }) => [content, status, seq]);

  it('shows a message at once, and keeps its key and place when it is stored', async () => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    await pass();
    const sent = room.send('hello');
    expect(rows(room.timeline.get().items)).toEqual([['hello', 'queued', null]]);
    await pass();
    expect(rows(room.timeline.get().items)).toEqual([['hello', 'sending', null]]);
    const [before] = room.timeline.get().items;
    await accept(sends()[0]!);
    const [after] = room.timeline.get().items;
    expect(rows([after!])).toEqual([['hello', 'sent', 1]]);
    expect(after!.key).toBe(before!.key);
    expect(sent.key).toBe(after!.key);
    await expect(sent.stored).resolves.toMatchObject({ seq: 1 });
    expect(chat.outbox.get()).toEqual([]);
  });

  it('is empty, and the message there once, when its event comes before the answer, or instead of it', async () => {
    for (const answered of [true, false]) {
      await begin();
      last = 0;
      await live();
      const room = chat.open(CHAT);
      await pass();
      const sent = room.send('hello');
      await pass();
      const [asked] = sends();
      const body = store(asked!);
      transport.link.listener.event('newMessage', body);
      expect(rows(room.timeline.get().items)).toEqual([['hello', 'sent', 1]]);
      if (answered) asked!.answer(body);
      await pass();
      expect(rows(room.timeline.get().items)).toEqual([['hello', 'sent', 1]]);
      await expect(sent.stored).resolves.toMatchObject({ seq: 1 });
      expect(chat.outbox.get()).toEqual([]);
      chat.stop();
    }
  });

  it('sends one message of a chat at a time, in order, and of other chats beside it', async () => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    for (const text of ['one', 'two', 'three']) room.send(text);
    chat.open(6).send('elsewhere');
    await pass();
    expect(sends().map(({ input }) => input.content)).toEqual(['one', 'elsewhere']);
    await accept(sends()[0]!);
    expect(sends().map(({ input }) => input.content)).toEqual(['one', 'elsewhere', 'two']);
  });

  it('sends again with the same clientId for as long as there is no answer', async () => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    room.send('hello');
    await pass();
    const { clientId } = sends()[0]!.input;
    await pass(6_000 + 300);
    expect(sends().map(({ input }) => input.clientId)).toEqual([clientId, clientId]);
    transport.link.listener.closed();
    await pass(150);
    await live();
    expect(sends().map(({ input }) => input.clientId)).toEqual([clientId]);
    await accept(sends()[0]!);
    expect(chat.outbox.get()).toEqual([]);
  });

  it('waits as long as it is told where time heals, and lets none of the chat pass', async () => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    room.send('one');
    room.send('two');
    await pass();
    sends()[0]!.refuse({ code: 'RATE_LIMITED', retryAfterMs: 5_000 });
    await pass(4_999);
    expect(sends()).toHaveLength(1);
    await pass(1);
    expect(sends().map(({ input }) => input.content)).toEqual(['one', 'one']);
  });

  it.each(['TOKEN_EXPIRED', 'TOKEN_INVALID', 'UNAUTHENTICATED'])(
    'gets another token after %s, once for all chats, and only then sends again',
    async (code) => {
      const tokens: ((token: string) => void)[] = [];
      await begin(withTokens(() => new Promise((resolve) => tokens.push(resolve))));
      tokens.shift()!('one');
      await pass();
      await live();
      for (const id of [CHAT, 6]) chat.open(id).send('hello');
      await pass();
      for (const asked of sends()) asked.refuse({ code });
      await pass(60_000);
      expect(sends()).toHaveLength(2);
      expect(tokens).toHaveLength(1);
      tokens[0]!('two');
      await pass();
      expect(transport.link.of('authenticate').map(({ input }) => input)).toEqual([{ token: 'two' }]);
      transport.link.of('authenticate')[0]!.answer({ userId: ME, expiresAt: '' });
      await pass(300);
      expect(sends()).toHaveLength(4);
      for (const asked of sends().slice(2)) await accept(asked);
      expect(chat.outbox.get()).toEqual([]);
    },
  );

  it('gives an internal error five tries', async () => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    const sent = room.send('one');
    await pass();
    for (let tries = 1; tries <= 5; tries++) {
      expect(sends()).toHaveLength(tries);
      sends().at(-1)!.refuse({ code: 'INTERNAL' });
      await pass(150 * 2 ** tries);
    }
    expect(sends()).toHaveLength(5);
    expect(chat.outbox.get()).toMatchObject([{ status: 'failed', error: { code: 'INTERNAL' } }]);
    await expect(sent.stored).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('keeps what was refused, with the reason, and sends those behind it; retry and discard are the person’s', async () => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    const one = room.send('one');
    room.send('two');
    await pass();
    sends()[0]!.refuse({ code: 'FORBIDDEN', message: 'no' });
    await pass();
    expect(sends().map(({ input }) => input.content)).toEqual(['one', 'two']);
    await accept(sends()[1]!);
    expect(rows(room.timeline.get().items)).toEqual([
      ['two', 'sent', 1],
      ['one', 'failed', null],
    ]);
    room.retry(one.key);
    expect(sends()[2]!.input).toEqual(sends()[0]!.input);
    sends()[2]!.refuse({ code: 'FORBIDDEN' });
    await pass();
    room.discard(one.key);
    expect(rows(room.timeline.get().items)).toEqual([['two', 'sent', 1]]);
  });

  it.each([
    'VALIDATION_FAILED',
    'FORBIDDEN',
    'NOT_FOUND',
    'PAYLOAD_REFUSED',
    'CONFLICT',
    'IDEMPOTENCY_MISMATCH',
  ])('fails after %s, is not sent again by itself, and holds up nothing', async (code) => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    const { stored } = room.send('one');
    room.send('two');
    await pass();
    sends()[0]!.refuse({ code });
    await pass(60_000);
    await expect(stored).rejects.toMatchObject({ code });
    expect(chat.outbox.get()[0]).toMatchObject({ status: 'failed', error: { code } });
    expect(sends().filter(({ input }) => input.content === 'one')).toHaveLength(1);
    expect(sends()[1]!.input.content).toBe('two');
  });

  it('sends to eight chats at a time', async () => {
    await begin();
    await live();
    for (let id = 10; id < 20; id++) chat.open(id).send('hello');
    await pass();
    expect(sends()).toHaveLength(8);
    await accept(sends()[0]!);
    expect(sends()).toHaveLength(9);
  });

  it('takes another clientId after a mismatch', async () => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    const { key } = room.send('one');
    await pass();
    sends()[0]!.refuse({ code: 'IDEMPOTENCY_MISMATCH' });
    await pass();
    room.retry(key);
    expect(sends()[1]!.input.clientId).not.toBe(key);
  });

  it('does not send by itself what is a day old', async () => {
    await begin();
    const room = chat.open(CHAT);
    room.send('on my way');
    await pass(24 * 3_600_000 + 1);
    transport.link.listener.closed();
    await pass(20_000);
    await live();
    expect(sends()).toEqual([]);
    expect(chat.outbox.get()).toMatchObject([{ status: 'failed', error: { code: 'EXPIRED' } }]);
  });

  it('survives a reload: what waited is sent by the next page, in order', async () => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    await pass();
    transport.link.listener.closed();
    for (const text of ['one', 'two']) room.send(text);
    await chat.flush();
    chat.stop();
    await begin();
    await live();
    const next = chat.open(CHAT);
    await pass();
    expect(rows(next.timeline.get().items)).toEqual([
      ['one', 'sending', null],
      ['two', 'queued', null],
    ]);
    await accept(sends()[0]!);
    await accept(sends()[1]!);
    expect(rows(next.timeline.get().items)).toEqual([
      ['one', 'sent', 1],
      ['two', 'sent', 2],
    ]);
  });

  it('cancels a reaction against its removal, and keeps the last setting, where neither was sent', async () => {
    await begin();
    const room = chat.open(CHAT);
    void room.react(7, '👍');
    void room.unreact(7, '👍');
    void room.pin();
    void room.archive();
    void room.pin(false);
    expect(chat.outbox.get().map(({ command, input }) => [command, input])).toEqual([
      ['updateMembership', { chatId: CHAT, pinned: false, archived: true }],
    ]);
  });

  it('shows an edit, a reaction and a deletion at once, and takes them back when they are refused', async () => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    await pass();
    transport.link.listener.event('newMessage', message(CHAT, 1, { senderId: ME }));
    const { id } = message(CHAT, 1);
    const content = () => room.timeline.get().items[0]!.message.content;
    const edited = room.edit(id, 'better');
    expect(content()).toBe('better');
    await pass();
    transport.link.of('editMessage')[0]!.refuse({ code: 'FORBIDDEN' });
    await expect(edited).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(content()).toBe('message 1');
    void room.react(id, '👍');
    expect(room.timeline.get().items[0]!.message).toMatchObject({
      reactions: [{ emoji: '👍', count: 1, mine: true }],
    });
    void room.delete(id);
    expect(content()).toBe('');
  });

  it('keeps the row of a message with a change that waits the same object until it changes again', async () => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    await pass();
    for (const seq of [1, 2, 3])
      transport.link.listener.event('newMessage', message(CHAT, seq, { senderId: ME }));
    void room.edit(message(CHAT, 1).id, 'better');
    void room.react(message(CHAT, 2).id, '👍');
    void room.delete(message(CHAT, 3).id);
    await pass();
    const before = room.timeline.get().items;
    transport.link.listener.event('newMessage', message(CHAT, 4));
    void room.react(message(CHAT, 4).id, '👍');
    await pass();
    const after = room.timeline.get().items;
    expect(after.map((item, index) => item === before[index])).toEqual([true, true, true, false]);
    expect(after.map(({ changing }) => changing)).toEqual([true, true, true, true]);
    void room.react(message(CHAT, 1).id, '🎉');
    await pass();
    const changed = room.timeline.get().items;
    expect(changed.map((item, index) => item === after[index])).toEqual([false, true, true, true]);
    expect(changed[0]!.message).toMatchObject({ content: 'better', reactions: [{ emoji: '🎉' }] });
  });

  it('shows a title and settings of a chat at once, and takes them back when they are refused', async () => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    await pass();
    void room.pin();
    const renamed = room.rename('better');
    expect(room.chat.get()).toMatchObject({ title: 'better', pinnedAt: expect.any(String) });
    expect(
      chat
        .chats('pinned')
        .get()
        .items.map(({ id }) => id),
    ).toEqual([CHAT]);
    await pass();
    transport.link.of('updateMembership')[0]!.answer({
      chatId: CHAT,
      version: 0,
      changed: false,
      mutedUntil: null,
      archivedAt: null,
      pinnedAt: '2026-11-29T09:00:00.000Z',
    });
    await pass();
    transport.link.of('updateChat')[0]!.refuse({ code: 'FORBIDDEN' });
    await expect(renamed).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(room.chat.get()).toMatchObject({ title: 'group 5', pinnedAt: '2026-11-29T09:00:00.000Z' });
  });

  describe('shows what was seen at once:', () => {
    const item = () =>
      chat
        .chats()
        .get()
        .items.find(({ id }) => id === CHAT)!;
    const counts = () => {
      const { unread, unreadMentions, unreadSeq, readSeq } = item();
      return { unread, unreadMentions, unreadSeq, readSeq, ...chat.unread.get() };
    };
    const none = { unread: 0, unreadMentions: 0, total: 0, totalUnmuted: 0, mentions: 0, badge: 0 };
    const marks = () => transport.link.of('markAsSeen');
    const seen = (seq: number) => ({
      messageId: null,
      seen: true,
      chatId: CHAT,
      userId: ME,
      seq,
      version: 3,
      changed: false,
    });
    /** Three messages of somebody else, of which the last one mentions this person. */
    const hear = () => {
      for (const seq of [1, 2, 3])
        transport.link.listener.event(
          'newMessage',
          message(CHAT, seq, seq === 3 ? { metadata: { mentions: [ME] } } : {}),
        );
    };
    const unread = {
      unread: 3,
      unreadMentions: 1,
      unreadSeq: 0,
      readSeq: 0,
      total: 3,
      totalUnmuted: 3,
      mentions: 1,
      badge: 3,
    };

    it('in the chat and in the totals, until and after it is answered, and in `readSeq`', async () => {
      await begin();
      await live();
      const room = chat.open(CHAT);
      await pass();
      hear();
      expect(counts()).toEqual(unread);
      room.seen(2);
      expect(counts()).toEqual({
        ...unread,
        unread: 1,
        unreadSeq: 2,
        readSeq: 2,
        total: 1,
        totalUnmuted: 1,
        badge: 1,
      });
      room.seen(3);
      const all = { ...none, unreadSeq: 3, readSeq: 3 };
      expect(counts()).toEqual(all);
      expect(chat.chats('unread').get().items).toEqual([]);
      expect(chat.outbox.get()).toEqual([]);
      await pass();
      expect(marks().map(({ input }) => input)).toEqual([{ chatId: CHAT, seq: 3 }]);
      marks()[0]!.answer(seen(3));
      await pass();
      expect(counts()).toEqual(all);
      transport.link.listener.event('newMessage', message(CHAT, 4));
      expect(counts()).toMatchObject({ unread: 1, total: 1, totalUnmuted: 1, badge: 1 });
    });

    it('once a second, the furthest', async () => {
      await begin();
      await live();
      const room = chat.open(CHAT);
      await pass();
      hear();
      for (const seq of [1, 2, 3]) {
        room.seen(seq);
        await pass(100);
        for (const asked of marks()) asked.answer(seen(Number(asked.input.seq)));
      }
      await pass(600);
      expect(marks().map(({ input }) => input.seq)).toEqual([1]);
      await pass(400);
      expect(marks().map(({ input }) => input.seq)).toEqual([1, 3]);
    });

    it('and does not go back behind what another device has seen meanwhile', async () => {
      await begin();
      await live();
      const room = chat.open(CHAT);
      await pass();
      hear();
      room.seen(1);
      await pass();
      const { listener } = transport.link;
      listener.event('messageSeen', seen(3));
      listener.event('unreadCount', {
        chatId: CHAT,
        unread: 0,
        unreadMentions: 0,
        unreadSeq: 3,
        total: 0,
        totalMentions: 0,
        totalUnmuted: 0,
        badge: 0,
      });
      const all = { ...none, unreadSeq: 3, readSeq: 3 };
      expect(counts()).toEqual(all);
      marks()[0]!.answer(seen(3));
      await pass(2_000);
      expect(counts()).toEqual(all);
    });

    it('in all totals, also where an older server does not say all of them', async () => {
      await begin();
      transport.react = (asked) => {
        if (asked.command === 'sync') asked.answer({ ...synced(), unread: { total: 3, mentions: 1 } });
        if (asked.command === 'getChats')
          asked.answer({ chats: [group(CHAT, 3, { unreadMentions: 1 })], more: false });
      };
      await live();
      const said = { total: 3, totalUnmuted: 3, mentions: 1, badge: 3 };
      expect(chat.unread.get()).toEqual(said);
      transport.link.listener.event('unreadCount', { total: 2, totalMentions: 1 });
      expect(chat.unread.get()).toEqual({ ...said, total: 2, totalUnmuted: 2, badge: 2 });
    });

    it('says all of it where some of it was to count as unread in between', async () => {
      await begin();
      await live();
      const room = chat.open(CHAT);
      await pass();
      hear();
      transport.react = (asked) => {
        if (asked.command === 'sync') asked.answer(synced());
        if (asked.command === 'getChats') asked.answer({ chats: [group(CHAT, 3)], more: false });
        if (asked.command === 'markAsSeen') asked.answer(seen(3));
        if (asked.command === 'markAsUnread') asked.answer({ chatId: CHAT });
      };
      transport.link.listener.closed();
      room.seen(3);
      void room.unseen(message(CHAT, 2).id);
      room.seen(2);
      room.seen(1);
      await pass(1_000);
      await live();
      await pass(5_000);
      const said = transport.link.asked.filter(({ command }) => command.startsWith('markAs'));
      expect(said.map(({ command, input }) => [command, input.seq])).toEqual([
        ['markAsSeen', 3],
        ['markAsUnread', undefined],
        ['markAsSeen', 2],
      ]);
    });

    it('takes it back where it is refused, without a word in the outbox', async () => {
      await begin();
      await live();
      const room = chat.open(CHAT);
      await pass();
      hear();
      room.seen(3);
      await pass();
      marks()[0]!.refuse({ code: 'FORBIDDEN' });
      await pass();
      expect(counts()).toEqual(unread);
      expect(chat.outbox.get()).toEqual([]);
    });

    it('without a connection, also after a reload, and says it with the next one', async () => {
      await begin();
      await live();
      const room = chat.open(CHAT);
      await pass();
      hear();
      transport.link.listener.closed();
      room.seen(3);
      await chat.flush();
      chat.stop();
      await begin();
      expect(counts()).toEqual({ ...none, unreadSeq: 3, readSeq: 3 });
      await live();
      expect(marks().map(({ input }) => input)).toEqual([{ chatId: CHAT, seq: 3 }]);
    });

    it('and what is to count as unread again', async () => {
      await begin();
      await live();
      const room = chat.open(CHAT);
      await pass();
      hear();
      room.seen(3);
      await pass();
      marks()[0]!.answer(seen(3));
      await pass();
      const again = room.unseen(message(CHAT, 2).id);
      const marked = { ...unread, unread: 2, unreadSeq: 1, readSeq: 3, total: 2, totalUnmuted: 2, badge: 2 };
      expect(counts()).toEqual(marked);
      expect(room.timeline.get().unreadSeq).toBe(1);
      await pass(1_000);
      transport.link.of('markAsUnread')[0]!.refuse({ code: 'FORBIDDEN' });
      await expect(again).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(counts()).toEqual({ ...none, unreadSeq: 3, readSeq: 3 });
      // And seen once more: in the order in which it was done.
      transport.link.listener.closed();
      void room.unseen(message(CHAT, 2).id);
      room.seen(3);
      expect(counts()).toEqual({ ...none, unreadSeq: 3, readSeq: 3 });
      void room.unseen(message(CHAT, 3).id);
      expect(counts()).toMatchObject({ unread: 1, unreadSeq: 2 });
    });
  });

  it('fails what was meant for a chat that is gone', async () => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    await pass();
    room.send('one');
    room.send('two');
    await pass();
    transport.link.listener.event('chatDeleted', { chatId: CHAT, version: 1 });
    sends()[0]!.refuse({ code: 'NOT_FOUND' });
    await pass();
    expect(chat.outbox.get().map(({ status, error }) => [status, error?.code])).toEqual([
      ['failed', 'NOT_FOUND'],
      ['failed', 'NOT_FOUND'],
    ]);
  });

  it('keeps what waits for a chat that was only cleared on another device: `gone` of sync has that, too', async () => {
    await begin();
    await live();
    const room = chat.open(CHAT);
    await pass();
    transport.link.listener.closed();
    room.send('one');
    await pass();
    transport.react = ({ command, answer }) => {
      if (command === 'sync') answer({ ...synced(), gone: [CHAT] });
    };
    await pass(5_000);
    await live();
    await pass();
    expect(sends().map(({ input }) => [input.chatId, input.content])).toEqual([[CHAT, 'one']]);
    await accept(sends()[0]!);
    expect(chat.outbox.get()).toEqual([]);
  });

  it.each([
    ['the connection ends', () => transport.link.listener.closed(), ['failed']],
    ['it is refused for its rate', () => sends()[0]!.refuse({ code: 'RATE_LIMITED' }), ['failed']],
    ['it turns out to be done', () => sends()[0]!.answer(store(sends()[0]!)), []],
  ])(
    'leaves nothing that waits for ever when the chat goes while a message is under way, and then %s',
    async (_, end, then) => {
      await begin();
      await live();
      const room = chat.open(CHAT);
      await pass();
      const { stored } = room.send('one');
      await pass();
      transport.link.listener.event('chatDeleted', { chatId: CHAT, version: 1 });
      end();
      await pass(60_000);
      await expect(stored).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(chat.outbox.get().map(({ status }) => status)).toEqual(then);
      // Nor is it there after a reload.
      await chat.flush();
      const kept = await (await storage.open('http://chat.test#1')).rows('outbox');
      expect(kept.map(([, entry]) => (entry as Entry).status)).toEqual(then);
    },
  );

  it('edits a message that has not been sent yet', async () => {
    await begin();
    const room = chat.open(CHAT);
    const { key } = room.send('helo');
    await room.edit(key, 'hello');
    await live();
    expect(sends()[0]!.input.content).toBe('hello');
    await expect(room.edit(key, 'too late')).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
