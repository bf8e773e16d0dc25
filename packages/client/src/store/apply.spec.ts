import fc from 'fast-check';
import { group, message, synced, user } from '../../test/views.js';
import type { Events, Message } from '../contract.gen.js';
import type { Change, ChatState } from './state.js';
import { liveRange } from './state.js';
import { Store } from './store.js';

const CHAT = 5;
const ME = 1;

/** A server with one chat, as far as a client can see: what it would answer, and what it has said. */
class Model {
  readonly messages: Message[] = [];
  readonly events: Change[] = [];
  version = 0;

  send(senderId: number, more: Partial<Message> = {}): void {
    const seq = this.messages.length + 1;
    const sent = message(CHAT, seq, { version: ++this.version, senderId, ...more });
    this.messages.push(sent);
    this.events.push({ name: 'newMessage', body: sent });
  }

  edit(seq: number): void {
    const known = this.messages[seq - 1]!;
    if (known.deletedAt) return;
    const edited = {
      ...known,
      version: ++this.version,
      content: `edited ${this.version}`,
      editedAt: known.createdAt,
    };
    this.messages[seq - 1] = edited;
    this.events.push({ name: 'messageEdited', body: edited });
  }

  delete(seq: number): void {
    const known = this.messages[seq - 1]!;
    if (known.deletedAt) return;
    const deletedAt = known.createdAt;
    const version = ++this.version;
    this.messages[seq - 1] = { ...known, version, content: '', metadata: null, reactions: [], deletedAt };
    const body = { messageId: known.id, chatId: CHAT, seq, version, for: 'everyone' as const, deletedAt };
    this.events.push({ name: 'messageDeleted', body });
  }

  react(seq: number, by: number): void {
    const known = this.messages[seq - 1]!;
    if (known.deletedAt || known.reactions.some(({ userIds }) => userIds.includes(by))) return;
    const userIds = [...(known.reactions[0]?.userIds ?? []), by];
    const version = ++this.version;
    const reactions = [{ emoji: '👍', count: userIds.length, userIds }];
    this.messages[seq - 1] = { ...known, version, reactions };
    const body = { messageId: known.id, chatId: CHAT, seq, version, by, emoji: '👍', added: true, reactions };
    this.events.push({ name: 'reactionsChanged', body });
  }

  get item() {
    const unread = this.messages.filter(
      ({ senderId, deletedAt }) => senderId !== ME && deletedAt === null,
    ).length;
    return group(CHAT, this.messages.length, { version: this.version, unread });
  }

  /** The answer to `sync`: messages that are newer than a version, by their versions. */
  sync(version: number): Events['synced'] {
    const changed = this.messages.filter((one) => one.version > version);
    const messages = changed.sort((one, other) => one.version - other.version);
    const { unread: total } = this.item;
    const chats = [{ chat: this.item, messages, upTo: this.version, reset: false, more: false }];
    return synced({
      chats: version < this.version ? chats : [],
      unread: { total, mentions: 0, totalUnmuted: total, badge: total },
    });
  }

  page(version = this.version): Events['messagesList'] {
    const lastSeq = this.messages.length;
    const messages = [...this.messages];
    return { chatId: CHAT, messages, more: false, moreBefore: false, moreAfter: false, lastSeq, version };
  }
}

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('send', 'edit', 'delete', 'react'),
    by: fc.integer({ min: 1, max: 3 }),
    at: fc.nat(),
  }),
  { minLength: 1, maxLength: 60 },
);
type Steps = (typeof steps)['generate'] extends (...args: never[]) => { value: infer S } ? S : never;

const play = (model: Model, list: Steps): void => {
  for (const { kind, by, at } of list) {
    const seq = (at % Math.max(1, model.messages.length)) + 1;
    if (kind === 'send' || model.messages.length === 0) model.send(by);
    else if (kind === 'edit') model.edit(seq);
    else if (kind === 'delete') model.delete(seq);
    else model.react(seq, by);
  }
};

