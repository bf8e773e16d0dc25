import type { ChatListItem, Events, Message } from '../contract.gen.js';
import { indexOf } from './ranges.js';
import type { Scope } from './scope.js';
import { liveRange, type ChatState, type State, type Unread } from './state.js';

type Counts = Partial<Pick<ChatListItem, 'unread' | 'unreadMentions'>>;

export function countUnread(scope: Scope, chat: ChatState, message: Message): void {
  const { item } = chat;
  const me = scope.state.me?.id;
  if (message.seq <= item.unreadSeq || !isUnreadBy(message, me)) return;
  const mentioned = mentions(message, me);
  item.unread++;
  item.unreadMentions += Number(mentioned);
  shift(scope, item, 1, Number(mentioned));
  scope.tell.arrived(message, mentioned);
}

export function isMuted(scope: Pick<Scope, 'state'>, { mutedUntil }: ChatListItem): boolean {
  return mutedUntil !== null && Date.parse(mutedUntil) > Date.now() + scope.state.offset;
}

export function applyUnread(scope: Scope, count: Partial<Events['unreadCount']>): void {
  const { chatId, unread, unreadMentions, unreadSeq, total, totalMentions, totalUnmuted, badge } = count;
  if (chatId === undefined) {
    // An older server does not say all of them.
    if (total !== undefined)
      scope.state.unread = {
        total,
        mentions: totalMentions ?? 0,
        totalUnmuted: totalUnmuted ?? total,
        badge: badge ?? total,
      };
    scope.tell.touched('unread');
    return;
  }
  const chat = scope.state.chats.get(chatId);
  if (!chat || unread === undefined) return;
  if (unreadSeq !== undefined) chat.item.unreadSeq = unreadSeq;
  recount(scope, chat, { unread, unreadMentions: unreadMentions! });
}

/** What is known here comes before what was said. The totals follow: those of the server are of another moment. */
export function recount(
  scope: Scope,
  chat: ChatState,
  said: Partial<Pick<ChatListItem, 'unread' | 'unreadMentions'>>,
): void {
  const { item } = chat;
  const { unread, unreadMentions } = item;
  Object.assign(item, said, counted(scope, chat));
  shift(scope, item, item.unread - unread, item.unreadMentions - unreadMentions);
  scope.tell.touched('item', chat.id);
}

/**
 * The server counts at some moment, and messages that were sent around it may be in its number or not. Where everything
 * after `unreadSeq` is known, it is counted here.
 */
export function counted(scope: Scope, chat: ChatState): Counts {
  return unreadAfter(chat, chat.item.unreadSeq, scope.state.me?.id);
}

/** What is unread after a seq, as far as it is known here. */
export function unreadAfter(chat: ChatState, unreadSeq: number, me: number | undefined): Counts {
  if (unreadSeq >= chat.lastSeq) return { unread: 0, unreadMentions: 0 };
  const live = liveRange(chat);
  if (!live || live.from > unreadSeq + 1) return {};
  const after = live.messages.slice(indexOf(live.messages, unreadSeq + 1));
  // What this person deleted for themselves counts as before.
  const hidden = [...chat.hidden.values()].filter(
    (one) => one !== null && one.seq > unreadSeq && one.seq <= live.to,
  );
  if (after.length + hidden.length !== live.to - unreadSeq) return {};
  const unread = after.filter((message) => isUnreadBy(message, me));
  return {
    unread: unread.length + hidden.filter((one) => one!.unread).length,
    ...(hidden.length === 0
      ? { unreadMentions: unread.filter((message) => mentions(message, me)).length }
      : {}),
  };
}

/**
 * The numbers of a whole `sync` are of the moment that is here. Where fewer are unread than are counted here, messages
 * that this person had deleted for themselves were deleted for everyone meanwhile, which nothing else tells.
 */
export function believe(scope: Scope, chat: ChatState): void {
  let missed = (counted(scope, chat).unread ?? 0) - chat.item.unread;
  for (const [id, hidden] of chat.hidden) {
    if (missed <= 0) return;
    if (!hidden?.unread || hidden.seq <= chat.item.unreadSeq) continue;
    chat.hidden.set(id, { ...hidden, unread: false });
    missed--;
  }
}

export function shift(scope: Scope, item: ChatListItem, unread: number, unreadMentions: number): void {
  if (unread === 0 && unreadMentions === 0) return;
  scope.state.unread = shifted(scope.state, item, unread, unreadMentions);
  scope.tell.touched('unread');
}

/** The totals with so many more of a chat. */
export function shifted(state: State, item: ChatListItem, unread: number, unreadMentions: number): Unread {
  const counts: Unread = { total: unread, mentions: unreadMentions, totalUnmuted: 0, badge: 0 };
  if (item.archivedAt === null) {
    if (isMuted({ state }, item)) counts.badge = unreadMentions;
    else counts.totalUnmuted = counts.badge = unread;
  }
  for (const [key, count] of Object.entries(state.unread) as [keyof Unread, number][])
    counts[key] = Math.max(0, count + counts[key]);
  return counts;
}

/** What is one's own, or deleted, is never unread, and what the server writes about a change of a group raises no badge. */
export function isUnreadBy(
  { senderId, type, metadata, deletedAt }: Message,
  userId: number | undefined,
): boolean {
  return (
    senderId !== userId && deletedAt === null && !(type === 'system' && typeof metadata?.event === 'string')
  );
}

export function mentions({ metadata }: Message, userId: number | undefined): boolean {
  const mentioned = metadata?.mentions;
  if (mentioned === 'all') return true;
  return Array.isArray(mentioned) && mentioned.some((one) => Number(one) === userId);
}
