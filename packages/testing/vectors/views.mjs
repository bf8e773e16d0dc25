/** Views as the server sends them, whole, of which a vector says only what matters for it. */

const AT = '2026-11-29T08:00:00.000Z';

/** The time of the nth second. */
export const at = (second) => `2026-11-29T09:00:${String(second).padStart(2, '0')}.000Z`;

export const ME = 1;
export const BOB = 2;
export const CAROL = 3;

export const CHAT = 12;

/** A message of Bob in the group; its id is 1,000 + seq. */
export const message = (seq, more = {}) => ({
  id: 1000 + seq,
  chatId: CHAT,
  seq,
  version: seq,
  type: 'text',
  senderId: BOB,
  receiverId: null,
  content: `message ${seq}`,
  seen: false,
  clientId: null,
  replyToId: null,
  replyTo: null,
  metadata: null,
  reactions: [],
  createdAt: at(seq % 60),
  editedAt: null,
  deletedAt: null,
  ...more,
});

export const messages = (from, to, more = {}) =>
  Array.from({ length: to - from + 1 }, (_, place) => message(from + place, more));

export const edited = (seq, version, more = {}) =>
  message(seq, { version, content: `edited ${seq}`, editedAt: at(50), ...more });

/** A group of the users 1, 2 and 3 of which everything is read, at version and seq `lastSeq`. */
export const group = (lastSeq, more = {}) => ({
  id: CHAT,
  chatId: CHAT,
  type: 'group',
  externalId: null,
  user1Id: null,
  user2Id: null,
  title: 'Friends',
  avatarUrl: null,
  metadata: {},
  historyVisible: 'all',
  visibility: 'private',
  sending: 'all',
  slowModeSeconds: 0,
  addMembers: 'admins',
  memberCount: 3,
  membersVersion: 1,
  lastSeq,
  firstSeq: 1,
  retentionDays: null,
  version: lastSeq,
  lastActivityAt: at(lastSeq % 60),
  createdAt: AT,
  unread: 0,
  unreadMentions: 0,
  mutedUntil: null,
  archivedAt: null,
  pinnedAt: null,
  notify: null,
  readSeq: lastSeq,
  unreadSeq: lastSeq,
  role: 'member',
  lastMessage: lastSeq > 0 ? message(lastSeq) : null,
  otherUser: null,
  otherReadSeq: null,
  otherDeliveredSeq: null,
  blockedByMe: false,
  canSend: true,
  canReact: true,
  canAddMembers: false,
  silencedUntil: null,
  cursor: `cursor-${lastSeq}`,
  ...more,
});

const bob = {
  id: BOB,
  externalId: null,
  name: 'Bob',
  avatarUrl: null,
  metadata: {},
  lastSeenAt: null,
  createdAt: AT,
  deactivated: false,
  online: false,
};

/** The direct chat with Bob, who has seen and received nothing. */
export const direct = (lastSeq, more = {}) =>
  group(lastSeq, {
    type: 'direct',
    user1Id: ME,
    user2Id: BOB,
    title: null,
    memberCount: 2,
    membersVersion: 0,
    otherUser: bob,
    otherReadSeq: 0,
    otherDeliveredSeq: 0,
    ...more,
  });

export const user = (id, more = {}) => {
  const { online: _online, ...fields } = bob;
  return { ...fields, id, ...more };
};

export const member = (userId, more = {}) => ({
  userId,
  role: 'member',
  readSeq: 0,
  deliveredSeq: 0,
  joinedAt: AT,
  silencedUntil: null,
  name: `user ${userId}`,
  avatarUrl: null,
  externalId: null,
  ...more,
});

export const synced = (more = {}) => ({
  chats: [],
  gone: [],
  more: false,
  watermarks: [],
  hidden: [],
  memberships: [],
  users: [],
  unread: { total: 0, mentions: 0, totalUnmuted: 0, badge: 0 },
  now: at(55),
  at: at(45),
  ...more,
});

/** What `sync` says of one chat. */
export const caughtUp = (chat, changed, more = {}) => ({
  chat,
  messages: changed,
  upTo: chat.version,
  reset: false,
  more: false,
  ...more,
});

// ---- steps ----

export const event = (name, body) => ({ event: name, body });

let asked = 0;

/** A command, and its answer at once. */
export const ask = (command, input, answer) => ({ ask: command, input, answer });

/** A command whose answer comes in a later step: `answer(of(…), …)`. */
export const begin = (command, input) => ({ ask: command, input, id: `ask-${++asked}` });

export const end = ({ id }, answer) => ({ to: id, answer });

/** The client comes, and has the chat with all its messages. */
export const start = (chat = group(3), loaded = messages(1, chat.lastSeq), more = {}) =>
  ask('sync', { versions: {} }, synced({ chats: [caughtUp(chat, loaded, { reset: true })], ...more }));

export const page = (loaded, more = {}) => ({
  chatId: CHAT,
  messages: loaded,
  more: false,
  moreBefore: false,
  moreAfter: false,
  lastSeq: loaded.at(-1)?.seq ?? 0,
  version: loaded.at(-1)?.seq ?? 0,
  ...more,
});

export const reactions = (seq, version, { by, emoji = '👍', added = true, list }) =>
  event('reactionsChanged', {
    chatId: CHAT,
    messageId: 1000 + seq,
    seq,
    version,
    by,
    emoji,
    added,
    reactions: list,
  });

export const deletedForAll = (seq, version) => ({
  messageId: 1000 + seq,
  chatId: CHAT,
  seq,
  version,
  for: 'everyone',
  deletedAt: at(52),
});

export const hidden = (seq) => ({ chatId: CHAT, messageId: 1000 + seq, seq });
