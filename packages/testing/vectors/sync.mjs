import {
  ask,
  begin,
  caughtUp,
  CHAT,
  edited,
  end,
  event,
  group,
  hidden,
  ME,
  message,
  messages,
  page,
  start,
  synced,
} from './views.mjs';
import { chatOf } from './order.mjs';

const ids = (from, to, changed = {}) => messages(from, to).map(({ seq }) => ({ seq, ...changed[seq] }));

export default [
  {
    name: 'a chat that is sent anew',
    rule: 'chats[].reset: delete the messages that you have of this chat first.',
    steps: [
      start(group(3)),
      ask(
        'sync',
        { versions: { [CHAT]: 3 } },
        synced({ chats: [caughtUp(group(2000, { version: 2500 }), messages(1971, 2000), { reset: true })] }),
      ),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 2500,
          lastSeq: 2000,
          ranges: [{ from: 1971, to: 2000, messages: ids(1971, 2000) }],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'changes in several answers',
    rule: 'As long as more of a chat is true: a message that was sent before that point and changed after it is on a later page; the range grows when the chat is complete.',
    steps: [
      start(),
      ask(
        'sync',
        { versions: { [CHAT]: 3 } },
        synced({
          more: true,
          chats: [caughtUp(group(6, { version: 8 }), [message(4), message(6)], { upTo: 6, more: true })],
        }),
      ),
      ask(
        'sync',
        { versions: { [CHAT]: 6 } },
        synced({ chats: [caughtUp(group(6, { version: 8 }), [edited(2, 7), edited(5, 8)])] }),
      ),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 8,
          lastSeq: 6,
          ranges: [
            {
              from: 1,
              to: 6,
              messages: ids(1, 6, { 2: { content: 'edited 2' }, 5: { content: 'edited 5', version: 8 } }),
            },
          ],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'events between the answers of a sync',
    rule: 'As long as more of a chat is true: keep events of the chat aside, and apply them when it is complete.',
    steps: [
      start(),
      ask(
        'sync',
        { versions: { [CHAT]: 3 } },
        synced({
          more: true,
          chats: [caughtUp(group(6, { version: 8 }), [message(4), message(6)], { upTo: 6, more: true })],
        }),
      ),
      event('newMessage', message(7, { version: 9 })),
      event('messageEdited', edited(5, 8)),
      ask(
        'sync',
        { versions: { [CHAT]: 6 } },
        synced({ chats: [caughtUp(group(6, { version: 8 }), [edited(2, 7), edited(5, 8)])] }),
      ),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 9,
          lastSeq: 7,
          ranges: [{ from: 1, to: 7, messages: ids(1, 7, { 5: { content: 'edited 5' } }) }],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'what is heard during a sync and is no change',
    rule: 'While a sync is under way: keep events of the chat aside, and apply them when it is complete: its answer may be older.',
    steps: (() => {
      const sync = begin('sync', { versions: { [CHAT]: 3 } });
      const unread = { unread: 2, readSeq: 3, unreadSeq: 3 };
      return [
        start(),
        sync,
        event('membershipUpdated', {
          chatId: CHAT,
          version: 5,
          changed: false,
          mutedUntil: null,
          archivedAt: null,
          pinnedAt: message(9).createdAt,
          notify: null,
        }),
        event('unreadCount', {
          chatId: CHAT,
          unread: 1,
          unreadMentions: 0,
          unreadSeq: 4,
          total: 1,
          totalMentions: 0,
          totalUnmuted: 1,
          badge: 1,
        }),
        end(
          sync,
          synced({
            chats: [caughtUp(group(5, unread), messages(4, 5))],
            unread: { total: 2, mentions: 0, totalUnmuted: 2, badge: 2 },
          }),
        ),
      ];
    })(),
    expect: {
      unread: { total: 1 },
      chats: [{ id: CHAT, version: 5, unread: 1, unreadSeq: 4, pinnedAt: message(9).createdAt }],
    },
    wantsSync: false,
  },
  {
    name: 'chats that are gone',
    rule: 'gone: delete these chats.',
    steps: [start(), ask('sync', { versions: { [CHAT]: 3 } }, synced({ gone: [CHAT] }))],
    expect: { inbox: [], chats: [] },
    wantsSync: false,
  },
  {
    name: 'a chat that begins',
    rule: 'newChat announces a chat of which you have nothing yet: call sync.',
    steps: [ask('sync', { versions: {} }, synced()), event('newChat', chatOf(group(0, { version: 1 })))],
    expect: { chats: [] },
    wantsSync: true,
  },
  {
    name: 'a chat that began, and was read',
    rule: 'A chat that you did not name comes with reset: true, from its first version on.',
    steps: [
      ask('sync', { versions: {} }, synced()),
      event('newChat', chatOf(group(0, { version: 1 }))),
      ask(
        'sync',
        { versions: {} },
        synced({ chats: [caughtUp(group(0, { version: 1 }), [], { reset: true })] }),
      ),
      event('newMessage', message(1, { version: 2 })),
    ],
    expect: {
      unread: { total: 1 },
      chats: [{ id: CHAT, version: 2, lastSeq: 1, ranges: [{ from: 1, to: 1, messages: [{ seq: 1 }] }] }],
    },
    wantsSync: false,
  },
  {
    name: 'a chat that this person clears',
    rule: 'chatCleared: everything up to seq is gone for you. Take the chat out of the list until it has a message after seq.',
    steps: [start(), event('chatCleared', { chatId: CHAT, seq: 3, version: 3, changed: false })],
    expect: { inbox: [], chats: [], unread: { total: 0 } },
    wantsSync: false,
  },
  {
    name: 'a cleared chat in which somebody writes',
    rule: 'Keep the seq up to which the chat was cleared: whatever still brings a message up to there must not bring it back. Its version counts.',
    steps: [
      start(),
      event('chatCleared', { chatId: CHAT, seq: 3, version: 3, changed: false }),
      event('messageEdited', edited(2, 4)),
      event('newMessage', message(4, { version: 5 })),
    ],
    expect: {
      inbox: [CHAT],
      unread: { total: 1 },
      chats: [
        { id: CHAT, version: 5, lastMessageId: 1004, unread: 1, ranges: [{ to: 4, messages: [{ seq: 4 }] }] },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'what was seen and what is unread in a cleared chat',
    rule: 'chatCleared raises unreadSeq to its seq, and leaves readSeq: nobody is told that you have seen what you cleared.',
    steps: [
      start(group(3, { readSeq: 1, unreadSeq: 1, unread: 2 })),
      event('chatCleared', { chatId: CHAT, seq: 3, version: 3, changed: false }),
      event('newMessage', message(4)),
    ],
    expect: { unread: { total: 1 }, chats: [{ id: CHAT, unread: 1, readSeq: 1, unreadSeq: 3 }] },
    wantsSync: false,
  },
  {
    name: 'a page that was asked for before the chat was cleared',
    rule: 'Keep the seq up to which the chat was cleared: a page must not bring back what is up to there.',
    steps: (() => {
      const read = begin('getMessages', { chatId: CHAT, before: 31, limit: 3 });
      return [
        start(group(40), messages(31, 40)),
        read,
        event('chatCleared', { chatId: CHAT, seq: 40, version: 40, changed: false }),
        end(
          read,
          page(messages(28, 30), { more: true, moreBefore: true, moreAfter: true, lastSeq: 40, version: 40 }),
        ),
        event('newMessage', message(41)),
      ];
    })(),
    expect: { chats: [{ id: CHAT, version: 41, ranges: [{ to: 41, messages: [{ seq: 41 }] }] }] },
    wantsSync: false,
  },
  {
    name: 'what a sync brings of a chat that was cleared meanwhile',
    rule: 'Keep the seq up to which the chat was cleared: an answer of sync must not bring back what is up to there.',
    steps: (() => {
      const sync = begin('sync', { versions: { [CHAT]: 40 } });
      return [
        start(group(40), messages(38, 40)),
        sync,
        event('chatCleared', { chatId: CHAT, seq: 41, version: 41, changed: false }),
        end(sync, synced({ chats: [caughtUp(group(41), [message(41)])] })),
        event('newMessage', message(42)),
      ];
    })(),
    expect: { chats: [{ id: CHAT, version: 42, ranges: [{ to: 42, messages: [{ seq: 42 }] }] }] },
    wantsSync: false,
  },
  {
    name: 'a chat that is deleted',
    rule: 'chatDeleted ends the chat: delete your copy of it and forget its version. A new message may bring it back; treat it as a chat that you do not know.',
    steps: [
      start(),
      event('chatDeleted', { chatId: CHAT, version: 4 }),
      event('newMessage', message(4, { version: 5 })),
    ],
    expect: { chats: [] },
    wantsSync: true,
  },
  {
    name: 'a page before what is loaded',
    rule: 'Keep one unbroken range of messages, and add to it a page next to it.',
    steps: [
      start(group(40), messages(31, 40)),
      ask(
        'getMessages',
        { chatId: CHAT, before: 31, limit: 5 },
        page(messages(26, 30), { more: true, moreBefore: true, moreAfter: true, lastSeq: 40, version: 40 }),
      ),
    ],
    expect: { chats: [{ id: CHAT, version: 40, ranges: [{ from: 26, to: 40, messages: ids(26, 40) }] }] },
    wantsSync: false,
  },
  {
    name: 'a page that is older than what was heard meanwhile',
    rule: 'Events that came between your request and its answer may be newer than the page: apply them to the page again.',
    steps: (() => {
      const read = begin('getMessages', { chatId: CHAT, before: 31, limit: 3 });
      return [
        start(group(40), messages(31, 40)),
        read,
        event('messageEdited', edited(29, 41)),
        event('messageDeleted', {
          messageId: 1028,
          chatId: CHAT,
          seq: 28,
          version: 42,
          for: 'everyone',
          deletedAt: message(52).createdAt,
        }),
        end(
          read,
          page(messages(28, 30), { more: true, moreBefore: true, moreAfter: true, lastSeq: 40, version: 40 }),
        ),
      ];
    })(),
    expect: {
      chats: [
        {
          id: CHAT,
          version: 42,
          ranges: [
            {
              from: 28,
              to: 40,
              messages: ids(28, 40, {
                28: { content: '', version: 42 },
                29: { content: 'edited 29', version: 41 },
              }),
            },
          ],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'a hidden message that was deleted for everyone meanwhile',
    rule: 'A sync leaves out what you have hidden, even when it was deleted for everyone: its unread is right, add to it.',
    steps: [
      start(group(3, { unread: 2, unreadSeq: 1, readSeq: 1 }), messages(1, 3), {
        unread: { total: 2, mentions: 0, totalUnmuted: 2, badge: 2 },
      }),
      event('messageHidden', hidden(2)),
      ask(
        'sync',
        { versions: { [CHAT]: 3 } },
        synced({
          chats: [caughtUp(group(3, { version: 4, unread: 1, unreadSeq: 1, readSeq: 1 }), [], { upTo: 4 })],
          unread: { total: 1, mentions: 0, totalUnmuted: 1, badge: 1 },
        }),
      ),
      event('newMessage', message(4, { version: 5 })),
    ],
    expect: { unread: { total: 2 }, chats: [{ id: CHAT, version: 5, unread: 2, unreadSeq: 1 }] },
    wantsSync: false,
  },
  {
    name: 'a page with a message that was hidden meanwhile',
    rule: 'Keep the id of a hidden message for as long as the range has its seq: no page brings it back.',
    steps: (() => {
      const read = begin('getMessages', { chatId: CHAT, before: 31, limit: 3 });
      return [
        start(group(40), messages(31, 40)),
        read,
        event('messageHidden', hidden(29)),
        end(
          read,
          page(messages(28, 30), { more: true, moreBefore: true, moreAfter: true, lastSeq: 40, version: 40 }),
        ),
      ];
    })(),
    expect: {
      chats: [
        {
          id: CHAT,
          version: 40,
          ranges: [{ from: 28, to: 40, messages: ids(28, 40).filter(({ seq }) => seq !== 29) }],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'the first page of a chat that is known by the list',
    rule: 'Answers to commands that only read are never a change; a chat of the list begins at its version, with nothing loaded.',
    steps: [
      ask('getChats', { page: true }, { chats: [group(40)], more: false }),
      event('newMessage', message(41, { senderId: ME })),
      ask(
        'getMessages',
        { chatId: CHAT, limit: 3 },
        page([...messages(39, 40), message(41, { senderId: ME })], {
          more: true,
          moreBefore: true,
          lastSeq: 41,
          version: 41,
        }),
      ),
      event('newMessage', message(42)),
    ],
    expect: {
      chats: [{ id: CHAT, version: 42, unread: 1, ranges: [{ from: 39, to: 42, messages: ids(39, 42) }] }],
    },
    wantsSync: false,
  },
];
