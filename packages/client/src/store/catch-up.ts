import type { ChatListItem, Member, Message, MessagesPage, Synced, SyncedChat } from '../contract.gen.js';
import { applyContent, drain } from './changes.js';
import { dropOld, forgetChat } from './loaded.js';
import { knownMessage, settleMessage, storeMessage, wholeMessage } from './messages.js';
import { applyMark, applySettings, applyUsers, hideMessage } from './notes.js';
import { believe, isUnreadBy, mentions } from './unread.js';
import { merge, type Range } from './ranges.js';
import type { Scope } from './scope.js';
import { chatOf, liveRange, marksOf, raise, type ChatState } from './state.js';

// ---- what was asked for ----

/** Chats of a list, or those that a device kept. What is known already is at least as new by its version. */
export function listChats(scope: Scope, items: Iterable<ChatListItem>): void {
  for (const item of items) {
    const chat = scope.state.chats.get(item.id);
    if (chat && chat.version >= item.version) continue;
    // Known, and older than this: what lies between has to come as changes.
    if (chat) scope.tell.missing();
    else scope.state.chats.set(item.id, meetChat(scope, chatOf(item, item.version)));
    scope.tell.touched('item', item.id);
  }
  scope.tell.touched('list');
}

/** Begins to read a page: what is heard meanwhile is applied to it again. */
export function beginPage(chat: ChatState): void {
  chat.reading++;
}

/** The answer to a page; null: there was none. */
export function endPage(
  scope: Scope,
  chat: ChatState,
  page: MessagesPage | null,
  asked: { before?: number; after?: number },
): void {
  chat.reading--;
  if (page && scope.state.chats.get(chat.id) === chat) {
    const messages = page.messages.filter(({ id, seq }) => seq > chat.clearedSeq && !chat.hidden.has(id));
    const range = rangeOf(page, asked);
    if (range.to >= range.from || page.lastSeq === 0) {
      for (const { id, seq } of messages) chat.seqs.set(id, seq);
      const whole = messages.map((message) =>
        wholeMessage(scope, chat, message, knownMessage(chat, message.seq)),
      );
      merge(chat.ranges, { ...range, messages: whole });
      for (const message of messages) settleMessage(scope, message);
    }
    for (const change of chat.heard)
      if (change.body.version > page.version) applyContent(scope, chat, change);
    scope.tell.touched('messages', chat.id);
  }
  if (chat.reading === 0) chat.heard = [];
}

export function applyMembers(
  scope: Scope,
  chat: ChatState,
  members: Iterable<Member>,
  version: number,
): void {
  if (version < chat.item.membersVersion) return;
  const all = new Map([...members].map((member) => [member.userId, member]));
  chat.members = all;
  chat.membersVersion = chat.item.membersVersion = version;
  // Of those who left while this device was away nothing else tells.
  for (const userId of chat.marks.keys()) if (!all.has(userId)) chat.marks.delete(userId);
  for (const [userId, member] of all) if (userId !== scope.state.me?.id) raise(chat.marks, userId, member);
  scope.tell.touched('members', chat.id);
  scope.tell.touched('marks', chat.id);
}

export function applySync(scope: Scope, answer: Synced): void {
  for (const chat of answer.chats) caughtUp(scope, chat);
  for (const chatId of answer.gone) forgetChat(scope, chatId, true);
  for (const { chatId, messageId } of answer.hidden) hideMessage(scope, chatId, messageId);
  for (const mark of answer.watermarks) {
    const chat = scope.state.chats.get(mark.chatId);
    if (!chat) continue;
    // Who left a group and came back begins anew; and the answer is newer than what was heard before it was asked for.
    if (!chat.item.otherUser) chat.marks.delete(mark.userId);
    applyMark(scope, mark);
    const { unread, unreadMentions, unreadSeq } = mark;
    // All three are in one's own.
    if (unread !== undefined) {
      Object.assign(chat.item, { unread, unreadMentions, unreadSeq });
      scope.tell.touched('item', mark.chatId);
    }
  }
  for (const membership of answer.memberships) applySettings(scope, membership);
  applyUsers(scope, answer.users);
  if (!answer.more)
    for (const chat of scope.state.chats.values()) if (chat.hidden.size > 0) believe(scope, chat);
  const { total } = answer.unread;
  // An older server does not say all of them.
  scope.state.unread = Object.assign({ totalUnmuted: total, badge: total }, answer.unread);
  scope.state.since = answer.at;
  scope.state.offset = Date.parse(answer.now) - Date.now();
  scope.tell.touched('unread');
  scope.tell.touched('list');
}

