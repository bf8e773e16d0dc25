import fc from 'fast-check';
import { ScriptedTransport, type Asked } from '../../test/scripted.js';
import { account, group, message, ready, synced } from '../../test/views.js';
import { asUser } from '../auth.js';
import { type ChatClient, createChat } from '../chat.js';
import type { Commands, Events, Member, Message } from '../contract.gen.js';
import { eventsOf } from '../events.js';
import { Store } from './store.js';

const CHAT = 5;
const ME = 1;
const OTHER = 3;

type Said = { [N in keyof Events]: [name: N, body: Events[N]] }[keyof Events];

const storeWith = (lastSeq: number) => {
  const told = { gaps: 0 };
  const nothing = () => undefined;
  const store = new Store({
    stored: nothing,
    missing: nothing,
    gap: () => void told.gaps++,
    applied: nothing,
    gone: nothing,
    reset: nothing,
    changed: nothing,
    arrived: nothing,
  });
  store.state.me = account(ME);
  store.apply.list([group(CHAT, lastSeq)]);
  const chat = store.chat(CHAT)!;
  store.apply.reads(chat);
  store.apply.page(chat, pageOf(messagesTo(lastSeq), lastSeq), {});
  const hear = ([name, body]: Said) => store.apply.hear(name, body);
  const shown = () => chat.ranges.flatMap(({ messages }) => messages);
  return { store, chat, told, hear, shown };
};

const messagesTo = (seq: number) => Array.from({ length: seq }, (_, place) => message(CHAT, place + 1));

const pageOf = (messages: Message[], version: number): Events['messagesList'] => ({
  chatId: CHAT,
  messages,
  more: false,
  moreBefore: false,
  moreAfter: false,
  lastSeq: messages.at(-1)?.seq ?? 0,
  version,
});

/** Puts it into an order that fast-check chooses. */
const mixed = <T>(all: readonly T[], places: readonly number[]): T[] =>
  all
    .map((one, place) => ({ one, at: places[place % Math.max(1, places.length)] ?? 0, place }))
    .sort((a, b) => a.at - b.at || a.place - b.place)
    .map(({ one }) => one);

const places = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 40 });
const seqs = (most: number) => fc.array(fc.integer({ min: 1, max: most }), { maxLength: 30 });

const notes = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'messageSeen',
      'messageDelivered',
      'membershipUpdated',
      'unreadCount',
      'messageHidden',
      'userStatus',
      'userTyping',
    ),
    seq: fc.integer({ min: 1, max: 12 }),
    version: fc.integer({ min: 1, max: 40 }),
  }),
  { maxLength: 30 },
);

const noteOf = ({
  kind,
  seq,
  version,
}: {
  kind:
    | 'messageSeen'
    | 'messageDelivered'
    | 'membershipUpdated'
    | 'unreadCount'
    | 'messageHidden'
    | 'userStatus'
    | 'userTyping';
  seq: number;
  version: number;
}): Said => {
  const of = { chatId: CHAT, version, changed: false as const };
  const mark = { ...of, messageId: null, userId: OTHER, seq };
  const counts = { unread: seq, unreadMentions: 0, unreadSeq: 0 };
  switch (kind) {
    case 'messageSeen':
      return [kind, { ...mark, seen: true }];
    case 'messageDelivered':
      return [kind, { ...mark, delivered: true } as never];
    case 'membershipUpdated':
      return [kind, { ...of, mutedUntil: null, archivedAt: null, pinnedAt: null, notify: null }];
    case 'unreadCount':
      return [kind, { chatId: CHAT, ...counts, total: seq, totalMentions: 0, totalUnmuted: seq, badge: seq }];
    case 'messageHidden':
      return [kind, { chatId: CHAT, messageId: message(CHAT, seq).id, seq, for: 'me' } as never];
    case 'userStatus':
      return [kind, { userId: OTHER, online: seq % 2 === 0, lastSeenAt: null }];
    case 'userTyping':
      return [kind, { chatId: CHAT, userId: OTHER, typing: seq % 2 === 0, expiresInMs: 5_000 }];
  }
};

