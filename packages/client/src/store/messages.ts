import type { Message, Reaction, ReplyTo } from '../contract.gen.js';
import { messageAt, put, rangeAt } from './ranges.js';
import type { Scope } from './scope.js';
import type { ChatState } from './state.js';

/** How long the beginning of a message is that its replies show, in characters. */
const EXCERPT = 160;

export function settleMessage(scope: Scope, message: Message): void {
  if (message.clientId !== null && message.senderId === scope.state.me?.id) scope.tell.stored(message);
}

/**
 * Puts a whole message into the range that covers it, and into the list where it is the last one. Where a range has a
 * hole, the message is one that this person deleted for themselves: only one that is `new` fills it.
 */
export function storeMessage(scope: Scope, chat: ChatState, message: Message, isNew = false): void {
  if (chat.hidden.has(message.id)) return;
  const known = knownMessage(chat, message.seq);
  if (known && known.version > message.version) return;
  const whole = wholeMessage(scope, chat, message, known);
  const { content, deletedAt } = message;
  if (message.editedAt ?? deletedAt)
    quoteMessage(scope, chat, message.id, { excerpt: excerptOf(content), deleted: deletedAt !== null });
  const last = chat.item.lastMessage;
  if (last?.id === message.id && last.version <= message.version) {
    chat.item.lastMessage = whole;
    scope.tell.touched('item', chat.id);
  }
  const range = known || isNew ? rangeAt(chat.ranges, message.seq) : undefined;
  if (!range || !put(range, whole)) return;
  chat.seqs.set(message.id, message.seq);
  scope.tell.touched('messages', chat.id);
}

export function replaceMessage(
  scope: Scope,
  chat: ChatState,
  id: number,
  seq: number,
  by: (known: Message) => Message,
): void {
  const known = knownMessage(chat, seq) ?? (chat.item.lastMessage?.id === id ? chat.item.lastMessage : null);
  if (known?.id !== id) return;
  const changed = by(known);
  if (changed.version >= known.version) storeMessage(scope, chat, changed);
}

export function knownMessage(chat: ChatState, seq: number): Message | undefined {
  return messageAt(chat.ranges, seq);
}

/** Events are the same for all members: what only this person may know is taken from what is here. */
export function wholeMessage(
  scope: Scope,
  chat: ChatState,
  message: Message,
  known: Message | undefined,
): Message {
  const { replyToId } = message;
  const reactions = reactionsOf(scope, message.reactions, known?.reactions ?? []);
  const replyTo =
    replyToId === null || chat.hidden.has(replyToId)
      ? null
      : (message.replyTo ?? known?.replyTo ?? replyToOf(chat, replyToId));
  return { ...message, reactions, replyTo };
}

function replyToOf(chat: ChatState, id: number): ReplyTo | null {
  const to = knownMessage(chat, chat.seqs.get(id) ?? 0);
  if (!to) return null;
  const deleted = to.deletedAt !== null;
  return { messageId: to.id, seq: to.seq, senderId: to.senderId, excerpt: excerptOf(to.content), deleted };
}

/** Whether a reaction is one's own is not in events: it is what it was, unless it is this one that has changed. */
export function reactionsOf(
  scope: Scope,
  reactions: readonly Reaction[],
  before: readonly Reaction[],
  changed?: { by: number; emoji: string; added: boolean },
): Reaction[] {
  const me = scope.state.me?.id ?? 0;
  return reactions.map((reaction) => {
    const { emoji, userIds } = reaction;
    if (reaction.mine !== undefined) return reaction;
    if (changed?.by === me && changed.emoji === emoji) return { ...reaction, mine: changed.added };
    const mine = userIds.includes(me) || (before.find((one) => one.emoji === emoji)?.mine ?? false);
    return { ...reaction, mine };
  });
}

/** Replies show the message that they are to; no event comes for them. */
export function quoteMessage(
  scope: Scope,
  chat: ChatState,
  id: number,
  shown: Partial<ReplyTo> | null,
): void {
  for (const { messages } of chat.ranges) {
    for (const [index, message] of messages.entries()) {
      if (message.replyToId !== id || !message.replyTo) continue;
      messages[index] = { ...message, replyTo: shown && { ...message.replyTo, ...shown } };
      scope.tell.touched('messages', chat.id);
    }
  }
}

export function excerptOf(content: string): string {
  return [...content.slice(0, 2 * EXCERPT)].slice(0, EXCERPT).join('');
}
