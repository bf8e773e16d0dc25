import {
  ask,
  begin,
  BOB,
  CAROL,
  caughtUp,
  CHAT,
  direct,
  end,
  event,
  group,
  ME,
  member,
  message,
  messages,
  start,
  synced,
  user,
} from './views.mjs';
import { chatOf } from './order.mjs';

const all = [member(ME, { role: 'owner' }), member(BOB), member(CAROL)];
const readMembers = ask(
  'getMembers',
  { chatId: CHAT, limit: 100 },
  { chatId: CHAT, members: all, more: false, membersVersion: 1 },
);
const change = (version, membersVersion, memberCount, more) => ({
  chatId: CHAT,
  version,
  membersVersion,
  memberCount,
  by: ME,
  ...more,
});
const owned = () => start(group(3, { role: 'owner' }));
/** Until then somebody is silenced for as long as these vectors are played; and no longer. */
const LONG = '2999-01-01T00:00:00.000Z';
const PAST = '2020-01-01T00:00:00.000Z';
const silenced = (version, silencedUntil) =>
  event(
    'memberUpdated',
    change(version, version - 2, 3, { by: BOB, userId: ME, role: 'member', silencedUntil }),
  );
const ruled = (version, rules) => event('chatUpdated', chatOf(group(3, { version, ...rules })));
const seen = (userId, seq, version) =>
  event('messageSeen', {
    messageId: 1000 + seq,
    seen: true,
    chatId: CHAT,
    userId,
    seq,
    version,
    changed: false,
  });
const delivered = (userId, seq, version) =>
  event('messageDelivered', {
    messageId: 1000 + seq,
    chatId: CHAT,
    userId,
    seq,
    version,
    changed: false,
    delivered: true,
  });
const totals = (total, mentions = 0) => ({
  total,
  totalMentions: mentions,
  totalUnmuted: total,
  badge: total,
});

/** The answer to `sync` of who missed that Carol left the group of three messages, and joined it again. */
const joinedAgain = synced({
  chats: [caughtUp(group(3, { version: 5, membersVersion: 3 }), [])],
  watermarks: [{ chatId: CHAT, userId: CAROL, readSeq: 0, deliveredSeq: 0 }],
});
/** Of three messages of one's own, those up to this seq are seen. */
const seenUpTo = (seq) => ({
  chats: [
    {
      id: CHAT,
      version: 5,
      ranges: [{ from: 1, to: 3, messages: [1, 2, 3].map((one) => ({ seq: one, seen: one <= seq })) }],
    },
  ],
});

