import type { Account, ChatListItem, Events, Member, Message, Presence, User } from '../contract.gen.js';
import type { Range } from './ranges.js';

/** The events that are changes of a chat: each has the version that it makes. */
export type ChangeName =
  | 'newMessage'
  | 'messageEdited'
  | 'messageDeleted'
  | 'reactionsChanged'
  | 'chatUpdated'
  | 'membersAdded'
  | 'memberRemoved'
  | 'memberUpdated';

export type Change = { [N in ChangeName]: { name: N; body: Events[N] } }[ChangeName];

/** How far a member has seen and received a chat. */
export interface Mark {
  readSeq: number;
  deliveredSeq: number;
  /** Of whoever was removed: by which version of the chat; what is said of an earlier one counts no more. */
  version?: number;
}

/** A position that was heard, of a version of the chat. */
export interface HeardMark extends Required<Mark> {
  userId: number;
}

/** What is known of one chat. */
export interface ChatState {
  readonly id: number;
  /** As in the chat list; its numbers follow the events. */
  item: ChatListItem;
  /** Everything up to this version is applied. */
  version: number;
  /** The seq of the newest message of that version. */
  lastSeq: number;
  /** The stretches that are loaded, in order, apart from each other. The last one is live if it reaches `lastSeq`. */
  ranges: Range[];
  /** The seq of each loaded message by its id. */
  seqs: Map<number, number>;
  /**
   * Messages that this person deleted for themselves, by id: later changes of them still come. With what they were when
   * they were known: they count as unread as before.
   */
  hidden: Map<number, { seq: number; unread: boolean } | null>;
  /** By user, without oneself. */
  marks: Map<number, Mark>;
  /** Positions of versions that are not applied yet: they are so after these, too. */
  early: HeardMark[];
  /** By user id; null: not loaded, or no longer whole. */
  members: Map<number, Member> | null;
  membersVersion: number;
  /** By user: when their typing ends, by this device's clock in milliseconds. */
  typing: Map<number, number>;
  /** This person emptied it: it is in no list until a message comes. */
  cleared: boolean;
  /** What is up to it is gone for this person; 0: they have not cleared it while it was here. */
  clearedSeq: number;
  /** Changes after a gap, by version. */
  ahead: Map<number, Change>;
  /** While `sync` has more of this chat: the messages after the live range that it brought so far, by seq. */
  paging: Map<number, Message> | null;
  /** Changes that were applied while pages are under way: a page may be older. */
  heard: Change[];
  /** How many pages are under way. */
  reading: number;
}

export interface Unread {
  /** Of all chats. */
  total: number;
  /** How many of them mention this person. */
  mentions: number;
  /** For the icon of an app: without muted and archived chats. */
  totalUnmuted: number;
  /** `totalUnmuted`, and mentions in muted chats that are not archived. */
  badge: number;
}

/** What this person's device knows. */
export interface State {
  me: Account | null;
  chats: Map<number, ChatState>;
  users: Map<number, User>;
  presence: Map<number, Presence>;
  unread: Unread;
  /** For the next `sync`. */
  since: string | null;
  /** Milliseconds by which the server's clock is ahead of this device's. */
  offset: number;
}

export const noUnread: Unread = { total: 0, mentions: 0, totalUnmuted: 0, badge: 0 };

export function emptyState(): State {
  return {
    me: null,
    chats: new Map(),
    users: new Map(),
    presence: new Map(),
    unread: noUnread,
    since: null,
    offset: 0,
  };
}

export function chatOf(item: ChatListItem, version: number): ChatState {
  return {
    id: item.id,
    item,
    version,
    lastSeq: item.lastSeq,
    ranges: [],
    seqs: new Map(),
    hidden: new Map(),
    marks: marksOf(item, new Map()),
    early: [],
    members: null,
    membersVersion: 0,
    typing: new Map(),
    cleared: false,
    clearedSeq: 0,
    ahead: new Map(),
    paging: null,
    heard: [],
    reading: 0,
  };
}

/** Who types now; the same list as before where nothing has changed. */
export function typersOf(
  chat: ChatState | undefined,
  before: readonly number[] | undefined,
): readonly number[] {
  const now = Date.now();
  const typing = [...(chat?.typing ?? [])].filter(([, until]) => until > now).map(([userId]) => userId);
  const same = before?.length === typing.length && before.every((one, index) => one === typing[index]);
  return same ? before : typing;
}

/** The other user's position, which the item of a direct chat has. */
export function marksOf(item: ChatListItem, marks: Map<number, Mark>): Map<number, Mark> {
  const { otherUser, otherReadSeq, otherDeliveredSeq } = item;
  if (otherUser && otherReadSeq !== null && otherDeliveredSeq !== null)
    raise(marks, otherUser.id, { readSeq: otherReadSeq, deliveredSeq: otherDeliveredSeq });
  return marks;
}

/** Positions only rise; what was seen was delivered. */
export function raise(
  marks: Map<number, Mark>,
  userId: number,
  { readSeq, deliveredSeq, version = Infinity }: Mark,
): boolean {
  const known = marks.get(userId);
  if (version < (known?.version ?? 0)) return false;
  const seen = Math.max(readSeq, known?.readSeq ?? 0);
  const delivered = Math.max(deliveredSeq, seen, known?.deliveredSeq ?? 0);
  if (known?.readSeq === seen && known.deliveredSeq === delivered) return false;
  marks.set(userId, { ...known, readSeq: seen, deliveredSeq: delivered });
  return true;
}

/** The stretch that reaches the newest message, if one is loaded. */
export function liveRange({ ranges, lastSeq }: ChatState): Range | undefined {
  const last = ranges.at(-1);
  return last && last.to >= lastSeq ? last : undefined;
}
