import type { ChatListRow } from '../chats/chats.queries.js';
import type { MessageRow } from '../database/models/message.model.js';

/** A message as the statements of sync select it. */
export interface ChatMessageRow extends MessageRow {
  chatId: number;
  /** About how many bytes it takes in an answer. */
  size: number;
}

/** What was read of a chat. */
export interface ReadChat {
  item: ChatListRow;
  /** By version: at most one more than an answer may hold of a chat. Less where the bytes of all are used up. */
  messages: ChatMessageRow[];
  reset: boolean;
}

/** What an answer says of a chat. */
export interface ChatPage extends ReadChat {
  upTo: number;
  more: boolean;
}

/** What one answer may hold. */
export interface Bounds {
  /** Messages of a chat that is not reset. */
  messages: number;
  /** Of chats and messages, about. */
  bytes: number;
}

/**
 * As much of the chats, in their order, as one answer holds. A chat that is caught up with may end at any message and go
 * on in the next answer; one that is reset comes as a whole. The first chat has a message at least, or all that it was
 * reset to, so that who calls again gets on.
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
    // The one that is too many for a chat counts as well, as it did for the statement: what that left out is left out here.
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
