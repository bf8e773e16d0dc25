import type { ChatListItem, Message, Reaction } from '../contract.gen.js';
import type { ErrorAnswer } from '../errors.js';
import type { Entry, EntryStatus } from '../outbox.js';
import { liveRange, type ChatState } from './state.js';
import { type Range, rangeAt } from './ranges.js';
import { unreadAfter } from './unread.js';

/** A message that is not stored yet. Its place is after all that are. */
export interface PendingMessage {
  id: null;
  clientId: string;
  chatId: number | null;
  senderId: number;
  content: string;
  metadata: Record<string, unknown> | null;
  replyToId: number | null;
  /** When it was written, by this device's clock, as a timestamp. */
  createdAt: string;
  error: ErrorAnswer | null;
}

/** One message as a list shows it. */
export interface TimelineItem {
  /** Stays the same when a message becomes stored: the `clientId` of one's own, the id of others. */
  key: string;
  seq: number | null;
  message: Message | PendingMessage;
  /** Of others always `sent`. Of one's own: how far it is, or whether anybody has received or seen it. */
  status: EntryStatus | 'delivered' | 'seen';
  /** A change of it waits in the outbox, and is shown already. */
  changing: boolean;
}

export interface Timeline {
  items: readonly TimelineItem[];
  moreBefore: boolean;
  moreAfter: boolean;
  loading: 'before' | 'after' | 'jump' | null;
  /** Messages of others after this seq are unread; null: the chat is not here. */
  unreadSeq: number | null;
  /** Whether it reaches the newest message. */
  live: boolean;
}

export const emptyTimeline: Timeline = {
  items: [],
  moreBefore: false,
  moreAfter: false,
  loading: null,
  unreadSeq: null,
  live: false,
};

/** The stretch that is shown: the one with the anchor, else the live one. */
export function shownRange(chat: ChatState, anchor: number | null): Range | undefined {
  return (anchor === null ? undefined : rangeAt(chat.ranges, anchor)) ?? liveRange(chat);
}

/** Makes timelines of one room. Items that have not changed are the same objects as the time before. */
export class TimelineMaker {
  #items = new Map<string, TimelineItem>();
  /** What an item was made of: a stored message, and the changes of it that wait. */
  readonly #made = new WeakMap<TimelineItem, { message: Message; by: string | undefined }>();

  readonly #me: () => number;

  constructor(me: () => number) {
    this.#me = me;
  }

  of(
    chat: ChatState | undefined,
    shown: ChatListItem | null,
    { anchor, loading }: { anchor: number | null; loading: Timeline['loading'] },
    entries: readonly Entry[],
  ): Timeline {
    if (!chat && entries.length === 0) return emptyTimeline;
    const range = chat && shownRange(chat, anchor);
    const live = !chat || (range !== undefined && range === liveRange(chat));
    const [seen, delivered] = furthest(chat);
    const changes = changesBy(entries);
    const items = new Map<string, TimelineItem>();
    for (const message of range?.messages ?? []) {
      const changed = changes.get(message.id);
      if (changed?.hidden) continue;
      const own = message.senderId === this.#me();
      const status = !own
        ? 'sent'
        : message.seen || message.seq <= seen
          ? 'seen'
          : message.seq <= delivered
            ? 'delivered'
            : 'sent';
      const key = own && message.clientId !== null ? message.clientId : String(message.id);
      items.set(key, this.#item(key, message, status, changed));
    }
    // Of a stretch elsewhere it is no part; where nothing has been read it is all there is.
    for (const entry of live || !range ? entries : []) {
      if (entry.command === 'sendMessage' && !items.has(entry.id)) items.set(entry.id, this.#pending(entry));
    }
    this.#items = items;
    return {
      items: [...items.values()],
      moreBefore: range !== undefined && range.from > 1,
      moreAfter: !live && range !== undefined,
      loading,
      unreadSeq: shown?.unreadSeq ?? null,
      live,
    };
  }

  #item(
    key: string,
    message: Message,
    status: TimelineItem['status'],
    change: MessageChange | undefined,
  ): TimelineItem {
    const known = this.#items.get(key);
    const made = known && this.#made.get(known);
    if (made?.message === message && made.by === change?.by && known?.status === status) return known;
    const item: TimelineItem = {
      key,
      seq: message.seq,
      message: change ? change.apply(message) : message,
      status,
      changing: change !== undefined,
    };
    this.#made.set(item, { message, by: change?.by });
    return item;
  }

  #pending(entry: Entry): TimelineItem {
    const { id, input, chatId, createdAt, status, error } = entry;
    const known = this.#items.get(id);
    const message: PendingMessage = {
      id: null,
      clientId: id,
      chatId,
      senderId: this.#me(),
      content: typeof input.content === 'string' ? input.content : '',
      metadata: (input.metadata as PendingMessage['metadata']) ?? null,
      replyToId: (input.replyToId as number | undefined) ?? null,
      createdAt: new Date(createdAt).toISOString(),
      error,
    };
    const before = known?.message;
    if (
      known?.status === status &&
      before?.content === message.content &&
      'error' in before &&
      before.error === error
    )
      return known;
    return { key: id, seq: null, message, status, changing: false };
  }
}