/** A store that has a chat as it is at the server, and what it tells. */
const storeAt = (model: Model) => {
  const told = { gaps: 0, missing: 0, stored: [] as string[], arrived: [] as number[] };
  const store = new Store({
    stored: ({ clientId }) => told.stored.push(clientId!),
    missing: () => void told.missing++,
    gap: () => void told.gaps++,
    applied: () => undefined,
    gone: () => undefined,
    reset: () => undefined,
    changed: () => undefined,
    arrived: ({ seq }) => told.arrived.push(seq),
  });
  store.state.me = { ...user(ME), username: null };
  store.apply.list([model.item]);
  store.state.unread = {
    total: model.item.unread,
    mentions: 0,
    totalUnmuted: model.item.unread,
    badge: model.item.unread,
  };
  const chat = store.chat(CHAT)!;
  store.apply.reads(chat);
  store.apply.page(chat, model.page(), {});
  return { store, chat, told };
};

const shown = ({ ranges }: ChatState) =>
  ranges
    .flatMap(({ messages }) => messages)
    .map(({ reactions, ...rest }) => ({ ...rest, reactions: reactions.map(({ mine: _, ...one }) => one) }));

const expectEqual = (store: Store, model: Model): void => {
  const chat = store.chat(CHAT)!;
  expect(shown(chat)).toEqual(model.messages);
  expect(chat.version).toBe(model.version);
  expect(chat.item).toMatchObject({ unread: model.item.unread });
  expect(store.state.unread.total).toBe(model.item.unread);
  for (const { messages } of chat.ranges) {
    for (const { reactions } of messages)
      for (const one of reactions) expect(one.mine).toBe(one.userIds.includes(ME));
  }
};

const hearAll = (store: Store, events: readonly Change[]) => {
  for (const { name, body } of events) store.apply.hear(name, body);
};

/** What the server pushes when a message that was not read is deleted. */
const corrected = (store: Store, model: Model) => {
  const { unread } = model.item;
  store.apply.hear('unreadCount', {
    chatId: CHAT,
    unread,
    unreadMentions: 0,
    unreadSeq: 0,
    total: unread,
    totalMentions: 0,
    totalUnmuted: unread,
    badge: unread,
  });
};