export default [
  {
    name: 'members who come and go',
    rule: 'membersAdded has the ids of those who come, with name and picture; all of them have the role member.',
    steps: [
      owned(),
      readMembers,
      event(
        'membersAdded',
        change(4, 2, 5, {
          userIds: [8, 9],
          users: [
            { userId: 8, name: 'Dave', avatarUrl: null },
            { userId: 9, name: 'Erin', avatarUrl: null },
          ],
          joinedAt: message(4).createdAt,
        }),
      ),
      event('memberRemoved', change(5, 3, 4, { userId: BOB })),
      event('memberUpdated', change(6, 4, 4, { userId: 8, role: 'admin', silencedUntil: null })),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 6,
          memberCount: 4,
          membersVersion: 4,
          members: [
            { userId: ME, role: 'owner' },
            { userId: CAROL, role: 'member' },
            { userId: 8, role: 'admin', name: 'Dave' },
            { userId: 9, role: 'member', name: 'Erin' },
          ],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'a list of members that is no longer whole',
    rule: 'If membersVersion is not the one that you have + 1, call getMembers: the list is not loaded until then.',
    steps: [
      owned(),
      readMembers,
      ask(
        'sync',
        { versions: { [CHAT]: 3 } },
        synced({
          chats: [caughtUp(group(3, { version: 6, role: 'owner', memberCount: 2, membersVersion: 4 }), [])],
        }),
      ),
    ],
    expect: { chats: [{ id: CHAT, version: 6, memberCount: 2, membersVersion: 4, members: null }] },
    wantsSync: false,
  },
  {
    name: 'a list of members that is older than what was heard meanwhile',
    rule: 'If membersVersion of the chat is not that of your list of members, call getMembers: an older list is not taken for a whole one.',
    steps: (() => {
      const read = begin('getMembers', { chatId: CHAT, limit: 100 });
      return [
        owned(),
        read,
        event(
          'membersAdded',
          change(4, 2, 4, {
            userIds: [8],
            users: [{ userId: 8, name: 'Dave', avatarUrl: null }],
            joinedAt: message(4).createdAt,
          }),
        ),
        end(read, { chatId: CHAT, members: all, more: false, membersVersion: 1 }),
      ];
    })(),
    expect: { chats: [{ id: CHAT, version: 4, memberCount: 4, membersVersion: 2, members: null }] },
    wantsSync: false,
  },
  {
    name: 'a role of one’s own',
    rule: 'memberUpdated with your own id changes your role in the chat.',
    steps: [
      start(),
      event('memberUpdated', change(4, 2, 3, { by: BOB, userId: ME, role: 'admin', silencedUntil: null })),
    ],
    expect: { chats: [{ id: CHAT, version: 4, role: 'admin' }] },
    wantsSync: false,
  },
  {
    name: 'silence of one’s own',
    rule: 'memberUpdated with your own id also says until when you are silenced: until then canSend and canReact are false.',
    steps: [start(), silenced(4, LONG)],
    expect: { chats: [{ id: CHAT, version: 4, silencedUntil: LONG, canSend: false, canReact: false }] },
    wantsSync: false,
  },
  {
    name: 'silence that has ended',
    rule: 'silencedUntil may be past: then it says nothing.',
    steps: [start(), silenced(4, LONG), silenced(5, PAST)],
    expect: { chats: [{ id: CHAT, version: 5, silencedUntil: PAST, canSend: true, canReact: true }] },
    wantsSync: false,
  },
  {
    name: 'a group in which admins write',
    rule: 'chatUpdated has the rules of a group: sending, slowModeSeconds, addMembers. With your role they make canSend and canAddMembers.',
    steps: [start(), ruled(4, { sending: 'admins', slowModeSeconds: 30, addMembers: 'members' })],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 4,
          sending: 'admins',
          slowModeSeconds: 30,
          addMembers: 'members',
          canSend: false,
          canReact: true,
          canAddMembers: true,
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'rights of a new admin',
    rule: 'A role of your own changes what you may do: canSend and canAddMembers follow.',
    steps: [
      start(),
      ruled(4, { sending: 'admins' }),
      event('memberUpdated', change(5, 2, 3, { by: BOB, userId: ME, role: 'admin', silencedUntil: null })),
    ],
    expect: {
      chats: [{ id: CHAT, version: 5, role: 'admin', canSend: true, canReact: true, canAddMembers: true }],
    },
    wantsSync: false,
  },
  {
    name: 'somebody whom one blocks',
    rule: 'blockChanged says that you block somebody, or no longer: nobody writes in the direct chat meanwhile.',
    steps: [
      start(direct(3)),
      event('blockChanged', { userId: BOB, blocked: true, blockedAt: '2026-11-29T09:00:30.000Z' }),
    ],
    expect: { chats: [{ id: CHAT, version: 3, blockedByMe: true, canSend: false, canReact: false }] },
    wantsSync: false,
  },
  {
    name: 'somebody whom one blocks no longer',
    rule: 'blockChanged with blocked false: you may write again.',
    steps: [
      start(direct(3, { blockedByMe: true, canSend: false, canReact: false })),
      event('blockChanged', { userId: BOB, blocked: false, blockedAt: null }),
    ],
    expect: { chats: [{ id: CHAT, version: 3, blockedByMe: false, canSend: true, canReact: true }] },
    wantsSync: false,
  },
  {
    name: 'somebody whom one has blocked on another device meanwhile',
    rule: 'sync brings a direct chat with a new block by the version that you have: take the chat as it is.',
    steps: [
      start(direct(3)),
      ask(
        'sync',
        { versions: { [CHAT]: 3 } },
        synced({ chats: [caughtUp(direct(3, { blockedByMe: true, canSend: false, canReact: false }), [])] }),
      ),
    ],
    expect: { chats: [{ id: CHAT, version: 3, blockedByMe: true, canSend: false, canReact: false }] },
    wantsSync: false,
  },
  {
    name: 'somebody who is deactivated',
    rule: 'userUpdated may say that somebody is deactivated: nobody can write to them.',
    steps: [start(direct(3)), event('userUpdated', user(BOB, { name: 'Bob', deactivated: true }))],
    expect: { chats: [{ id: CHAT, version: 3, canSend: false }] },
    wantsSync: false,
  },
  {
    name: 'members who are silenced',
    rule: 'membersAdded names those who come back and still are silenced; memberUpdated says it of who is there.',
    steps: [
      owned(),
      readMembers,
      event(
        'membersAdded',
        change(4, 2, 4, {
          userIds: [8],
          users: [{ userId: 8, name: 'Dave', avatarUrl: null }],
          silenced: [{ userId: 8, silencedUntil: LONG }],
          joinedAt: message(4).createdAt,
        }),
      ),
      event('memberUpdated', change(5, 3, 4, { userId: BOB, role: 'member', silencedUntil: LONG })),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 5,
          members: [
            { userId: ME, role: 'owner', silencedUntil: null },
            { userId: BOB, role: 'member', silencedUntil: LONG },
            { userId: CAROL, role: 'member', silencedUntil: null },
            { userId: 8, role: 'member', silencedUntil: LONG },
          ],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'a chat from which one is removed',
    rule: 'memberRemoved with your own user id is the last event of that chat. Delete your copy of it.',
    steps: [start(), event('memberRemoved', change(4, 2, 2, { by: BOB, userId: ME }))],
    expect: { inbox: [], chats: [] },
    wantsSync: false,
  },
  {
    name: 'a chat to which one comes back',
    rule: 'You were removed and are a member again: the chat comes with reset: true, as one that you do not know.',
    steps: [
      start(),
      event('memberRemoved', change(4, 2, 2, { by: BOB, userId: ME })),
      event('newChat', chatOf(group(5, { version: 8, membersVersion: 3 }))),
      ask(
        'sync',
        { versions: {} },
        synced({
          chats: [caughtUp(group(5, { version: 8, membersVersion: 3 }), messages(4, 5), { reset: true })],
        }),
      ),
      event('newMessage', message(6, { version: 9 })),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 9,
          membersVersion: 3,
          ranges: [{ from: 4, to: 6, messages: [{ seq: 4 }, { seq: 5 }, { seq: 6 }] }],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'a title that changes',
    rule: 'chatUpdated is a change of the chat; it has its title, picture and data as they are now.',
    steps: [
      start(),
      event(
        'chatUpdated',
        chatOf(group(3, { version: 4, title: 'Best friends', metadata: { colour: 'red' } })),
      ),
    ],
    expect: {
      chats: [{ id: CHAT, version: 4, title: 'Best friends', metadata: { colour: 'red' }, unread: 0 }],
    },
    wantsSync: false,
  },
  {
    name: 'a name that changes',
    rule: 'userUpdated is the profile of somebody: replace the one that you have.',
    steps: [start(direct(3)), event('userUpdated', user(BOB, { name: 'Robert' }))],
    expect: { chats: [{ id: CHAT, version: 3, otherUser: { id: BOB, name: 'Robert' } }] },
    wantsSync: false,
  },
  {
    name: 'settings of one’s own',
    rule: 'membershipUpdated is about your own settings, and no change of the chat; a pinned chat stands first.',
    steps: [
      ask(
        'sync',
        { versions: {} },
        synced({
          chats: [
            caughtUp(group(3), messages(1, 3), { reset: true }),
            caughtUp(group(30, { id: 20, chatId: 20 }), [], { reset: true }),
          ],
        }),
      ),
      event('membershipUpdated', {
        chatId: CHAT,
        version: 4,
        changed: false,
        mutedUntil: null,
        archivedAt: null,
        pinnedAt: message(4).createdAt,
        notify: 'mentions',
      }),
    ],
    expect: {
      inbox: [CHAT, 20],
      chats: [{ id: CHAT, version: 3, pinnedAt: message(4).createdAt, notify: 'mentions' }, { id: 20 }],
    },
    wantsSync: false,
  },
  {
    name: 'positions only rise',
    rule: 'Keep the larger position of each member. What was seen counts as delivered: messageSeen moves both.',
    steps: [start(direct(5)), delivered(BOB, 2, 5), seen(BOB, 4, 5), delivered(BOB, 3, 5), seen(BOB, 1, 5)],
    expect: { chats: [{ id: CHAT, version: 5, otherReadSeq: 4, otherDeliveredSeq: 4 }] },
    wantsSync: false,
  },
  {
    name: 'positions of a sync',
    rule: 'watermarks: keep the larger position.',
    steps: [
      start(direct(5)),
      seen(BOB, 4, 5),
      ask(
        'sync',
        { versions: { [CHAT]: 5 } },
        synced({ watermarks: [{ chatId: CHAT, userId: BOB, readSeq: 3, deliveredSeq: 5 }] }),
      ),
    ],
    expect: { chats: [{ id: CHAT, otherReadSeq: 4, otherDeliveredSeq: 5 }] },
    wantsSync: false,
  },
  {
    name: 'what others have seen of one’s own',
    rule: 'A message counts as seen when another member has seen up to its seq.',
    steps: [
      start(group(3), messages(1, 3, { senderId: ME })),
      event('newMessage', message(4, { senderId: ME })),
      seen(CAROL, 3, 4),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          ranges: [
            {
              from: 1,
              to: 4,
              messages: [
                { seq: 1, seen: true },
                { seq: 2, seen: true },
                { seq: 3, seen: true },
                { seq: 4, seen: false },
              ],
            },
          ],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'what somebody has seen who has left',
    rule: 'Forget the positions of whoever leaves: what only they had seen is not seen any more, but for a message that came as seen.',
    steps: [
      start(group(3), [message(1, { senderId: ME, seen: true }), ...messages(2, 3, { senderId: ME })]),
      seen(CAROL, 3, 3),
      event(
        'newMessage',
        message(4, { senderId: null, type: 'system', metadata: { event: 'memberRemoved', userId: CAROL } }),
      ),
      event('memberRemoved', change(5, 3, 2, { by: BOB, userId: CAROL })),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          version: 5,
          ranges: [
            {
              from: 1,
              to: 4,
              messages: [
                { seq: 1, seen: true },
                { seq: 2, seen: false },
                { seq: 3, seen: false },
                { seq: 4 },
              ],
            },
          ],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'what somebody has seen who left meanwhile',
    rule: 'Forget the positions of whoever leaves: whoever is not in the list of members has left.',
    steps: [
      start(group(3), messages(1, 3, { senderId: ME })),
      seen(BOB, 1, 3),
      seen(CAROL, 3, 3),
      ask(
        'sync',
        { versions: { [CHAT]: 3 } },
        synced({ chats: [caughtUp(group(3, { version: 5, memberCount: 2, membersVersion: 2 }), [])] }),
      ),
      ask(
        'getMembers',
        { chatId: CHAT, limit: 100 },
        {
          chatId: CHAT,
          members: [member(ME), member(BOB, { readSeq: 1, deliveredSeq: 1 })],
          more: false,
          membersVersion: 2,
        },
      ),
    ],
    expect: {
      chats: [
        {
          id: CHAT,
          ranges: [
            {
              from: 1,
              to: 3,
              messages: [
                { seq: 1, seen: true },
                { seq: 2, seen: false },
                { seq: 3, seen: false },
              ],
            },
          ],
        },
      ],
    },
    wantsSync: false,
  },
  {
    name: 'what somebody has seen who left and joined again meanwhile',
    rule: 'watermarks of a group: take them as they are, even smaller. Whoever joins again begins anew.',
    steps: [
      start(group(3), messages(1, 3, { senderId: ME })),
      seen(BOB, 1, 3),
      seen(CAROL, 3, 3),
      ask('sync', { versions: { [CHAT]: 3 } }, joinedAgain),
    ],
    expect: seenUpTo(1),
    wantsSync: false,
  },
  {
    name: 'what somebody has seen who joins again, and reads while sync is under way',
    rule: 'What is heard while sync is under way is applied after its answer: a position that is heard meanwhile is kept.',
    steps: (() => {
      const catchUp = begin('sync', { versions: { [CHAT]: 3 } });
      return [
        start(group(3), messages(1, 3, { senderId: ME })),
        seen(CAROL, 3, 3),
        catchUp,
        seen(CAROL, 2, 5),
        end(catchUp, joinedAgain),
      ];
    })(),
    expect: seenUpTo(2),
    wantsSync: false,
  },
  {
    name: 'what somebody has seen who was removed by oneself, came back and reads, before the answer',
    rule: 'messageSeen says by which version of the chat it was: a position of a later version than that of memberRemoved stays, whichever is heard first.',
    steps: (() => {
      const remove = begin('removeMember', { chatId: CHAT, userId: CAROL });
      return [
        start(group(3, { role: 'owner' }), messages(1, 3, { senderId: ME })),
        seen(CAROL, 3, 3),
        remove,
        event('membersAdded', change(5, 3, 3, { by: BOB, userIds: [CAROL], joinedAt: message(4).createdAt })),
        seen(CAROL, 2, 5),
        end(remove, change(4, 2, 2, { userId: CAROL })),
      ];
    })(),
    expect: seenUpTo(2),
    wantsSync: false,
  },
  {
    name: 'what somebody had seen who was removed by oneself, which comes after the answer',
    rule: 'A position of an earlier version than that of memberRemoved is forgotten, whichever is heard first.',
    steps: [
      start(group(3, { role: 'owner' }), messages(1, 3, { senderId: ME })),
      ask('removeMember', { chatId: CHAT, userId: CAROL }, change(4, 2, 2, { userId: CAROL })),
      event('membersAdded', change(5, 3, 3, { by: BOB, userIds: [CAROL], joinedAt: message(4).createdAt })),
      seen(CAROL, 3, 3),
      seen(CAROL, 1, 5),
    ],
    expect: seenUpTo(1),
    wantsSync: false,
  },
  {
    name: 'what counts as unread',
    rule: 'Each new message of somebody else adds one, except what the server writes about a change of the group (type is system, and metadata has event).',
    steps: [
      start(),
      event('newMessage', message(4)),
      event('newMessage', message(5, { senderId: ME })),
      event(
        'newMessage',
        message(6, { senderId: null, type: 'system', metadata: { event: 'titleChanged' } }),
      ),
      event('newMessage', message(7, { senderId: null, type: 'system' })),
      event('newMessage', message(8, { metadata: { mentions: [CAROL, ME] } })),
      event('newMessage', message(9, { metadata: { mentions: 'all' } })),
    ],
    expect: {
      unread: { total: 4, mentions: 2 },
      chats: [{ id: CHAT, version: 9, unread: 4, unreadMentions: 2 }],
    },
    wantsSync: false,
  },
  {
    name: 'an unread count',
    rule: 'unreadCount can rise and fall: the last one is right.',
    steps: [
      start(group(40, { unread: 9, unreadSeq: 31, readSeq: 31 }), messages(38, 40), {
        unread: { total: 9, mentions: 0, totalUnmuted: 9, badge: 9 },
      }),
      event('newMessage', message(41)),
      event('unreadCount', { chatId: CHAT, unread: 2, unreadMentions: 0, unreadSeq: 39, ...totals(2) }),
      event('newMessage', message(42)),
    ],
    expect: { unread: { total: 3 }, chats: [{ id: CHAT, version: 42, unread: 3, unreadSeq: 39 }] },
    wantsSync: false,
  },
  {
    name: 'a chat that was read on another device meanwhile',
    rule: 'Your own watermarks say how much is unread: take these values as they are.',
    steps: [
      start(group(40, { unread: 9, unreadSeq: 31, readSeq: 31 }), messages(38, 40), {
        unread: { total: 9, mentions: 0, totalUnmuted: 9, badge: 9 },
      }),
      ask(
        'sync',
        { versions: { [CHAT]: 40 } },
        synced({
          watermarks: [
            {
              chatId: CHAT,
              userId: ME,
              readSeq: 40,
              deliveredSeq: 40,
              unread: 0,
              unreadMentions: 0,
              unreadSeq: 40,
            },
          ],
        }),
      ),
    ],
    expect: {
      unread: { total: 0, mentions: 0, totalUnmuted: 0, badge: 0 },
      chats: [{ id: CHAT, version: 40, unread: 0, unreadSeq: 40, readSeq: 40 }],
    },
    wantsSync: false,
  },
  {
    name: 'a chat that is marked as unread',
    rule: 'The answer to markAsUnread is an unreadCount: unread begins anew after its unreadSeq, and what was seen stays seen.',
    steps: [
      start(),
      ask(
        'markAsUnread',
        { messageId: 1002 },
        { chatId: CHAT, unread: 2, unreadMentions: 0, unreadSeq: 1, ...totals(2) },
      ),
    ],
    expect: { unread: { total: 2 }, chats: [{ id: CHAT, version: 3, unread: 2, unreadSeq: 1, readSeq: 3 }] },
    wantsSync: false,
  },
];
