import { dropOld, forgetChat } from './loaded.js';
import {
  knownMessage,
  quoteMessage,
  reactionsOf,
  replaceMessage,
  settleMessage,
  storeMessage,
} from './messages.js';
import { countUnread, recount } from './unread.js';
import type { ChatListItem } from '../contract.gen.js';
import type { Scope } from './scope.js';
import { type Change, type ChatState, raise } from './state.js';

// ---- changes: by version ----

export function applyChange(scope: Scope, change: Change): void {
  const { body, name } = change;
  const chat = scope.state.chats.get(body.chatId);
  if (name === 'memberRemoved' && body.userId === scope.state.me?.id) {
    if (chat && chat.version < body.version && !isUnchanged(body)) forgetChat(scope, body.chatId);
    return;
  }
  if (isUnchanged(body)) return;
  if (!chat) {
    // A chat that is not in the part of the list that was read comes into it by a message.
    if (name === 'newMessage') scope.tell.missing();
    return;
  }
  if (body.version <= chat.version) {
    if (name === 'newMessage') settleMessage(scope, body);
    return;
  }
  chat.ahead.set(body.version, change);
  drain(scope, chat);
  if (chat.ahead.size > 0) scope.tell.gap(chat);
}

export function drain(scope: Scope, chat: ChatState): void {
  if (chat.paging) return;
  const before = chat.version;
  for (let next = chat.ahead.get(chat.version + 1); next; next = chat.ahead.get(chat.version + 1)) {
    chat.ahead.delete(next.body.version);
    chat.version = next.body.version;
    if (chat.reading > 0) chat.heard.push(next);
    perform(scope, chat, next);
  }
  chat.early = chat.early.filter(({ version }) => version > chat.version);
  if (chat.version > before) scope.tell.applied(chat.id, chat.version);
}

export function perform(scope: Scope, chat: ChatState, change: Change): void {
  const { item } = chat;
  switch (change.name) {
    case 'newMessage': {
      const message = change.body;
      applyContent(scope, chat, change);
      chat.lastSeq = Math.max(chat.lastSeq, message.seq);
      item.lastMessage = knownMessage(chat, message.seq) ?? message;
      item.lastActivityAt = message.createdAt;
      chat.cleared = false;
      if (message.senderId !== null && chat.typing.delete(message.senderId))
        scope.tell.touched('typing', chat.id);
      countUnread(scope, chat, message);
      scope.tell.touched('item', chat.id);
      scope.tell.touched('list');
      return;
    }
    case 'messageDeleted':
      applyContent(scope, chat, change);
      // What is gone is no longer unread. Where not all of it is known, the server says how much is left.
      if (change.body.seq > item.unreadSeq) recount(scope, chat, {});
      return;
    case 'messageEdited':
    case 'reactionsChanged':
      applyContent(scope, chat, change);
      return;
    case 'chatUpdated': {
      const { id: _id, chatId: _chatId, ...shown } = change.body;
      Object.assign(item, shown);
      dropOld(scope, chat);
      applyRules(scope, item);
      break;
    }
    case 'membersAdded': {
      const { userIds, users = [], silenced = [], joinedAt } = change.body;
      const muted = new Map(silenced.map(({ userId, silencedUntil }) => [userId, silencedUntil]));
      const named = new Map(users.map((user) => [user.userId, user]));
      ofMembers(scope, chat, change.body, (members) => {
        for (const userId of userIds) {
          const { name = null, avatarUrl = null } = named.get(userId) ?? {};
          const silencedUntil = muted.get(userId) ?? null;
          const marks = { readSeq: 0, deliveredSeq: 0 };
          const called = { name, avatarUrl, externalId: null };
          members.set(userId, { userId, role: 'member', silencedUntil, ...marks, joinedAt, ...called });
        }
      });
      break;
    }
    case 'memberRemoved': {
      const { userId, version } = change.body;
      // Who comes back begins anew: with what they have read since, even if that was heard before this.
      chat.marks.set(userId, { readSeq: 0, deliveredSeq: 0, version });
      for (const mark of chat.early) raise(chat.marks, mark.userId, mark);
      chat.typing.delete(userId);
      ofMembers(scope, chat, change.body, (members) => members.delete(userId));
      break;
    }
    case 'memberUpdated': {
      const { userId, role, silencedUntil } = change.body;
      if (userId === scope.state.me?.id) {
        Object.assign(item, { role, silencedUntil });
        applyRules(scope, item);
      }
      ofMembers(scope, chat, change.body, (members) => {
        const known = members.get(userId);
        if (known) members.set(userId, { ...known, role, silencedUntil });
      });
      break;
    }
  }
  scope.tell.touched('item', chat.id);
  scope.tell.touched('list');
}

/** What one may do in a chat, after its rules, one's own place in it, or the other person changed. */
export function applyRules(scope: Scope, item: ChatListItem): void {
  const { type, role, sending, addMembers, silencedUntil } = item;
  const ranks = role !== 'member';
  // In a direct chat blocks decide, of which changes of the chat say nothing.
  if (type === 'group') {
    item.canReact = !(Date.parse(silencedUntil!) > Date.now() + scope.state.offset);
    item.canAddMembers = addMembers === 'members' || ranks;
  }
  item.canSend = item.canReact && !item.otherUser?.deactivated && (sending === 'all' || ranks);
}

/** The part of a change that is about messages: harmless to do again, since a message only gets newer. */
export function applyContent(scope: Scope, chat: ChatState, change: Change): void {
  switch (change.name) {
    case 'newMessage': {
      const message = change.body;
      const last = chat.ranges.at(-1);
      const next = last !== undefined && message.seq === last.to + 1;
      if (next) last.to = message.seq;
      storeMessage(scope, chat, message, next);
      settleMessage(scope, message);
      return;
    }
    case 'messageEdited':
      storeMessage(scope, chat, change.body);
      return;
    case 'messageDeleted': {
      const { messageId, seq, version, deletedAt } = change.body;
      const nothing = { content: '', metadata: null, reactions: [], version, deletedAt };
      if (chat.hidden.has(messageId)) chat.hidden.set(messageId, { seq, unread: false });
      quoteMessage(scope, chat, messageId, { excerpt: '', deleted: true });
      replaceMessage(scope, chat, messageId, seq, (known) => ({ ...known, ...nothing }));
      return;
    }
    case 'reactionsChanged': {
      const { messageId, seq, version } = change.body;
      replaceMessage(scope, chat, messageId, seq, (known) => ({
        ...known,
        version,
        reactions: reactionsOf(scope, change.body.reactions, known.reactions, change.body),
      }));
      return;
    }
    case 'chatUpdated':
    case 'membersAdded':
    case 'memberRemoved':
    case 'memberUpdated':
      return;
  }
}

export function ofMembers(
  scope: Scope,
  chat: ChatState,
  { membersVersion, memberCount }: { membersVersion: number; memberCount: number },
  apply: (members: NonNullable<ChatState['members']>) => void,
): void {
  Object.assign(chat.item, { membersVersion, memberCount });
  if (chat.members && membersVersion === chat.membersVersion + 1) {
    apply(chat.members);
    chat.membersVersion = membersVersion;
  } else if (membersVersion > chat.membersVersion) chat.members = null;
  scope.tell.touched('members', chat.id);
}

export function isUnchanged(body: object): boolean {
  return 'changed' in body && body.changed === false;
}