export function caughtUp(scope: Scope, { chat: item, messages, upTo, reset, more }: SyncedChat): void {
  const known = scope.state.chats.get(item.id);
  const chat = known ?? meetChat(scope, chatOf(item, 0));
  const lastSeq = known?.lastSeq ?? 0;
  scope.state.chats.set(item.id, chat);
  if (reset) {
    const had = chat.ranges.length > 0;
    Object.assign(chat, { ranges: [], paging: null });
    chat.seqs.clear();
    chat.marks.clear();
    // Nothing was sent yet: that is all of it.
    if (messages.length > 0 || item.lastSeq === 0) newestRange(chat, item, messages);
    if (had) scope.tell.reset(item.id);
  }
  const live = liveRange(chat);
  const tail = (reset ? null : chat.paging) ?? new Map<number, Message>();
  for (const message of messages) {
    if (live && !reset && message.seq > live.to) {
      if ((tail.get(message.seq)?.version ?? 0) <= message.version) tail.set(message.seq, message);
    } else if (!reset) storeMessage(scope, chat, message);
    settleMessage(scope, message);
  }
  chat.paging = more ? tail : null;
  if (reset || upTo >= chat.version) {
    if (!more && live) {
      for (const [, message] of [...tail].sort(([one], [other]) => one - other)) {
        live.to = Math.max(live.to, message.seq);
        storeMessage(scope, chat, message, true);
      }
      live.to = Math.max(live.to, item.lastSeq);
    }
    if (!more) chat.lastSeq = item.lastSeq;
    chat.item = item;
    chat.version = upTo;
    chat.cleared = false;
    marksOf(item, chat.marks);
    dropOld(scope, chat);
    if (item.membersVersion !== chat.membersVersion) chat.members = null;
    scope.tell.applied(item.id, upTo);
  }
  if (!more) tellArrivals(scope, chat, lastSeq, live && !reset ? tail.values() : messages);
  for (const version of chat.ahead.keys()) if (version <= chat.version) chat.ahead.delete(version);
  drain(scope, chat);
  if (chat.ahead.size > 0 && !chat.paging) scope.tell.gap(chat);
  for (const part of ['item', 'messages', 'members', 'marks'] as const) scope.tell.touched(part, item.id);
}

/** What others sent while this device was away, or in a chat that it did not know: told as if it came now, in order. */
function tellArrivals(scope: Scope, { item }: ChatState, lastSeq: number, messages: Iterable<Message>): void {
  const { since, me } = scope.state;
  // Nothing was known before: all of it is old.
  if (since === null) return;
  const from = Date.parse(since);
  const isNew = (message: Message) =>
    message.seq > Math.max(lastSeq, item.unreadSeq) &&
    Date.parse(message.createdAt) >= from &&
    isUnreadBy(message, me?.id);
  const arrivals = [...messages].filter(isNew).sort((one, other) => one.seq - other.seq);
  for (const message of arrivals) scope.tell.arrived(message, mentions(message, me?.id));
}

export function newestRange(chat: ChatState, item: ChatListItem, messages: readonly Message[]): void {
  const sorted = [...messages].sort((one, other) => one.seq - other.seq);
  for (const { id, seq } of sorted) chat.seqs.set(id, seq);
  chat.ranges = [{ from: sorted[0]?.seq ?? 1, to: item.lastSeq, messages: sorted }];
}

/** A chat that is new here brings its other user. */
export function meetChat(scope: Scope, chat: ChatState): ChatState {
  const { otherUser } = chat.item;
  if (otherUser) {
    const { online, ...user } = otherUser;
    scope.state.users.set(user.id, user);
    scope.state.presence.set(user.id, { userId: user.id, online, lastSeenAt: user.lastSeenAt });
    scope.tell.touched('users', user.id);
    scope.tell.touched('presence', user.id);
  }
  return chat;
}

/** What a page covers: more than its messages, where hidden ones lie between, and where it reaches an end. */
export function rangeOf(page: MessagesPage, { before, after }: { before?: number; after?: number }): Range {
  const first = page.messages[0]?.seq;
  const last = page.messages.at(-1)?.seq;
  const from =
    !page.moreBefore && after === undefined
      ? 1
      : after !== undefined
        ? after + 1
        : (first ?? page.lastSeq + 1);
  const to = before !== undefined ? before - 1 : page.moreAfter ? (last ?? from - 1) : page.lastSeq;
  return { from, to, messages: page.messages };
}