/** Up to where anybody else has seen and received the chat. */
function furthest(chat: ChatState | undefined): [seen: number, delivered: number] {
  let [seen, delivered] = [0, 0];
  for (const { readSeq, deliveredSeq } of chat?.marks.values() ?? []) {
    seen = Math.max(seen, readSeq);
    delivered = Math.max(delivered, deliveredSeq);
  }
  return [seen, delivered];
}

interface MessageChange {
  hidden: boolean;
  /** The entries that make it. */
  by: string;
  apply: (message: Message) => Message;
}

/** What waiting commands make of the chat in the list. */
export function changedItem(
  chat: ChatState,
  entries: readonly Entry[],
  me: number | undefined,
): Partial<ChatListItem> {
  const changed: Partial<ChatListItem> = {};
  for (const { command, input, status, createdAt } of entries) {
    if (status === 'failed') continue;
    const since = (on: unknown) => (on === true ? new Date(createdAt).toISOString() : null);
    if (command === 'updateChat' && typeof input.title === 'string') changed.title = input.title;
    if (command === 'markAsSeen' || command === 'markAsUnread') {
      const before = { ...chat.item, ...changed };
      // What was seen stays so, whoever has seen more. Where a message is not here, what is before it is not known either.
      const from = chat.seqs.get(Number(input.messageId)) ?? NaN;
      const seq = Number(input.seq);
      const unreadSeq = command === 'markAsSeen' ? Math.max(seq, before.unreadSeq) : from - 1;
      if (command === 'markAsSeen') changed.readSeq = Math.max(seq, before.readSeq);
      if (unreadSeq >= 0) Object.assign(changed, { unreadSeq }, unreadAfter(chat, unreadSeq, me));
    }
    if (command !== 'updateMembership') continue;
    if ('mutedUntil' in input) changed.mutedUntil = input.mutedUntil as string | null;
    if ('archived' in input) changed.archivedAt = since(input.archived);
    if ('pinned' in input) changed.pinnedAt = since(input.pinned);
  }
  return changed;
}

/** What waiting commands make of messages, by message id. */
function changesBy(entries: readonly Entry[]): Map<number, MessageChange> {
  const changes = new Map<number, MessageChange>();
  for (const { id, command, input, status } of entries) {
    const { messageId } = input;
    const apply = status === 'failed' || typeof messageId !== 'number' ? null : changeOf(command, input);
    if (!apply) continue;
    const before = changes.get(messageId as number);
    changes.set(messageId as number, {
      hidden: before?.hidden === true || (command === 'deleteMessage' && input.for === 'me'),
      by: `${before?.by} ${id}`,
      apply: before ? (message) => apply(before.apply(message)) : apply,
    });
  }
  return changes;
}

function changeOf(command: string, input: Record<string, unknown>): ((message: Message) => Message) | null {
  const at = () => new Date().toISOString();
  const emoji = String(input.emoji);
  switch (command) {
    case 'editMessage':
      return (message) => ({
        ...message,
        content: typeof input.content === 'string' ? input.content : message.content,
        metadata: (input.metadata as Message['metadata'] | undefined) ?? message.metadata,
        editedAt: message.editedAt ?? at(),
      });
    case 'deleteMessage':
      return (message) => ({
        ...message,
        content: '',
        metadata: null,
        reactions: [],
        deletedAt: message.deletedAt ?? at(),
      });
    case 'addReaction':
      return (message) => ({ ...message, reactions: reacted(message.reactions, emoji, 1) });
    case 'removeReaction':
      return (message) => ({ ...message, reactions: reacted(message.reactions, emoji, -1) });
    default:
      return null;
  }
}

function reacted(reactions: readonly Reaction[], emoji: string, by: 1 | -1): Reaction[] {
  const known = reactions.find((one) => one.emoji === emoji);
  if (!known) return by > 0 ? [...reactions, { emoji, count: 1, userIds: [], mine: true }] : [...reactions];
  if ((known.mine ?? false) === by > 0) return [...reactions];
  return reactions
    .map((one) => (one === known ? { ...one, count: one.count + by, mine: by > 0 } : one))
    .filter(({ count }) => count > 0);
}
