import { type Asked, ScriptedTransport } from '../test/scripted.js';
import { group, message, ready, synced, user } from '../test/views.js';
import { asUser } from './auth.js';
import { type ChatClient, createChat } from './chat.js';
import type { ErrorAnswer } from './errors.js';
import type { Room } from './room.js';

const CHAT = 5;
const LAST = 100_000;

/** A chat of 100,000 messages, at a server that a test tells what to refuse. */
describe('A room', () => {
  let transport: ScriptedTransport;
  let chat: ChatClient;
  let refusing: Map<string, ErrorAnswer | null>;

  beforeEach(async () => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    refusing = new Map();
    transport = new ScriptedTransport();
    transport.react = react;
    chat = createChat({ url: 'http://chat.test', auth: asUser(1), transport, watch: () => () => undefined });
    chat.start();
    await pass();
    transport.link.listener.event('ready', ready(1));
    await pass();
  });
  afterEach(() => {
    chat.stop();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const pass = (ms = 0) => jest.advanceTimersByTimeAsync(ms);
  const react = (asked: Asked) => {
    const { command, input, answer, refuse } = asked;
    const refusal = refusing.get(command);
    if (refusal) return refuse(refusal);
    if (refusal === null) return undefined;
    if (command === 'sync') answer(synced());
    if (command === 'getChats')
      answer({
        chats: input.filter === 'inbox' ? [group(CHAT, LAST, { unread: 0, unreadSeq: LAST })] : [],
        more: false,
      });
    if (command === 'getUsers') answer((input.ids as number[]).map((id) => user(id)));
    if (command === 'watchPresence')
      answer((input.userIds as number[]).map((userId) => ({ userId, online: true, lastSeenAt: null })));
    if (command === 'getMembers') answer({ chatId: CHAT, members: [], more: false, membersVersion: 1 });
    if (command === 'getMessages') answer(pageOf(input));
    return undefined;
  };
  const pageOf = ({ around, before, after, limit }: Record<string, unknown>) => {
    const first =
      typeof around === 'number'
        ? around - 25
        : typeof after === 'number'
          ? after + 1
          : Number(before ?? LAST + 1) - Number(limit);
    const from = Math.max(1, first);
    const messages = Array.from({ length: Math.min(50, LAST + 1 - from) }, (_, n) => message(CHAT, from + n));
    const to = messages.at(-1)!.seq;
    return {
      chatId: CHAT,
      messages,
      more: true,
      moreBefore: from > 1,
      moreAfter: to < LAST,
      lastSeq: LAST,
      version: LAST,
    };
  };
  const asked = (command: string) => transport.link.of(command);
  const shows = (room: Room) => {
    const seqs = room.timeline.get().items.map(({ seq }) => seq);
    return [seqs[0], seqs.at(-1)];
  };

  describe.each<[string, ErrorAnswer | null, number]>([
    ['refused for its rate', { code: 'RATE_LIMITED', retryAfterMs: 5_000 }, 5_000],
    ['refused as the database is away', { code: 'UNAVAILABLE' }, 1_000],
    ['not answered', null, 7_000],
  ])('asks again, on the same connection, what was %s:', (_, refusal, ms) => {
    it.each<[string, (room: Room) => unknown, string, (room: Room) => unknown, unknown]>([
      ['its messages', () => null, 'getMessages', shows, [LAST - 49, LAST]],
      [
        'its members',
        (room) => room.members.subscribe(() => {}),
        'getMembers',
        (room) => room.members.get(),
        [],
      ],
      ['names', () => chat.user(7).subscribe(() => {}), 'getUsers', () => chat.user(7).get()?.name, 'user 7'],
      [
        'who is online',
        () => chat.presence(7).subscribe(() => {}),
        'watchPresence',
        () => chat.presence(7).get()?.online,
        true,
      ],
      [
        'more chats',
        () => void chat.chats('archived').loadMore(),
        'getChats',
        () => chat.chats('archived').get().more,
        false,
      ],
    ])('%s', async (_what, want, command, read, expected) => {
      refusing.set(command, refusal);
      const room = chat.open(CHAT);
      want(room);
      await pass(100);
      expect(read(room)).not.toEqual(expected);
      refusing.clear();
      await pass(ms + 1_000);
      expect(read(room)).toEqual(expected);
      expect(transport.links).toHaveLength(1);
      expect(room.error.get()).toBeNull();
    });
  });

  it('asks for other names while the first ones are refused, and after they were refused for good', async () => {
    refusing.set('getUsers', { code: 'VALIDATION_FAILED' });
    chat.user(7).subscribe(() => {});
    await pass();
    refusing.clear();
    chat.user(8).subscribe(() => {});
    await pass();
    expect(chat.user(8).get()?.name).toBe('user 8');
    expect(chat.user(7).get()).toBeNull();
  });

  it('says why it cannot be shown where that lasts, until it can', async () => {
    refusing.set('getMessages', { code: 'FORBIDDEN' });
    const room = chat.open(CHAT);
    await pass(60_000);
    expect(room.error.get()).toMatchObject({ code: 'FORBIDDEN' });
    expect(asked('getMessages')).toHaveLength(1);
    refusing.clear();
    transport.link.listener.closed();
    await pass(150);
    transport.link.listener.event('ready', ready(1));
    await pass();
    expect(room.error.get()).toBeNull();
    expect(shows(room)).toEqual([LAST - 49, LAST]);
  });

  it('has five tries where the server fails, and one where the answer cannot be used', async () => {
    refusing.set('getMessages', { code: 'INTERNAL' });
    const room = chat.open(CHAT);
    await pass(10 * 60_000);
    expect(asked('getMessages')).toHaveLength(5);
    expect(room.error.get()).toMatchObject({ code: 'INTERNAL' });
    transport.react = (one) => (one.command === 'getChats' ? one.answer(null) : react(one));
    const read = () => asked('getChats').filter(({ input }) => input.filter === 'archived');
    void chat.chats('archived').loadMore();
    await pass(10 * 60_000);
    expect(read()).toHaveLength(1);
    expect(chat.chats('archived').get().loading).toBe(false);
  });

  it('shows what one sends also before anything else of it could be read', async () => {
    refusing.set('getMessages', null);
    // The list shows the chat.
    chat.chats('inbox');
    await chat.chats('inbox').loadMore();
    const room = chat.open(CHAT);
    await pass();
    transport.link.listener.closed();
    const { key } = room.send('Are you there?');
    await pass();
    expect(room.timeline.get()).toMatchObject({ items: [{ key, seq: null }], live: false, moreAfter: false });
  });

  it('shows the place that was asked for last, in whatever order the answers come', async () => {
    const room = chat.open(CHAT);
    await pass();
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      await room.jumpTo('newest');
      refusing.set('getMessages', null);
      const before = asked('getMessages').length;
      const places = order[0] === 0 ? [1_000, 5_000] : [11_000, 15_000];
      for (const seq of [...places, places[0]!]) void room.jumpTo(seq);
      await pass();
      const open = asked('getMessages').slice(before);
      expect(open.map(({ input }) => input.around)).toEqual(places);
      refusing.clear();
      for (const index of order) {
        open[index]!.answer(pageOf(open[index]!.input));
        await pass();
      }
      expect(shows(room)).toEqual([places[0]! - 25, places[0]! + 24]);
      expect(room.timeline.get().loading).toBeNull();
    }
  });

  it('keeps three stretches of all that it jumped to, the newest messages among them', async () => {
    const room = chat.open(CHAT);
    await pass();
    for (let place = 1; place <= 20; place++) await room.jumpTo(place * 1_000);
    const before = asked('getMessages').length;
    await room.jumpTo('newest');
    await room.jumpTo(19_000);
    expect(asked('getMessages')).toHaveLength(before);
    expect(shows(room)).toEqual([18_975, 19_024]);
    await room.jumpTo(18_000);
    expect(asked('getMessages')).toHaveLength(before + 1);
  });
});
