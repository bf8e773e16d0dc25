import { nearest, thinned } from './ranges.js';
import type { Scope } from './scope.js';
import { liveRange, type ChatState } from './state.js';

/** Stretches of a chat that are loaded at a time: that of the newest messages, and those nearest to what is shown. */
const MOST_RANGES = 3;

export function forgetChat(scope: Scope, chatId: number, perhapsCleared = false): void {
  if (!scope.state.chats.delete(chatId)) return;
  for (const part of ['item', 'messages', 'members', 'typing', 'marks'] as const)
    scope.tell.touched(part, chatId);
  scope.tell.touched('list');
  scope.tell.gone(chatId, perhapsCleared);
}

/** Drops what a chat holds beyond the newest `most` messages, or all of it. */
export function trimChat(scope: Scope, chat: ChatState, most: number): void {
  const live = liveRange(chat);
  const kept = live && most > 0 ? live.messages.slice(-most) : [];
  if (live && chat.ranges.length === 1 && kept.length === live.messages.length) return;
  const from = kept[0]?.seq;
  keepRanges(scope, chat, live && from !== undefined ? [{ from, to: live.to, messages: kept }] : []);
}

/** Drops what is far from a seq where more than `most` messages are loaded, but not the newest `newest`. */
export function thinChat(scope: Scope, chat: ChatState, around: number, most: number, newest: number): void {
  const loaded = chat.ranges.reduce((sum, { messages }) => sum + messages.length, 0);
  if (loaded > most) keepRanges(scope, chat, thinned(chat.ranges, around, most, newest));
  else if (chat.ranges.length > MOST_RANGES)
    keepRanges(scope, chat, nearest(chat.ranges, around, MOST_RANGES));
}

/** Drops what the server no longer has: messages are kept for a time only, and the chat begins later than it did. */
export function dropOld(scope: Scope, chat: ChatState): void {
  const { firstSeq } = chat.item;
  if (!chat.ranges.some(({ messages }) => (messages[0]?.seq ?? firstSeq) < firstSeq)) return;
  const ranges = chat.ranges
    .filter(({ to }) => to >= firstSeq - 1)
    .map(({ from, to, messages }) => ({ from, to, messages: messages.filter(({ seq }) => seq >= firstSeq) }));
  keepRanges(scope, chat, ranges);
}

export function keepRanges(scope: Scope, chat: ChatState, ranges: ChatState['ranges']): void {
  chat.ranges = ranges;
  chat.seqs = new Map(ranges.flatMap(({ messages }) => messages.map(({ id, seq }) => [id, seq] as const)));
  scope.tell.touched('messages', chat.id);
}