describe('The store', () => {
  it('ends equal to the server when events come in any order, and some of them twice', () => {
    fc.assert(
      fc.property(steps, steps, fc.infiniteStream(fc.nat()), (before, after, chance) => {
        const model = new Model();
        play(model, before);
        const { store } = storeAt(model);
        const from = model.events.length;
        play(model, after);
        const events = model.events.slice(from);
        const doubled = [...events, ...events.filter(() => chance.next().value % 4 === 0)];
        const mixed = doubled
          .map((event) => ({ event, place: chance.next().value }))
          .sort((a, b) => a.place - b.place);
        hearAll(
          store,
          mixed.map(({ event }) => event),
        );
        corrected(store, model);
        expectEqual(store, model);
      }),
    );
  });

  it('ends equal when events are lost and sync brings what they were', () => {
    fc.assert(
      fc.property(steps, steps, steps, fc.infiniteStream(fc.nat()), (before, after, later, chance) => {
        const model = new Model();
        play(model, before);
        const { store, chat } = storeAt(model);
        const from = model.events.length;
        play(model, after);
        hearAll(
          store,
          model.events.slice(from).filter(() => chance.next().value % 3 > 0),
        );
        store.apply.hold();
        const answer = model.sync(chat.version);
        const meanwhile = model.events.length;
        play(model, later);
        hearAll(store, model.events.slice(meanwhile));
        store.apply.sync(answer);
        store.apply.release();
        corrected(store, model);
        expectEqual(store, model);
      }),
    );
  });

  it('ends equal when a page is older or newer than what is heard while it is read', () => {
    fc.assert(
      fc.property(steps, steps, steps, fc.boolean(), (before, during, after, older) => {
        const model = new Model();
        play(model, before);
        const { store, chat } = storeAt(model);
        const from = model.events.length;
        store.apply.trim(chat, 0);
        store.apply.reads(chat);
        const early = model.page();
        play(model, during);
        const page = older ? early : model.page();
        if (older) hearAll(store, model.events.slice(from));
        store.apply.page(chat, page, {});
        if (!older) hearAll(store, model.events.slice(from));
        const then = model.events.length;
        play(model, after);
        hearAll(store, model.events.slice(then));
        corrected(store, model);
        expectEqual(store, model);
      }),
    );
  });

  it('keeps a range without holes, whatever pages are read in whatever order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 120 }),
        fc.array(fc.record({ at: fc.nat(), size: fc.integer({ min: 1, max: 30 }) })),
        (last, reads) => {
          const model = new Model();
          for (let i = 0; i < last; i++) model.send(2);
          const { store, chat } = storeAt(model);
          store.apply.trim(chat, 0);
          for (const { at, size } of reads) {
            const first = (at % last) + 1;
            const messages = model.messages.slice(first - 1, first - 1 + size);
            const moreBefore = first > 1;
            const moreAfter = messages.at(-1)!.seq < last;
            store.apply.reads(chat);
            store.apply.page(
              chat,
              { ...model.page(), messages, more: moreBefore || moreAfter, moreBefore, moreAfter },
              {},
            );
          }
          for (const [index, { from, to, messages }] of chat.ranges.entries()) {
            expect(messages.map(({ seq }) => seq)).toEqual(
              Array.from({ length: to - from + 1 }, (_, i) => from + i),
            );
            const next = chat.ranges[index + 1];
            if (next) expect(next.from).toBeGreaterThan(to + 1);
          }
        },
      ),
    );
  });

  const withMessages = (count: number) => {
    const model = new Model();
    for (let i = 0; i < count; i++) model.send(2);
    return { model, ...storeAt(model) };
  };

  it('takes no message for stored that lies outside of what is loaded', () => {
    const { model, store, chat } = withMessages(100);
    store.apply.trim(chat, 10);
    model.react(1, 3);
    hearAll(store, model.events.slice(-1));
    expect(chat.version).toBe(101);
    expect(liveRange(chat)!.messages[0]!.seq).toBe(91);
  });

  it('drops what is far from what is shown, and never the newest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.nat(),
        fc.integer({ min: 1, max: 20 }),
        (count, at, size) => {
          const { store, chat } = withMessages(count);
          const around = (at % count) + 1;
          const [most, newest] = [4 * size, size];
          store.apply.thin(chat, around, most, newest);
          const seqs = chat.ranges.map(({ from, to, messages }) => {
            expect(messages.map(({ seq }) => seq)).toEqual(
              Array.from({ length: to - from + 1 }, (_, i) => from + i),
            );
            return [from, to] as const;
          });
          expect(seqs.some(([from, to]) => from <= around && around <= to)).toBe(true);
          expect(liveRange(chat)!.to).toBe(count);
          expect(liveRange(chat)!.messages.length).toBeGreaterThanOrEqual(Math.min(newest, count));
          expect(chat.seqs.size).toBeLessThanOrEqual(Math.max(most + newest, count <= most ? count : 0));
          expect(seqs.length).toBeLessThanOrEqual(2);
        },
      ),
    );
  });

  it('keeps hidden messages hidden when they are edited, and shows no reply what it was to', () => {
    const { model, store, chat } = withMessages(3);
    model.send(2, {
      replyToId: message(CHAT, 2).id,
      replyTo: { messageId: message(CHAT, 2).id, seq: 2, senderId: 2, excerpt: 'message 2', deleted: false },
    });
    hearAll(store, model.events.slice(-1));
    store.apply.hear('messageHidden', { chatId: CHAT, messageId: message(CHAT, 2).id, seq: 2 });
    model.edit(2);
    hearAll(store, model.events.slice(-1));
    expect(shown(chat).map(({ seq }) => seq)).toEqual([1, 3, 4]);
    expect(shown(chat)[2]!.replyTo).toBeNull();
    expect(chat.version).toBe(5);
    expect(liveRange(chat)).toMatchObject({ from: 1, to: 4 });
  });

  it('believes what a sync says is unread, also of hidden messages that were deleted for everyone meanwhile', () => {
    const { model, store, chat } = withMessages(3);
    store.apply.hear('messageHidden', { chatId: CHAT, messageId: message(CHAT, 2).id, seq: 2 });
    model.delete(2);
    model.send(3);
    // A sync leaves out what is hidden.
    const answer = model.sync(chat.version);
    answer.chats[0]!.messages = answer.chats[0]!.messages.filter(({ seq }) => seq !== 2);
    store.apply.sync(answer);
    expect(chat.item.unread).toBe(3);
    model.send(3);
    hearAll(store, model.events.slice(-1));
    // As of a moment before that message.
    store.apply.hear('unreadCount', {
      chatId: CHAT,
      unread: 3,
      unreadMentions: 0,
      unreadSeq: 0,
      total: 3,
      totalMentions: 0,
      totalUnmuted: 3,
      badge: 3,
    });
    expect(chat.item.unread).toBe(4);
    expect(store.state.unread.total).toBe(4);
  });

  it('tells what others sent while one was away, in order and once, and not what is old or one’s own', () => {
    const { model, store, chat, told } = withMessages(2);
    store.state.since = message(CHAT, 1).createdAt;
    model.send(3);
    model.send(ME);
    model.edit(3);
    model.send(2);
    model.send(2, { createdAt: '2026-11-28T08:00:00.000Z' });
    store.apply.sync(model.sync(chat.version));
    hearAll(store, model.events);
    expect(told.arrived).toEqual([3, 5]);
  });

  it('tells what was sent in a chat that is new', () => {
    const model = new Model();
    const { store, told } = storeAt(model);
    store.apply.forget(CHAT);
    store.state.since = message(CHAT, 1).createdAt;
    model.send(2);
    hearAll(store, model.events);
    expect([told.missing, told.arrived]).toEqual([1, []]);
    const answer = model.sync(0);
    answer.chats[0]!.reset = true;
    store.apply.sync(answer);
    expect(told.arrived).toEqual([1]);
    expectEqual(store, model);
  });

  it('tells of a gap, and not of what comes in order', () => {
    const { model, store, told } = withMessages(1);
    model.send(2);
    model.send(3);
    model.send(2);
    hearAll(store, [model.events[1]!]);
    expect(told.gaps).toBe(0);
    hearAll(store, [model.events[3]!]);
    expect(told.gaps).toBe(1);
  });

  it('counts no version of what says that it is no change', () => {
    const { store, chat } = withMessages(2);
    const body = { ...message(CHAT, 1), version: 3, changed: false as const };
    store.apply.hear('messageEdited', body);
    expect(chat.version).toBe(2);
    expect(chat.ahead.size).toBe(0);
  });

  it('moves positions forward only, and counts what was seen as delivered', () => {
    const { store, chat } = withMessages(9);
    const seen = (seq: number) =>
      store.apply.hear('messageSeen', {
        messageId: null,
        seen: true,
        chatId: CHAT,
        userId: 3,
        seq,
        version: 9,
        changed: false,
      });
    seen(7);
    seen(4);
    expect(chat.marks.get(3)).toEqual({ readSeq: 7, deliveredSeq: 7 });
  });

  it('says of one’s own message that it is stored, by which way ever it comes', () => {
    const ways = [
      (model: Model, store: Store) => hearAll(store, model.events.slice(-1)),
      (model: Model, store: Store) => store.apply.sync(model.sync(1)),
      (model: Model, store: Store) => {
        store.apply.reads(store.chat(CHAT)!);
        store.apply.page(store.chat(CHAT)!, model.page(), {});
      },
    ];
    for (const way of ways) {
      const { model, store, told } = withMessages(1);
      model.send(ME, { clientId: 'mine' });
      way(model, store);
      expect(told.stored).toEqual(['mine']);
    }
  });

  it('empties a chat that was cleared, takes it out of the list, and brings it back with what is new', () => {
    const { model, store, chat } = withMessages(3);
    store.apply.hear('chatCleared', { chatId: CHAT, seq: 3, version: 3, changed: false });
    expect(shown(chat)).toEqual([]);
    expect(store.list('inbox')).toEqual([]);
    expect(store.state.unread.total).toBe(0);
    model.send(2);
    hearAll(store, model.events.slice(-1));
    expect(shown(chat).map(({ seq }) => seq)).toEqual([4]);
    expect(store.list('inbox')).toHaveLength(1);
    expect(chat.item.unread).toBe(1);
  });

  it('forgets a chat that one was removed from, but not for a removal before one’s return', () => {
    const { store } = withMessages(3);
    const removed = (version: number) =>
      store.apply.hear('memberRemoved', {
        chatId: CHAT,
        version,
        membersVersion: 2,
        memberCount: 2,
        by: 2,
        userId: ME,
      });
    removed(2);
    expect(store.chat(CHAT)).toBeDefined();
    removed(4);
    expect(store.chat(CHAT)).toBeUndefined();
  });

  it('leaves it to blocks whether one may write in a direct chat, whatever of the chat changes', () => {
    const { store, chat } = withMessages(3);
    Object.assign(chat.item, { type: 'direct', canSend: false, canReact: false });
    const { canSend: _s, canReact: _r, ...shown } = group(CHAT, 3, { type: 'direct', version: 4 });
    store.apply.hear('chatUpdated', { ...shown, externalId: 'order-7' });
    expect(chat.item).toMatchObject({ externalId: 'order-7', canSend: false, canReact: false });
  });

  it('says that nobody writes to a deactivated person in a direct chat, whoever blocks whom', () => {
    const { store, chat } = withMessages(3);
    const user = { id: 2, deactivated: false } as Events['userUpdated'];
    Object.assign(chat.item, { type: 'direct', otherUser: { ...user, online: false } });
    const rights = () => [chat.item.canSend, chat.item.canReact];
    const block = (blocked: boolean) =>
      store.apply.hear('blockChanged', { userId: 2, blocked } as Events['blockChanged']);
    const deactivate = (deactivated: boolean) => store.apply.hear('userUpdated', { ...user, deactivated });
    deactivate(true);
    expect(rights()).toEqual([false, true]);
    block(true);
    expect(rights()).toEqual([false, false]);
    block(false);
    expect(rights()).toEqual([false, true]);
    deactivate(false);
    expect(rights()).toEqual([true, true]);
  });

  it('drops what the server keeps no longer, by an event and by sync', () => {
    const { store, chat } = withMessages(10);
    const seqs = () => chat.ranges.flatMap(({ messages }) => messages.map(({ seq }) => seq));
    store.apply.hear('chatUpdated', group(CHAT, 10, { version: 11, firstSeq: 5 }));
    expect(seqs()).toEqual([5, 6, 7, 8, 9, 10]);
    const item = group(CHAT, 10, { version: 12, firstSeq: 9 });
    store.apply.sync(synced({ chats: [{ chat: item, messages: [], upTo: 12, reset: false, more: false }] }));
    expect(seqs()).toEqual([9, 10]);
    store.apply.hear('chatUpdated', group(CHAT, 10, { version: 13, firstSeq: 11 }));
    expect(seqs()).toEqual([]);
    store.apply.hear('newMessage', message(CHAT, 11, { version: 14 }));
    expect(seqs()).toEqual([11]);
  });

  it('costs by what has changed: a hundred thousand events in a second or two', () => {
    const { store, chat } = withMessages(50);
    const began = performance.now();
    for (let version = 51; version <= 100_050; version++)
      store.apply.hear('newMessage', message(CHAT, version, { version }));
    // No figure of a test is a promise; a sort of everything for each event would take minutes.
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(chat.lastSeq).toBe(100_050);
  });
});
