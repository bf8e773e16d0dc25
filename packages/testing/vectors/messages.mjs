import {
  ask,
  at,
  BOB,
  CAROL,
  caughtUp,
  CHAT,
  deletedForAll,
  direct,
  edited,
  event,
  group,
  hidden,
  ME,
  message,
  messages,
  page,
  reactions,
  start,
  synced,
} from './views.mjs';

const seqs = (...list) => list.map((one) => (typeof one === 'number' ? { seq: one } : one));
const range = (from, to, list) => ({ from, to, messages: list });
const quote = (seq, more = {}) => ({
  replyToId: 1000 + seq,
  replyTo: { messageId: 1000 + seq, seq, senderId: BOB, excerpt: `message ${seq}`, deleted: false, ...more },
});

/** 25 people who reacted; events name the first 20 only, and this person is not one of them. */
const crowd = (count) => [
  { emoji: '👍', count, userIds: Array.from({ length: 20 }, (_, place) => 100 + place) },
];

export default [
  {
    name: 'a hidden message that is edited later',
    rule: 'messageHidden: delete the message at once and keep its id: later edits still arrive and must not bring it back. Their versions count.',
    steps: [
      start(),
      event('messageHidden', hidden(2)),
      event('messageEdited', edited(2, 4)),
      event('newMessage', message(4, { version: 5 })),
    ],
    expect: { chats: [{ id: CHAT, version: 5, ranges: [range(1, 4, seqs(1, 3, 4))] }] },
    wantsSync: false,
  },
  {
    name: 'a hidden message that gets a reaction',
    rule: 'Later reactions of a hidden message still arrive, and their versions count.',
    steps: [
      start(),
      event('messageHidden', hidden(3)),
      reactions(3, 4, { by: CAROL, list: [{ emoji: '👍', count: 1, userIds: [CAROL] }] }),
    ],
    expect: { chats: [{ id: CHAT, version: 4, lastMessageId: 1002, ranges: [range(1, 3, seqs(1, 2))] }] },
    wantsSync: false,
  },
  {
    name: 'replies to a hidden message',
    rule: 'In replies to a hidden message replyTo becomes null, and stays so.',
    steps: [
      start(group(3), [message(1), message(2), message(3, quote(2))]),
      event('messageHidden', hidden(2)),
      event('messageEdited', edited(2, 4)),
      event('newMessage', message(4, { version: 5, ...quote(2) })),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 5,
          ranges: [range(1, 4, [{ seq: 1 }, { seq: 3, replyTo: null }, { seq: 4, replyTo: null }])],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'a message that one deletes for oneself',
    rule: 'The answer to your own deleteMessage with for: "me" hides it, and is no change of the chat.',
    steps: [
      start(),
      ask('deleteMessage', { messageId: 1002, for: 'me' }, { ...hidden(2), for: 'me' }),
      event('messageEdited', edited(2, 4)),
    ],
    expect: { chats: [{ id: CHAT, version: 4, ranges: [range(1, 3, seqs(1, 3))] }] },
    wantsSync: false,
  },
  {
    name: 'a message that was hidden on another device meanwhile',
    rule: 'hidden of sync: delete these messages and keep their ids as tombstones.',
    steps: [
      start(),
      ask('sync', { versions: { [CHAT]: 3 } }, synced({ hidden: [{ chatId: CHAT, messageId: 1002 }] })),
      event('messageEdited', edited(2, 4)),
    ],
    expect: { chats: [{ id: CHAT, version: 4, ranges: [range(1, 3, seqs(1, 3))] }] },
    wantsSync: false,
  },
  {
    name: 'a message that is deleted for everyone',
    rule: 'messageDeleted empties the message and gives it its deletedAt; its place stays.',
    steps: [
      start(group(3), [
        message(1),
        message(2, {
          metadata: { colour: 'red' },
          reactions: [{ emoji: '👍', count: 1, userIds: [ME], mine: true }],
        }),
        message(3),
      ]),
      event('messageDeleted', deletedForAll(2, 4)),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 4,
          ranges: [
            range(
              1,
              3,
              seqs(
                1,
                { seq: 2, version: 4, content: '', metadata: null, reactions: [], deletedAt: at(52) },
                3,
              ),
            ),
          ],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'a message of another that is deleted before it was read',
    rule: 'messageDeleted of a message of somebody else that you have not read takes one away from unread.',
    steps: [
      start(),
      event('newMessage', message(4)),
      event('newMessage', message(5)),
      event('messageDeleted', deletedForAll(4, 6)),
    ],
    expect: {
      unread: { total: 1 },
      chats: [
        { id: CHAT, version: 6, unread: 1, ranges: [range(1, 5, seqs(1, 2, 3, { seq: 4, content: '' }, 5))] },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'an edit of what is loaded',
    rule: 'Replace a message by one with a larger version. An edit moves nothing in the list of chats.',
    steps: [
      ask(
        'sync',
        { versions: {} },
        synced({
          chats: [
            caughtUp(group(3), messages(1, 3), { reset: true }),
            caughtUp(
              direct(1, {
                id: 20,
                chatId: 20,
                version: 1,
                lastActivityAt: at(30),
                lastMessage: message(1, { id: 2001, chatId: 20 }),
              }),
              [message(1, { id: 2001, chatId: 20 })],
              { reset: true },
            ),
          ],
        }),
      ),
      event('messageEdited', edited(1, 4)),
    ],
    expect: {
      inbox: [20, CHAT],
      chats: [
        {
          id: CHAT,
          version: 4,
          lastActivityAt: at(3),
          ranges: [range(1, 3, seqs({ seq: 1, version: 4, content: 'edited 1', editedAt: at(50) }, 2, 3))],
        },
        { id: 20, version: 1 },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'the order of the list',
    rule: 'A message moves its chat to the top: lastActivityAt becomes the createdAt of the message.',
    steps: [
      ask(
        'sync',
        { versions: {} },
        synced({
          chats: [
            caughtUp(group(3), messages(1, 3), { reset: true }),
            caughtUp(
              direct(1, { id: 20, chatId: 20, version: 1, lastActivityAt: at(30) }),
              [message(1, { id: 2001, chatId: 20 })],
              { reset: true },
            ),
          ],
        }),
      ),
      event('newMessage', message(4, { createdAt: at(40) })),
    ],
    expect: {
      inbox: [CHAT, 20],
      chats: [{ id: CHAT, version: 4, lastActivityAt: at(40), lastMessageId: 1004 }, { id: 20 }],
    },
    wantsSync: false,
  },
  {
    name: 'a message that comes late, in the list',
    rule: 'lastActivityAt is the createdAt of the newest message by seq: one that comes late moves nothing back.',
    steps: [
      ask(
        'sync',
        { versions: {} },
        synced({
          chats: [
            caughtUp(group(3), messages(1, 3), { reset: true }),
            caughtUp(
              direct(1, { id: 20, chatId: 20, version: 1, lastActivityAt: at(30) }),
              [message(1, { id: 2001, chatId: 20 })],
              { reset: true },
            ),
          ],
        }),
      ),
      event('newMessage', message(5, { createdAt: at(40) })),
      event('newMessage', message(4, { createdAt: at(20) })),
    ],
    expect: {
      inbox: [CHAT, 20],
      chats: [{ id: CHAT, version: 5, lastActivityAt: at(40), lastMessageId: 1005 }, { id: 20 }],
    },
    wantsSync: false,
  },
  {
    name: 'an edit of what is not loaded',
    rule: 'A message outside the range is not stored. Its version counts all the same.',
    steps: [start(group(40), messages(31, 40)), event('messageEdited', edited(5, 41))],
    expect: {
      chats: [
        { id: CHAT, version: 41, ranges: [range(31, 40, seqs(31, 32, 33, 34, 35, 36, 37, 38, 39, 40))] },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'an old message that got a reaction while one was away',
    rule: 'An old message that gets a reaction comes whole from sync, and is not put above the newest.',
    steps: [
      start(group(40), messages(38, 40)),
      ask(
        'sync',
        { versions: { [CHAT]: 40 } },
        synced({
          chats: [
            caughtUp(group(40, { version: 41 }), [
              message(5, {
                version: 41,
                reactions: [{ emoji: '👍', count: 1, userIds: [CAROL], mine: false }],
              }),
            ]),
          ],
        }),
      ),
    ],
    expect: { chats: [{ id: CHAT, version: 41, ranges: [range(38, 40, seqs(38, 39, 40))] }] },
    wantsSync: false,
  },
  {
    name: 'a reaction of one’s own on another device',
    rule: 'reactionsChanged says who has added or removed which emoji: if it was you, change your mark.',
    steps: [
      start(),
      reactions(2, 4, { by: ME, list: [{ emoji: '👍', count: 1, userIds: [ME] }] }),
      reactions(3, 5, { by: ME, list: [{ emoji: '👍', count: 1, userIds: [ME] }] }),
      reactions(3, 6, { by: CAROL, list: [{ emoji: '👍', count: 2, userIds: [ME, CAROL] }] }),
      reactions(3, 7, { by: ME, added: false, list: [{ emoji: '👍', count: 1, userIds: [CAROL] }] }),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 7,
          ranges: [
            range(
              1,
              3,
              seqs(
                1,
                { seq: 2, version: 4, reactions: [{ emoji: '👍', count: 1, mine: true }] },
                { seq: 3, version: 7, reactions: [{ emoji: '👍', count: 1, mine: false }] },
              ),
            ),
          ],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'a reaction of one’s own among more than are named',
    rule: 'reactions[].mine is not in events: it stays what it was, also where userIds does not name you.',
    steps: [
      start(group(3), [
        message(1),
        message(2, { reactions: crowd(25).map((one) => ({ ...one, mine: true })) }),
        message(3),
      ]),
      reactions(2, 4, { by: CAROL, list: crowd(26) }),
      event('messageEdited', edited(2, 5, { reactions: crowd(26) })),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 5,
          ranges: [
            range(
              1,
              3,
              seqs(
                1,
                { seq: 2, content: 'edited 2', reactions: [{ emoji: '👍', count: 26, mine: true }] },
                3,
              ),
            ),
          ],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'an older copy',
    rule: 'Replace a message only by one with a larger version, whatever brings it: an event, an answer, a page or sync.',
    steps: [
      start(),
      event('messageEdited', edited(2, 4)),
      ask('getMessages', { chatId: CHAT }, page(messages(1, 3), { version: 3 })),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 4,
          ranges: [range(1, 3, seqs(1, { seq: 2, version: 4, content: 'edited 2' }, 3))],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'a reply to what is edited, and then deleted',
    rule: 'After an edit or a deletion of the message that is replied to no event comes for its replies: change the excerpt in those that you hold.',
    steps: [
      start(group(4), [...messages(1, 3), message(4, quote(1))]),
      event('newMessage', message(5, quote(2))),
      event('messageEdited', edited(1, 6)),
      event('messageDeleted', deletedForAll(2, 7)),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 7,
          ranges: [
            range(
              1,
              5,
              seqs(
                1,
                { seq: 2, content: '' },
                3,
                { seq: 4, version: 4, replyTo: { messageId: 1001, excerpt: 'edited 1', deleted: false } },
                { seq: 5, version: 5, replyTo: { messageId: 1002, excerpt: '', deleted: true } },
              ),
            ),
          ],
        },
      ],
    },
    wantsSync: false,
  },
];
