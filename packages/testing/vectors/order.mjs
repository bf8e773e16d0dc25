import {
  ask,
  begin,
  caughtUp,
  CHAT,
  edited,
  end,
  event,
  group,
  ME,
  message,
  messages,
  start,
  synced,
} from './views.mjs';

const chats = (version, seqs, more = {}) => [
  {
    id: CHAT,
    version,
    ranges: [{ from: 1, to: seqs, messages: messages(1, seqs).map(({ id, seq }) => ({ id, seq })) }],
    ...more,
  },
];
const news = (seq, more) => event('newMessage', message(seq, more));

const OF_ONE_PERSON = new Set(
  (
    'unread unreadMentions mutedUntil archivedAt pinnedAt notify readSeq unreadSeq role lastMessage otherUser otherReadSeq ' +
    'otherDeliveredSeq blockedByMe canSend canReact canAddMembers silencedUntil cursor'
  ).split(' '),
);

/** The chat as everybody sees it. */
export function chatOf(item) {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !OF_ONE_PERSON.has(name)));
}

export default [
  {
    name: 'events in order',
    rule: 'An event with your version + 1: apply it.',
    steps: [start(), news(4), news(5)],
    expect: { chats: chats(5, 5, { lastSeq: 5 }) },
    wantsSync: false,
  },
  {
    name: 'doubled events',
    rule: 'An event with a version that you already have: ignore it.',
    steps: [
      start(),
      news(4),
      news(4),
      event('messageEdited', edited(2, 5)),
      news(4),
      event('messageEdited', edited(2, 5)),
    ],
    expect: {
      unread: { total: 1 },
      chats: [
        {
          id: CHAT,
          version: 5,
          unread: 1,
          ranges: [
            {
              from: 1,
              to: 4,
              messages: [{ seq: 1 }, { seq: 2, content: 'edited 2' }, { seq: 3 }, { seq: 4 }],
            },
          ],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'an event that overtakes the one before it',
    rule: 'An event with a higher version: keep it aside. When what is missing has come, apply both.',
    steps: [start(), news(6), news(5), news(4)],
    expect: { chats: chats(6, 6, { lastSeq: 6 }) },
    wantsSync: false,
  },
  {
    name: 'a gap',
    rule: 'An event with a higher version is kept aside. If what is missing does not come within a grace, call sync.',
    steps: [start(), news(5)],
    expect: { chats: chats(3, 3, { lastSeq: 3 }) },
    wantsSync: true,
  },
  {
    name: 'a gap that sync fills',
    rule: 'After a sync: what is kept aside up to upTo is dropped, and what follows upTo is applied.',
    steps: [
      start(),
      news(5),
      news(7),
      ask('sync', { versions: { [CHAT]: 3 } }, synced({ chats: [caughtUp(group(6), messages(4, 6))] })),
    ],
    expect: { chats: chats(7, 7, { lastSeq: 7 }) },
    wantsSync: false,
  },
  {
    name: 'late after a sync',
    rule: 'An event can still come after a sync that had it already: ignore it.',
    steps: [
      start(),
      ask(
        'sync',
        { versions: { [CHAT]: 3 } },
        synced({
          chats: [caughtUp(group(5, { unread: 2, readSeq: 3, unreadSeq: 3 }), messages(4, 5))],
          unread: { total: 2, mentions: 0, totalUnmuted: 2, badge: 2 },
        }),
      ),
      news(4),
      news(5),
    ],
    expect: { unread: { total: 2 }, chats: chats(5, 5, { unread: 2 }) },
    wantsSync: false,
  },
  {
    name: 'events during a sync',
    rule: 'While a sync is under way: keep events aside, and apply them by the rules when it is complete.',
    steps: (() => {
      const sync = begin('sync', { versions: { [CHAT]: 3 } });
      return [
        start(),
        sync,
        news(5),
        news(6),
        news(4),
        end(sync, synced({ chats: [caughtUp(group(5), messages(4, 5))] })),
      ];
    })(),
    expect: { chats: chats(6, 6) },
    wantsSync: false,
  },
  {
    name: 'an answer after later events',
    rule: 'The answer to a command of one’s own is an event of its version; it may come after events of higher ones.',
    steps: (() => {
      const send = begin('sendMessage', { chatId: CHAT, content: 'mine', clientId: 'c-1' });
      return [
        start(),
        send,
        news(5),
        end(send, message(4, { senderId: ME, content: 'mine', clientId: 'c-1' })),
      ];
    })(),
    expect: {
      unread: { total: 1 },
      chats: [
        {
          id: CHAT,
          version: 5,
          unread: 1,
          ranges: [
            {
              from: 1,
              to: 5,
              messages: [
                { seq: 1 },
                { seq: 2 },
                { seq: 3 },
                { seq: 4, content: 'mine', senderId: ME },
                { seq: 5 },
              ],
            },
          ],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'an answer of a command that has changed nothing',
    rule: 'With changed: false it is no change: do not count that version, or a change that you are missing is never asked for.',
    steps: [
      start(),
      ask('updateChat', { chatId: CHAT, title: 'Friends' }, { ...chatOf(group(4)), changed: false }),
    ],
    expect: { chats: chats(3, 3) },
  },
  {
    name: 'the change that came with changed: false before',
    rule: 'With changed: false it is no change: the event of that version is still to come, and is applied.',
    steps: [
      start(),
      ask('updateChat', { chatId: CHAT, title: 'Friends' }, { ...chatOf(group(4)), changed: false }),
      news(4),
    ],
    expect: { chats: chats(4, 4) },
    wantsSync: false,
  },
];
