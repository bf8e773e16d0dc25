import type { Account, ChatListItem, Message, Ready, Synced, User } from '../src/contract.gen.js';

const AT = '2026-11-29T08:00:00.000Z';

export const user = (id: number, more: Partial<User> = {}): User => ({
  id,
  externalId: null,
  name: `user ${id}`,
  avatarUrl: null,
  metadata: {},
  lastSeenAt: null,
  createdAt: AT,
  ...more,
});

export const account = (id: number): Account => ({ ...user(id), username: null });

export const message = (chatId: number, seq: number, more: Partial<Message> = {}): Message => ({
  id: chatId * 1_000_000 + seq,
  chatId,
  seq,
  version: seq,
  type: 'text',
  senderId: 2,
  receiverId: null,
  content: `message ${seq}`,
  seen: false,
  clientId: null,
  replyToId: null,
  replyTo: null,
  metadata: null,
  reactions: [],
  createdAt: AT,
  editedAt: null,
  deletedAt: null,
  ...more,
});

/** A group of users 1, 2 and 3 with so many messages, none of them read. */
export const group = (id: number, lastSeq: number, more: Partial<ChatListItem> = {}): ChatListItem => ({
  id,
  chatId: id,
  type: 'group',
  user1Id: null,
  user2Id: null,
  title: `group ${id}`,
  avatarUrl: null,
  metadata: {},
  historyVisible: 'all',
  sending: 'all',
  slowModeSeconds: 0,
  addMembers: 'admins',
  memberCount: 3,
  membersVersion: 1,
  lastSeq,
  version: lastSeq,
  lastActivityAt: AT,
  createdAt: AT,
  unread: lastSeq,
  unreadMentions: 0,
  mutedUntil: null,
  archivedAt: null,
  pinnedAt: null,
  readSeq: 0,
  unreadSeq: 0,
  role: 'member',
  lastMessage: null,
  otherUser: null,
  otherReadSeq: null,
  otherDeliveredSeq: null,
  blockedByMe: false,
  canSend: true,
  canReact: true,
  canAddMembers: false,
  silencedUntil: null,
  cursor: String(id),
  ...more,
});

export const ready = (id: number, more: Partial<Ready> = {}): Ready => ({
  user: account(id),
  now: new Date().toISOString(),
  version: '0.1.0',
  protocol: 1,
  auth: 'open',
  features: [],
  limits: {
    contentLength: 10_000,
    metadata: { bytes: 16_384, depth: 8, keys: 250 },
    payloadBytes: 100_000,
    members: 1_000,
    mentions: 50,
    pageSizes: {},
    rates: null,
  },
  connectionId: 'one',
  ...more,
});

export const synced = (more: Partial<Synced> = {}): Synced => ({
  chats: [],
  gone: [],
  more: false,
  watermarks: [],
  hidden: [],
  memberships: [],
  users: [],
  unread: { total: 0, mentions: 0, badge: 0 },
  now: new Date().toISOString(),
  at: AT,
  ...more,
});
