import type { ChatListItem, Message } from '../contract.gen.js';
import { Applier } from './apply.js';
import type { Listener, Part } from './scope.js';
import { Batch, Cell, type Schedule } from './readable.js';
import { type ChatState, emptyState, type State, type Unread } from './state.js';
import { shifted } from './unread.js';

export type ChatFilter = 'inbox' | 'pinned' | 'archived' | 'unread';

const OF_CHATS: ReadonlySet<string> = new Set([
  'item',
  'messages',
  'members',
  'typing',
  'marks',
  'outbox',
  'drafts',
]);

/** What of a chat a device keeps. */
const KEPT: ReadonlySet<string> = new Set(['item', 'messages', 'marks']);

/** What the rest of the client hears of the store, beside what has changed. */
export interface Reactions extends Omit<Listener, 'touched'> {
  /** What a device keeps of this chat has changed; null: what it keeps of all of them. */
  changed: (chatId: number | null) => void;
}

/**
 * The state, and everything that can be read of it. Readers name what they are computed from; when that has changed, they
 * are computed anew at their next read.
 */
export class Store {
  readonly state: State = emptyState();
  readonly batch: Batch;
  readonly apply: Applier;
  readonly #readers = new Map<string, Set<{ invalidate(): void }>>();
  readonly #named = new Map<string, Cell<unknown>>();
  readonly #shown = new Map<number, ChatListItem>();

  readonly #changing: (chat: ChatState) => Partial<ChatListItem>;
  readonly #changed: Reactions['changed'];

  /** `changing` says what commands that wait make of a chat. */
  constructor(
    reactions: Reactions,
    changing: (chat: ChatState) => Partial<ChatListItem> = () => ({}),
    schedule?: Schedule,
  ) {
    this.batch = new Batch(schedule);
    this.#changing = changing;
    this.#changed = reactions.changed;
    this.apply = new Applier(this.state, { ...reactions, touched: (part, id) => this.touched(part, id) });
  }

  /** A value that is computed from these parts; `used` hears whether anybody listens. */
  cell<T>(
    parts: readonly string[],
    compute: (before: T | undefined) => T,
    used?: (used: boolean) => void,
  ): Cell<T> {
    const cell = new Cell<T>(this.batch, compute, used);
    this.add(parts, cell);
    return cell;
  }

  /** The one cell of a part: whoever asks for it again gets the same. */
  named<T>(part: string, compute: (before: T | undefined) => T, used?: (used: boolean) => void): Cell<T> {
    const cell = (this.#named.get(part) as Cell<T>) ?? this.cell([part], compute, used);
    this.#named.set(part, cell as Cell<unknown>);
    return cell;
  }

  /** These parts have a reader. */
  add(parts: readonly string[], cell: { invalidate(): void }): void {
    for (const part of parts) {
      const readers = this.#readers.get(part) ?? new Set();
      this.#readers.set(part, readers.add(cell));
    }
    cell.invalidate();
  }

  /** Nobody reads them by this any more. */
  drop(parts: readonly string[], cell: { invalidate(): void }): void {
    for (const part of parts) {
      const readers = this.#readers.get(part);
      if (readers?.delete(cell) && readers.size === 0) this.#readers.delete(part);
    }
  }

  /** `id`: of a chat or a user; or `u` and the user of a direct chat, which may not be there yet. */
  touched(part: Part | 'outbox' | 'view' | 'drafts' | 'me', id?: number | string): void {
    if (part === 'item') {
      this.#shown.delete(Number(id));
      this.#invalidate('list');
    }
    if (typeof id === 'number' && KEPT.has(part)) this.#changed(id);
    else if (part === 'unread') this.#changed(null);
    this.#invalidate(id === undefined ? part : `${part}:${id}`);
    const other = typeof id === 'number' && OF_CHATS.has(part) ? this.chat(id)?.item.otherUser : null;
    if (other) this.#invalidate(`${part}:u${other.id}`);
  }

  #invalidate(key: string): void {
    for (const cell of this.#readers.get(key) ?? []) cell.invalidate();
  }

  chat(chatId: number): ChatState | undefined {
    return this.state.chats.get(chatId);
  }

  /** The direct chat with a user, if it is here. */
  directWith(userId: number): ChatState | undefined {
    for (const chat of this.state.chats.values()) if (chat.item.otherUser?.id === userId) return chat;
    return undefined;
  }

  /** A chat as readers get it: the same object until it has changed. */
  item(chatId: number): ChatListItem | null {
    const chat = this.chat(chatId);
    if (!chat) return null;
    let item = this.#shown.get(chatId);
    if (!item) {
      item = { ...chat.item, version: chat.version, lastSeq: chat.lastSeq, ...this.#changing(chat) };
      this.#shown.set(chatId, item);
    }
    return item;
  }

  /** The totals, with what waiting commands make of these chats. */
  unread(changing: ReadonlySet<number>): Unread {
    const { state } = this;
    let { unread } = state;
    for (const id of changing) {
      const chat = this.chat(id);
      if (!chat) continue;
      const shown = this.item(id)!;
      const more = shown.unread - chat.item.unread;
      unread = shifted(
        { ...state, unread },
        chat.item,
        more,
        shown.unreadMentions - chat.item.unreadMentions,
      );
    }
    return unread;
  }

  /** The chats of a filter: pinned ones first, then by their latest activity. */
  list(filter: ChatFilter): ChatListItem[] {
    const items: ChatListItem[] = [];
    for (const [id, { cleared }] of this.state.chats) {
      const item = this.item(id)!;
      if (!cleared && belongs(item, filter)) items.push(item);
    }
    return items.sort(byPlace);
  }

  /** A message that is loaded, by its id. */
  message(chatId: number, id: number): Message | undefined {
    const chat = this.chat(chatId);
    const seq = chat?.seqs.get(id);
    for (const { messages } of seq === undefined ? [] : chat!.ranges)
      for (const message of messages) if (message.id === id) return message;
    return undefined;
  }
}

function belongs({ archivedAt, pinnedAt, unread }: ChatListItem, filter: ChatFilter): boolean {
  if (filter === 'archived') return archivedAt !== null;
  return (
    archivedAt === null && (filter === 'inbox' || (filter === 'pinned' ? pinnedAt !== null : unread > 0))
  );
}

function byPlace(one: ChatListItem, other: ChatListItem): number {
  const pinned = Number(other.pinnedAt !== null) - Number(one.pinnedAt !== null);
  if (pinned !== 0) return pinned;
  if (one.lastActivityAt !== other.lastActivityAt) return one.lastActivityAt < other.lastActivityAt ? 1 : -1;
  return other.id - one.id;
}
