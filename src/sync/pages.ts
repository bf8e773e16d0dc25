import type { ChatListRow } from '../chats/chat-list.queries.js';
import type { MessageRow } from '../database/models/message.model.js';

/** A message as the statements of sync select it. */
export interface ChatMessageRow extends MessageRow {
  chatId: number;
  /** Bytes in an answer: as the statement measured them, and at least as many as are sent. */
  size: number;
}

/** What was read of a chat. */
export interface ReadChat {
  item: ChatListRow;
  /** By version: at most one more than an answer may hold for a chat, and fewer where the bytes for all are used up. */
  messages: ChatMessageRow[];
  reset: boolean;
}

/** A chat in an answer. */
export interface ChatPage extends ReadChat {
  upTo: number;
  more: boolean;
}

/** The limits of one answer. */
export interface Bounds {
  /** Most messages of a chat that is not reset. */
  messages: number;
  /** Bytes of chats and messages together. */
  bytes: number;
}

/**
 * Takes as much of the chats, in their order, as one answer holds. A chat that catches up may end at any message and
 * continue in the next answer; a chat that is reset is sent whole. The first chat gets at least one message, or its
 * whole reset, so that every call makes progress.
 *
 * @returns `more`: chats were left out.
 */
export function pagesWithin(
  bounds: Bounds,
  chats: readonly ReadChat[],
): { pages: ChatPage[]; more: boolean } {
  const pages: ChatPage[] = [];
  let left = bounds.bytes;
  for (const read of chats) {
    const { item, messages, reset } = read;
    const { chat } = item;
    const isFirst = pages.length === 0;
    left -= Buffer.byteLength(JSON.stringify(item));
    // The message beyond the limit counts too, as it did in the statement, so that both cut at the same place.
    const cut = messages.findIndex(({ size }) => (left -= size) < 0);
    if (left < 0 && !isFirst && (reset || cut <= 0)) return { pages, more: true };
    if (reset) {
      pages.push({ ...read, upTo: chat.version, more: false });
      continue;
    }
    const more = cut !== -1 || messages.length > bounds.messages;
    const kept = messages.slice(
      0,
      Math.min(cut === -1 ? messages.length : Math.max(cut, 1), bounds.messages),
    );
    const upTo = more ? (kept.at(-1)?.version ?? chat.version) : chat.version;
    pages.push({ item, messages: kept, reset, upTo, more });
  }
  return { pages, more: false };
}
