import type { Events, Synced, Watermark } from '../contract.gen.js';
import { applyRules, isUnchanged } from './changes.js';
import { forgetChat } from './loaded.js';
import { knownMessage, quoteMessage } from './messages.js';
import { applyUnread, isUnreadBy, shift } from './unread.js';
import { remove } from './ranges.js';
import type { Scope } from './scope.js';
import { type HeardMark, liveRange, raise } from './state.js';

/** The events without a version of their own that change what is here. Others are answers, or for the connection. */
type NoteName =
  | 'newChat'
  | 'chatDeleted'
  | 'chatCleared'
  | 'messageHidden'
  | 'messageSeen'
  | 'messageDelivered'
  | 'membershipUpdated'
  | 'unreadCount'
  | 'userTyping'
  | 'userStatus'
  | 'userUpdated'
  | 'blockChanged';
type Note = { [N in NoteName]: { name: N; body: Events[N] } }[NoteName];

// ---- notes: without a version of their own ----

export function applyNote<N extends keyof Events>(scope: Scope, name: N, body: Events[N]): void {
  const said = { name, body } as Note;
  switch (said.name) {
    case 'newChat': {
      const known = scope.state.chats.get(said.body.chatId);
      if (!known || (!isUnchanged(said.body) && known.version < said.body.version)) scope.tell.missing();
      return;
    }
    case 'chatDeleted':
      forgetChat(scope, said.body.chatId);
      return;
    case 'chatCleared':
      clearChat(scope, said.body.chatId, said.body.seq);
      return;
    case 'messageHidden':
      hideMessage(scope, said.body.chatId, said.body.messageId, said.body.seq);
      return;
    case 'messageSeen':
      applyMark(scope, { ...said.body, readSeq: said.body.seq, deliveredSeq: 0 });
      return;
    case 'messageDelivered':
      applyMark(scope, { ...said.body, readSeq: 0, deliveredSeq: said.body.seq });
      return;
    case 'membershipUpdated':
      applySettings(scope, said.body);
      return;
    case 'unreadCount':
      applyUnread(scope, said.body);
      return;
    case 'userTyping': {
      const { chatId, userId, typing, expiresInMs } = said.body;
      const chat = scope.state.chats.get(chatId);
      if (typing) chat?.typing.set(userId, Date.now() + expiresInMs);
      else chat?.typing.delete(userId);
      scope.tell.touched('typing', chatId);
      return;
    }
    case 'userStatus':
      applyPresence(scope, [said.body]);
      return;
    case 'userUpdated':
      applyUsers(scope, [said.body]);
      return;
    case 'blockChanged': {
      const { userId, blocked } = said.body;
      for (const chat of scope.state.chats.values()) {
        if (chat.item.otherUser?.id !== userId) continue;
        // Whether one is blocked as well is not told: then a message is refused.
        Object.assign(chat.item, { blockedByMe: blocked, canReact: !blocked });
        applyRules(scope, chat.item);
        scope.tell.touched('item', chat.id);
      }
      return;
    }
  }
}

/** Deletes a message for oneself. Its range still covers it, and later changes of it bring nothing back. */
export function hideMessage(scope: Scope, chatId: number, messageId: number, seq?: number): void {
  const chat = scope.state.chats.get(chatId);
  if (!chat) return;
  const at = seq ?? chat.seqs.get(messageId);
  const known = at === undefined ? undefined : knownMessage(chat, at);
  if (!chat.hidden.has(messageId))
    chat.hidden.set(
      messageId,
      known ? { seq: known.seq, unread: isUnreadBy(known, scope.state.me?.id) } : null,
    );
  quoteMessage(scope, chat, messageId, null);
  if (at !== undefined && knownMessage(chat, at)?.id === messageId && remove(chat.ranges, at)) {
    chat.seqs.delete(messageId);
    scope.tell.touched('messages', chatId);
  }
  if (chat.item.lastMessage?.id !== messageId) return;
  chat.item.lastMessage = liveRange(chat)?.messages.at(-1) ?? null;
  scope.tell.touched('item', chatId);
}

/** Everything up to a seq is gone for this person; a chat without anything after it leaves the list. */
export function clearChat(scope: Scope, chatId: number, seq: number): void {
  const chat = scope.state.chats.get(chatId);
  if (!chat) return;
  chat.clearedSeq = Math.max(chat.clearedSeq, seq);
  for (const range of chat.ranges) {
    range.messages = range.messages.filter(
      (message) => message.seq > seq || (chat.seqs.delete(message.id), false),
    );
  }
  const live = liveRange(chat);
  // Nothing before it is there for this person: the live range begins at the beginning.
  if (live) chat.ranges = [{ ...live, from: live.from <= seq + 1 ? 1 : live.from }];
  else chat.ranges = chat.lastSeq <= seq ? [{ from: 1, to: chat.lastSeq, messages: [] }] : [];
  const { item } = chat;
  item.unreadSeq = Math.max(item.unreadSeq, seq);
  if (chat.lastSeq <= seq) {
    shift(scope, item, -item.unread, -item.unreadMentions);
    Object.assign(item, { unread: 0, unreadMentions: 0, lastMessage: null });
    chat.cleared = true;
  }
  scope.tell.touched('messages', chatId);
  scope.tell.touched('item', chatId);
}

/** A position: of now, or by the version of the chat that an event names. */
export function applyMark(
  scope: Scope,
  mark: Omit<Watermark, 'unread'> | (HeardMark & { chatId: number }),
): void {
  const { chatId, userId, readSeq } = mark;
  const chat = scope.state.chats.get(chatId);
  if (!chat) return;
  const { item } = chat;
  if (userId === scope.state.me?.id) {
    if (readSeq <= item.readSeq) return;
    item.readSeq = readSeq;
    scope.tell.touched('item', chatId);
    return;
  }
  if ('version' in mark && mark.version > chat.version) chat.early.push(mark);
  if (!raise(chat.marks, userId, mark)) return;
  if (item.otherUser?.id === userId) {
    const { readSeq: otherReadSeq, deliveredSeq: otherDeliveredSeq } = chat.marks.get(userId)!;
    Object.assign(item, { otherReadSeq, otherDeliveredSeq });
    scope.tell.touched('item', chatId);
  }
  scope.tell.touched('marks', chatId);
}

export function applySettings(
  scope: Scope,
  { chatId, mutedUntil, archivedAt, pinnedAt, notify }: Synced['memberships'][number],
): void {
  const chat = scope.state.chats.get(chatId);
  if (!chat) return;
  Object.assign(chat.item, { mutedUntil, archivedAt, pinnedAt, notify });
  scope.tell.touched('item', chatId);
  scope.tell.touched('list');
}

export function applyPresence(scope: Scope, presences: Iterable<Events['userStatus']>): void {
  for (const presence of presences) {
    scope.state.presence.set(presence.userId, presence);
    scope.tell.touched('presence', presence.userId);
  }
}

export function applyUsers(scope: Scope, users: Iterable<Events['userUpdated']>): void {
  for (const user of users) {
    scope.state.users.set(user.id, user);
    scope.tell.touched('users', user.id);
    for (const chat of scope.state.chats.values()) {
      const { item, members } = chat;
      if (item.otherUser?.id === user.id) {
        item.otherUser = { ...item.otherUser, ...user, lastSeenAt: item.otherUser.lastSeenAt };
        applyRules(scope, item);
        scope.tell.touched('item', chat.id);
      }
      const member = members?.get(user.id);
      if (!member) continue;
      members!.set(user.id, { ...member, name: user.name, avatarUrl: user.avatarUrl });
      scope.tell.touched('members', chat.id);
    }
  }
}
