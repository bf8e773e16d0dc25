import type { ChatDetails, ChatListItem, ChatView, MessageView, NewChatView } from '../contract/index.js';
import type { ChatRow } from '../database/models/chat.model.js';
import type { Role } from '../database/models/chat-member.model.js';
import type { UserRow } from '../database/models/user.model.js';
import type { MessageRow } from '../database/models/message.model.js';
import { toMessageView } from '../messages/model/message.view.js';
import type { Shown } from '../messages/model/shown.js';
import { publicMetadata, toPublicView } from '../users/user.view.js';
import type { Membership } from './access.js';
import type { ChatListRow } from './chat-list.queries.js';
import { isAllowed } from './permissions.js';
import { mayAnnounce } from './rules.js';

export function toChatView(row: ChatRow): ChatView {
  return {
    id: row.id,
    user1Id: row.user1Id,
    user2Id: row.user2Id,
    chatId: row.id,
    type: row.type,
    externalId: row.externalId,
    title: row.title,
    avatarUrl: row.avatarUrl,
    metadata: row.metadata,
    historyVisible: row.historyVisible,
    visibility: row.visibility,
    sending: row.sending,
    slowModeSeconds: row.slowModeSeconds,
    addMembers: row.addMembers,
    memberCount: row.memberCount,
    membersVersion: row.membersVersion,
    lastSeq: row.lastSeq,
    firstSeq: row.purgedSeq + 1,
    retentionDays: row.retentionDays,
    version: row.version,
    lastActivityAt: row.lastActivityAt,
    createdAt: row.createdAt,
  };
}

/** A new chat as one of its members sees it: a group, or with `direct` a direct chat. */
export function toNewChat(
  chat: ChatView,
  {
    role,
    unreadSeq,
    direct,
    silence = null,
  }: { role: Role; unreadSeq: number; direct: NewDirect | null; silence?: Silence | null },
): NewChatView {
  const free = direct === null || !(direct.blocksOther || direct.otherBlocks);
  return Object.assign(
    { ...chat },
    {
      unread: 0,
      unreadMentions: 0,
      mutedUntil: null,
      archivedAt: null,
      pinnedAt: null,
      notify: null,
      readSeq: 0,
      unreadSeq,
      role,
      otherUser: direct && { ...toPublicView(direct.other), lastSeenAt: null },
      otherReadSeq: direct && 0,
      otherDeliveredSeq: direct && 0,
      blockedByMe: direct?.blocksOther ?? false,
      ...rightsIn(chat, { free, closed: direct?.other.deactivated ?? false, role, silence }),
      cursor: cursorOf(chat),
    },
  );
}

/** Until when somebody is silenced, and whether that is still so. */
export interface Silence {
  until: string | null;
  lasts: boolean;
}

/** What a member may do in a chat, where no block (`free`) forbids it; nobody writes to a user who is `closed`. */
function rightsIn(
  { type, sending, addMembers }: Pick<ChatView, 'type' | 'sending' | 'addMembers'>,
  { free, closed, role, silence }: { free: boolean; closed: boolean; role: Role; silence: Silence | null },
): Pick<ChatListItem, 'canSend' | 'canReact' | 'canAddMembers' | 'silencedUntil'> {
  const canReact = free && !silence?.lasts;
  return {
    canSend: canReact && !closed && mayAnnounce({ sending, role }),
    canReact,
    canAddMembers: isAllowed('members.add', { type, role, addMembers }),
    silencedUntil: silence?.until ?? null,
  };
}

/** What a person is in a chat, and may do there; nothing for the application. */
export function toOwnPlace(chat: ChatView, member: Membership): OwnPlace {
  const { userId, role, closed, user1Blocks, user2Blocks, silencedUntil: until, silencedMs } = member;
  if (userId === null) return {};
  const silence = { until, lasts: silencedMs !== null };
  return {
    role,
    blockedByMe: userId === chat.user1Id ? user1Blocks : user2Blocks,
    ...rightsIn(chat, { free: !user1Blocks && !user2Blocks, closed, role, silence }),
  };
}

type OwnPlace = Pick<
  ChatDetails,
  'role' | 'blockedByMe' | 'canSend' | 'canReact' | 'canAddMembers' | 'silencedUntil'
>;

/** What a new direct chat has for one of its two. */
export interface NewDirect {
  other: UserRow;
  blocksOther: boolean;
  otherBlocks: boolean;
}

const cursorOf = ({ id, lastActivityAt }: Pick<ChatView, 'id' | 'lastActivityAt'>) =>
  `${Date.parse(lastActivityAt)}.${id}`;

/** The newest message of a chat; null: it has none. */
export function toLastMessage(message: MessageRow | null, chat: ChatRow, shown: Shown): MessageView | null {
  const { id: chatId, user1Id, user2Id } = chat;
  return message && toMessageView(message, { chatId, user1Id, user2Id }, shown);
}

/** `Object.assign` instead of a spread: V8 makes a hash table of a literal with fields after a spread, 12 µs each. */
export function toChatListItem(
  row: ChatListRow,
  { online, hidden, shown }: { online: ReadonlySet<number>; hidden: ReadonlySet<number>; shown: Shown },
): ChatListItem {
  const { chat, member, other } = row;
  const otherIsHidden = other !== null && (row.otherBlocks || hidden.has(other.id));
  // No more than the refusal of a send says.
  const free = !row.blocksOther && !row.otherBlocks;
  const { canSend, canReact, canAddMembers, silencedUntil } = rightsIn(chat, {
    free,
    closed: other?.deactivated ?? false,
    ...member,
  });
  return Object.assign(toChatView(chat), {
    unread: member.unread,
    unreadMentions: member.unreadMentions,
    mutedUntil: member.mutedUntil,
    archivedAt: member.archivedAt,
    pinnedAt: member.pinnedAt,
    notify: member.notify,
    readSeq: member.readSeq,
    unreadSeq: member.unreadSeq,
    role: member.role,
    lastMessage: toLastMessage(row.lastMessage, chat, shown),
    otherUser: other && {
      id: other.id,
      externalId: null,
      name: other.name,
      avatarUrl: other.avatarUrl,
      metadata: publicMetadata(other.metadata),
      lastSeenAt: otherIsHidden ? null : other.lastSeenAt,
      createdAt: other.createdAt,
      deactivated: other.deactivated,
      online: !row.otherIsInvisible && !otherIsHidden && online.has(other.id),
    },
    otherReadSeq: row.otherReadSeq,
    otherDeliveredSeq: row.otherDeliveredSeq,
    blockedByMe: row.blocksOther,
    canSend,
    canReact,
    canAddMembers,
    silencedUntil,
    cursor: cursorOf(chat),
  });
}