describe('The laws of the store', () => {
  it('2: what has no version of its own fills no gap and makes none, whenever it comes', () => {
    fc.assert(
      fc.property(notes, places, fc.integer({ min: 1, max: 8 }), (said, order, count) => {
        const { chat, told, hear } = storeWith(4);
        const changes: Said[] = messagesTo(4 + count)
          .slice(4)
          .map((body) => ['newMessage', body]);
        for (const note of said) hear(noteOf(note));
        expect([chat.version, chat.ahead.size, told.gaps]).toEqual([4, 0, 0]);
        for (const one of mixed([...changes, ...said.map(noteOf)], order)) {
          hear(one);
          expect([...chat.ahead.values()].every(({ name }) => name === 'newMessage')).toBe(true);
        }
        expect([chat.version, chat.ahead.size, chat.lastSeq]).toEqual([4 + count, 0, 4 + count]);
      }),
    );
  });

  it('3: the answer to a command is the event of its version, in whatever order it comes', () => {
    type Step = { kind: 'send' | 'edit' | 'react' | 'delete'; mine: boolean };
    const steps = fc.array(
      fc.record<Step>({
        kind: fc.constantFrom('send', 'edit', 'react', 'delete'),
        mine: fc.boolean(),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, places, (list, order) => {
        const { store, chat, shown } = storeWith(3);
        const right = new Map(messagesTo(3).map((one) => [one.seq, one]));
        let version = 3;
        const said: [command: keyof Commands, mine: boolean, body: object][] = [];
        for (const { kind, mine } of list) {
          version++;
          const known = right.get((version % right.size) + 1)!;
          const { id: messageId, seq, createdAt: at } = known;
          // What is deleted changes no more.
          if (kind === 'send' || known.deletedAt !== null) {
            const sent = message(CHAT, right.size + 1, { version, senderId: mine ? ME : OTHER });
            right.set(sent.seq, sent);
            said.push(['sendMessage', mine, sent]);
          } else if (kind === 'edit') {
            const edited = { ...known, version, content: `edited ${version}`, editedAt: at };
            right.set(seq, edited);
            said.push(['editMessage', mine, edited]);
          } else if (kind === 'react') {
            const by = mine ? ME : OTHER;
            const userIds = [...new Set([...(known.reactions[0]?.userIds ?? []), by])];
            const count = userIds.length;
            const reactions = [{ emoji: '👍', count, userIds, mine: userIds.includes(ME) }];
            right.set(seq, { ...known, version, reactions });
            const told = reactions.map(({ mine: _, ...one }) => one);
            const body = { messageId, chatId: CHAT, seq, version, by, emoji: '👍', added: true };
            said.push(['addReaction', mine, { ...body, reactions: mine ? reactions : told }]);
          } else {
            right.set(seq, { ...known, version, content: '', metadata: null, reactions: [], deletedAt: at });
            said.push([
              'deleteMessage',
              mine,
              { messageId, chatId: CHAT, seq, version, for: 'everyone', deletedAt: at },
            ]);
          }
        }
        for (const [command, , body] of mixed(said, order))
          // Others hear as an event what the one who asked gets as an answer.
          for (const [name, event] of eventsOf(command, body)) store.apply.hear(name, event as never);
        expect([chat.version, chat.ahead.size]).toEqual([version, 0]);
        expect(shown()).toEqual([...right.values()]);
      }),
    );
  });

  it('8: what was deleted for oneself stays away, whatever of it still comes', () => {
    const later = fc.array(
      fc.record({
        kind: fc.constantFrom('edit', 'react', 'page', 'sync', 'delete'),
        seq: fc.integer({ min: 1, max: 8 }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 8 })), later, fc.nat(20), (hidden, list, when) => {
        const { store, chat, hear, shown } = storeWith(8);
        const all = messagesTo(8);
        let version = 8;
        const hide = () => {
          for (const seq of hidden) hear(noteOf({ kind: 'messageHidden', seq, version }));
        };
        for (const [place, { kind, seq }] of list.entries()) {
          if (place === when) hide();
          const known = all[seq - 1]!;
          const { id: messageId, createdAt: at } = known;
          if (kind === 'edit' && !known.deletedAt) {
            all[seq - 1] = { ...known, version: ++version, content: `edited ${version}`, editedAt: at };
            hear(['messageEdited', all[seq - 1]!]);
          } else if (kind === 'react' && !known.deletedAt) {
            const reactions = [{ emoji: '👍', count: 1, userIds: [OTHER], mine: false }];
            all[seq - 1] = { ...known, version: ++version, reactions };
            const by = { by: OTHER, emoji: '👍', added: true };
            hear(['reactionsChanged', { messageId, chatId: CHAT, seq, version, reactions, ...by }]);
          } else if (kind === 'delete' && !known.deletedAt) {
            version++;
            all[seq - 1] = { ...known, version, content: '', metadata: null, reactions: [], deletedAt: at };
            hear([
              'messageDeleted',
              { messageId, chatId: CHAT, seq, version, for: 'everyone', deletedAt: at },
            ]);
          } else if (kind === 'page') {
            store.apply.reads(chat);
            // A page that was read before it was hidden.
            store.apply.page(chat, pageOf([...all], version), {});
          } else if (kind === 'sync') {
            const item = group(CHAT, 8, { version });
            const chats = [{ chat: item, messages: [...all], upTo: version, reset: false, more: false }];
            store.apply.sync(synced({ chats }));
          }
        }
        hide();
        const right = all.filter(({ seq }) => !hidden.includes(seq));
        expect(shown().map(({ seq, content }) => [seq, content])).toEqual(
          right.map(({ seq, content }) => [seq, content]),
        );
        expect(hidden.every((seq) => chat.hidden.has(message(CHAT, seq).id))).toBe(true);
        // And after all of it, too.
        store.apply.reads(chat);
        store.apply.page(chat, pageOf([...all], version), {});
        expect(shown()).toHaveLength(right.length);
      }),
    );
  });

  it('9: positions only rise but by a sync of a group, and what is seen is what they say', () => {
    const marks = fc.array(
      fc.record({
        how: fc.constantFrom('seen', 'delivered', 'sync', 'members'),
        userId: fc.constantFrom(ME, 2, OTHER),
        seq: fc.integer({ min: 0, max: 9 }),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(marks, (list) => {
        const { store, chat, hear } = storeWith(9);
        const right = new Map<number, { readSeq: number; deliveredSeq: number }>();
        let before = chat.item.readSeq;
        for (const { how, userId, seq } of list) {
          const of = { messageId: null, chatId: CHAT, userId, seq, version: 9, changed: false as const };
          const readSeq = how === 'delivered' ? 0 : seq;
          if (how === 'seen') hear(['messageSeen', { ...of, seen: true }]);
          else if (how === 'delivered') hear(['messageDelivered', { ...of, delivered: true } as never]);
          else if (how === 'sync')
            store.apply.sync(synced({ watermarks: [{ chatId: CHAT, userId, readSeq, deliveredSeq: seq }] }));
          else {
            // All of them, with older positions of the others: who is not among them has left.
            const members = [ME, 2, OTHER].map((id) => {
              const at = id === userId ? { readSeq, deliveredSeq: seq } : { readSeq: 0, deliveredSeq: 0 };
              return { userId: id, role: 'member', ...at } as Member;
            });
            store.apply.members(chat, members, 1);
          }
          // Who left the group and joined again begins anew: a sync has the positions as they are.
          const known = how === 'sync' ? undefined : right.get(userId);
          right.set(userId, {
            readSeq: Math.max(known?.readSeq ?? 0, readSeq),
            deliveredSeq: Math.max(known?.deliveredSeq ?? 0, seq),
          });
          for (const [id, mark] of right) {
            if (id !== ME) expect(chat.marks.get(id) ?? { readSeq: 0, deliveredSeq: 0 }).toEqual(mark);
          }
          const own = list.filter((one) => one.userId === ME && one.how !== 'members');
          const { readSeq: now } = chat.item;
          expect(now).toBeLessThanOrEqual(Math.max(0, ...own.map((one) => one.seq)));
          expect(now).toBeGreaterThanOrEqual(before);
          if (how === 'seen' && userId === ME) expect(now).toBe(Math.max(before, seq));
          before = now;
        }
      }),
    );
  });

  it('9: who is removed and comes back has the position that they have read since, in whatever order it is heard', () => {
    const steps = fc.array(
      fc.record({
        kind: fc.constantFrom('comes', 'goes', 'seen', 'delivered'),
        seq: fc.integer({ min: 1, max: 9 }),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, places, (list, order) => {
        const { chat, hear } = storeWith(9);
        const none = { readSeq: 0, deliveredSeq: 0 };
        const changed = { chatId: CHAT, by: 2 };
        let right = none;
        let version = 9;
        let there = true;
        const said: Said[] = [];
        for (const { kind, seq } of list) {
          const membersVersion = version - 7;
          if (kind === 'goes' && there) {
            const more = { version: ++version, membersVersion, memberCount: 2, userId: OTHER };
            said.push(['memberRemoved', { ...changed, ...more }]);
            [there, right] = [false, none];
          } else if (kind === 'comes' && !there) {
            const more = {
              version: ++version,
              membersVersion,
              memberCount: 3,
              userIds: [OTHER],
              joinedAt: '',
            };
            said.push(['membersAdded', { ...changed, ...more }]);
            there = true;
          } else if (kind === 'seen' && there) {
            said.push(noteOf({ kind: 'messageSeen', seq, version }));
            const readSeq = Math.max(right.readSeq, seq);
            right = { readSeq, deliveredSeq: Math.max(right.deliveredSeq, readSeq) };
          } else if (kind === 'delivered' && there) {
            said.push(noteOf({ kind: 'messageDelivered', seq, version }));
            right = { ...right, deliveredSeq: Math.max(right.deliveredSeq, seq) };
          }
        }
        for (const one of mixed(said, order)) hear(one);
        expect(chat.version).toBe(version);
        expect(chat.marks.get(OTHER) ?? none).toMatchObject(right);
      }),
    );
  });

  it('9: unread never falls below nothing, and what is one’s own adds nothing to it', () => {
    const sends = fc.array(fc.constantFrom(ME, 2, OTHER), { maxLength: 20 });
    fc.assert(
      fc.property(sends, seqs(24), places, (senders, seen, order) => {
        const { store, chat, hear } = storeWith(4);
        const sent = senders.map((senderId, place) => message(CHAT, 5 + place, { senderId }));
        const counted = (unreadSeq: number): Said => {
          // As the server counts at that moment: of all that was sent, or of less.
          const unread = [...messagesTo(4), ...sent].filter(
            ({ seq, senderId }) => seq > unreadSeq && senderId !== ME,
          ).length;
          return [
            'unreadCount',
            {
              chatId: CHAT,
              unread,
              unreadMentions: 0,
              unreadSeq,
              total: unread,
              totalMentions: 0,
              totalUnmuted: unread,
              badge: unread,
            },
          ];
        };
        const read = seen.filter((seq) => seq <= 4 + sent.length);
        const all: Said[] = [...sent.map((body): Said => ['newMessage', body]), ...read.map(counted)];
        for (const one of mixed(all, order)) {
          hear(one);
          expect(chat.item.unread).toBeGreaterThanOrEqual(0);
          expect(store.state.unread.total).toBeGreaterThanOrEqual(0);
        }
        const last = read.at(-1) ?? 0;
        hear(counted(last));
        const right = [...messagesTo(4), ...sent].filter(
          ({ seq, senderId }) => seq > last && senderId !== ME,
        );
        expect(chat.item.unread).toBe(right.length);
      }),
    );
  });

  describe('of what waits to be sent', () => {
    let chat: ChatClient;
    let transport: ScriptedTransport;
    let stored: Message[];
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    const pass = (ms = 0) => jest.advanceTimersByTimeAsync(ms);
    const item = () => group(CHAT, stored.length, { lastMessage: stored.at(-1) ?? null });
    const sync = ({ input }: Pick<Asked, 'input'>) => {
      const from = (input.versions as Record<string, number>)[CHAT] ?? 0;
      const messages = stored.filter(({ version }) => version > from);
      const changed = { chat: item(), messages, upTo: stored.length, reset: false, more: false };
      return synced({ chats: messages.length > 0 ? [changed] : [] });
    };
    const begin = async () => {
      stored = messagesTo(2);
      transport = new ScriptedTransport();
      transport.react = (asked) => {
        const { command, input, answer } = asked;
        if (command === 'sync') answer(sync(asked));
        if (command === 'getChats') answer({ chats: input.filter === 'inbox' ? [item()] : [], more: false });
        if (command === 'getMessages') answer(pageOf([...stored], stored.length));
      };
      const watch = () => () => undefined;
      chat = createChat({ url: 'http://chat.test', auth: asUser(ME), transport, watch });
      chat.start();
      await pass();
      transport.link.listener.event('ready', ready(ME));
      await pass();
    };
    const write = ({ input }: Asked): Message => {
      const before = stored.find(({ clientId }) => clientId === input.clientId);
      if (before) return before;
      const { clientId, content } = input as { clientId: string; content: string };
      const seq = stored.length + 1;
      stored.push(message(CHAT, seq, { senderId: ME, clientId, content }));
      return stored.at(-1)!;
    };

    const ways = fc.array(fc.constantFrom('answer', 'event', 'sync', 'page', 'lost', 'other'), {
      minLength: 1,
      maxLength: 8,
    });

    it('10: it stands below what is stored, in order, and is there once, by which way ever its twin comes', () =>
      fc.assert(
        fc.asyncProperty(ways, async (list) => {
          await begin();
          const room = chat.open(CHAT);
          await pass();
          const keys: string[] = [];
          const check = () => {
            const { items } = room.timeline.get();
            const own = items.filter(({ key }) => keys.includes(key));
            expect(own.map(({ key }) => key)).toEqual(keys);
            const pending = items.findIndex(({ seq }) => seq === null);
            if (pending >= 0) expect(items.slice(pending).every(({ seq }) => seq === null)).toBe(true);
          };
          const end = room.timeline.subscribe(check);
          for (const [place] of list.entries()) {
            room.send(`nr ${place}`);
            keys.push(room.timeline.get().items.at(-1)!.key);
          }
          for (const how of list) {
            await pass(50);
            const asked = transport.link.of('sendMessage').at(-1)!;
            const { listener } = transport.link;
            if (how === 'other') {
              stored.push(message(CHAT, stored.length + 1));
              listener.event('newMessage', stored.at(-1));
            }
            const sent = write(asked);
            if (how === 'event') listener.event('newMessage', sent);
            else if (how === 'page') {
              const page = chat.call('getMessages', { chatId: CHAT });
              await page;
              listener.event('syncNeeded', { withinMs: 0 });
            } else if (how === 'sync') listener.event('syncNeeded', { withinMs: 0 });
            if (how === 'lost') {
              // The connection ends with the answer: the next one brings it.
              listener.closed();
              await pass(30_000);
              transport.link.listener.event('ready', ready(ME));
            } else {
              await pass(how === 'answer' ? 0 : 20);
              asked.answer(sent);
            }
            await pass(50);
            check();
          }
          await pass(1_000);
          const mine = room.timeline.get().items.filter(({ key }) => keys.includes(key));
          expect(mine.map(({ status }) => status)).toEqual(list.map(() => 'sent'));
          expect(mine.map(({ message: one }) => one.content)).toEqual(list.map((_, place) => `nr ${place}`));
          expect(chat.outbox.get()).toEqual([]);
          end();
          chat.stop();
        }),
        { numRuns: 40 },
      ));

    it('11: where the chat is gone it fails by name, and the draft stays', () =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom('memberRemoved', 'chatDeleted'),
          fc.integer({ min: 0, max: 5 }),
          fc.boolean(),
          async (how, count, online) => {
            await begin();
            const room = chat.open(CHAT);
            await pass();
            chat.draft(CHAT).set('begun');
            const refused: string[] = [];
            for (let nr = 0; nr < count; nr++)
              room.send(`nr ${nr}`).stored.catch(({ code }: { code: string }) => refused.push(code));
            if (online) await pass(50);
            const { listener } = transport.link;
            if (how === 'chatDeleted') listener.event('chatDeleted', { chatId: CHAT, version: 3 });
            else {
              const body = { chatId: CHAT, version: 3, membersVersion: 2, memberCount: 2, by: 2, userId: ME };
              listener.event('memberRemoved', body);
            }
            await pass(10);
            // One that is under way may have been done before: its answer decides.
            for (const { refuse } of transport.link.of('sendMessage')) refuse({ code: 'NOT_FOUND' });
            await pass(50);
            expect(chat.chats().get().items).toEqual([]);
            expect(chat.outbox.get().map(({ status, error }) => [status, error?.code])).toEqual(
              Array.from({ length: count }, () => ['failed', 'NOT_FOUND']),
            );
            expect(refused).toEqual(Array.from({ length: count }, () => 'NOT_FOUND'));
            expect(chat.draft(CHAT).get()).toBe('begun');
            chat.stop();
          },
        ),
        { numRuns: 25 },
      ));
  });
});
