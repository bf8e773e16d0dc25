import type { Member, Message, Reaction, ReplyTo, User } from '@chat-api/client';

/**
 * What a client has of one person's chats, as JSON. Fields that a client does not keep are left out, but for those that
 * are not optional here. Times are texts as the server sends them; where there is nothing, null.
 */
export interface PrintedStore {
  /** Whose store it is. */
  userId: number;
  /** Unread messages of all chats. */
  unread?: { total?: number; mentions?: number; totalUnmuted?: number; badge?: number };
  /** Ids of the chats that are not archived, as the list shows them: pinned ones first, then by their latest activity. */
  inbox?: number[];
  /** All chats of the person's lists, archived ones too, in any order. */
  chats: PrintedChat[];
  /** The client has read only a part of its list: then chats may be missing. */
  partial?: boolean;
}

/** Further fields as in the views `Chat` and `ChatListItem` of the protocol. */
export interface PrintedChat {
  id: number;
  /** Everything up to it is applied. */
  version: number;
  /** The seq of the newest message. */
  lastSeq: number;
  readSeq: number;
  unreadSeq: number;
  unread: number;
  unreadMentions: number;
  /** The stretches of messages that are loaded, in order. The last one reaches `lastSeq`. None: nothing is loaded. */
  ranges: PrintedRange[];
  type?: 'direct' | 'group';
  user1Id?: number | null;
  user2Id?: number | null;
  title?: string | null;
  avatarUrl?: string | null;
  metadata?: Record<string, unknown>;
  historyVisible?: string;
  memberCount?: number;
  membersVersion?: number;
  lastActivityAt?: string;
  createdAt?: string;
  externalId?: string | null;
  visibility?: string;
  sending?: string;
  slowModeSeconds?: number;
  addMembers?: string;
  firstSeq?: number;
  retentionDays?: number | null;
  role?: string;
  blockedByMe?: boolean;
  /** By the clock of who judges: somebody may be silenced until a moment that has passed. */
  canSend?: boolean;
  canReact?: boolean;
  canAddMembers?: boolean;
  silencedUntil?: string | null;
  notify?: string | null;
  mutedUntil?: string | null;
  archivedAt?: string | null;
  pinnedAt?: string | null;
  /** The newest message that this person sees; null: there is none. */
  lastMessageId?: number | null;
  /** Of a direct chat. */
  otherUser?: Partial<Pick<User, 'id' | 'name' | 'avatarUrl'>> | null;
  otherReadSeq?: number | null;
  otherDeliveredSeq?: number | null;
  /** By user id; null: not loaded. */
  members?: PrintedMember[] | null;
}

/** An unbroken stretch: all messages from one seq to another that the person sees. */
export interface PrintedRange {
  from: number;
  /** `from - 1` when it is empty. */
  to: number;
  messages: PrintedMessage[];
}

export type PrintedMessage = Pick<
  Message,
  'id' | 'seq' | 'version' | 'senderId' | 'content' | 'editedAt' | 'deletedAt'
> & {
  reactions: Partial<Reaction>[];
  replyTo?: Partial<ReplyTo> | null;
  /** Of one's own messages: whether anybody has seen it. */
  seen?: boolean;
} & Partial<
    Pick<Message, 'chatId' | 'type' | 'receiverId' | 'clientId' | 'replyToId' | 'metadata' | 'createdAt'>
  >;

export type PrintedMember = Pick<Member, 'userId' | 'role'> &
  Partial<Pick<Member, 'name' | 'avatarUrl' | 'joinedAt' | 'readSeq' | 'deliveredSeq' | 'silencedUntil'>>;

type Fields = readonly [needed: readonly string[], optional: readonly string[]];

const words = (text: string) => text.split(' ');

const STORE: Fields = [words('userId chats'), words('unread inbox partial')];
const CHAT: Fields = [
  words('id version lastSeq readSeq unreadSeq unread unreadMentions ranges'),
  words(
    'type user1Id user2Id title avatarUrl metadata historyVisible memberCount membersVersion lastActivityAt createdAt ' +
      'externalId visibility sending slowModeSeconds addMembers firstSeq retentionDays ' +
      'role blockedByMe canSend canReact canAddMembers silencedUntil notify ' +
      'mutedUntil archivedAt pinnedAt lastMessageId otherUser otherReadSeq otherDeliveredSeq members',
  ),
];
/** Those that a list item of the protocol has under the same name. */
export const ITEM_FIELDS = CHAT.flat().filter(
  (name) => !['ranges', 'lastMessageId', 'otherUser', 'members'].includes(name),
);
const RANGE: Fields = [words('from to messages'), []];
const MESSAGE: Fields = [
  words('id seq version senderId content editedAt deletedAt reactions'),
  words('chatId type receiverId clientId replyToId replyTo metadata createdAt seen'),
];
export const MESSAGE_FIELDS = MESSAGE.flat();
const MEMBER: Fields = [
  words('userId role'),
  words('name avatarUrl joinedAt readSeq deliveredSeq silencedUntil'),
];

/** The store is not printed as it should be. */
export class FormatError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The store is not printed as it should be:\n${faults.join('\n')}`);
    this.name = 'FormatError';
  }
}

/** @throws FormatError that says every place at which a field is missing, unknown or of the wrong kind. */
export function toPrinted(json: unknown): PrintedStore {
  const faults: string[] = [];
  const fields = (value: unknown, path: string, [needed, optional]: Fields): Record<string, unknown> => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      faults.push(`${path}: expected an object`);
      return {};
    }
    const record = value as Record<string, unknown>;
    for (const name of needed) if (record[name] === undefined) faults.push(`${path}.${name}: missing`);
    for (const name of Object.keys(record))
      if (!needed.includes(name) && !optional.includes(name)) faults.push(`${path}.${name}: unknown`);
    return record;
  };
  const list = (value: unknown, path: string): unknown[] => {
    if (Array.isArray(value)) return value;
    if (value !== undefined) faults.push(`${path}: expected a list`);
    return [];
  };
  const numbers = (record: Record<string, unknown>, path: string, names: readonly string[]) => {
    for (const name of names)
      if (record[name] !== undefined && !Number.isSafeInteger(record[name]))
        faults.push(`${path}.${name}: expected a whole number`);
  };

  const store = fields(json, 'store', STORE);
  numbers(store, 'store', ['userId']);
  list(store['inbox'], 'store.inbox');
  for (const [nr, one] of list(store['chats'], 'store.chats').entries()) {
    const path = `store.chats[${nr}]`;
    const chat = fields(one, path, CHAT);
    numbers(chat, path, CHAT[0].slice(0, -1));
    for (const [place, member] of list(chat['members'] ?? undefined, `${path}.members`).entries())
      numbers(fields(member, `${path}.members[${place}]`, MEMBER), `${path}.members[${place}]`, ['userId']);
    for (const [place, stretch] of list(chat['ranges'], `${path}.ranges`).entries()) {
      const at = `${path}.ranges[${place}]`;
      const range = fields(stretch, at, RANGE);
      numbers(range, at, ['from', 'to']);
      for (const [index, message] of list(range['messages'], `${at}.messages`).entries()) {
        const record = fields(message, `${at}.messages[${index}]`, MESSAGE);
        numbers(record, `${at}.messages[${index}]`, ['id', 'seq', 'version']);
        list(record['reactions'], `${at}.messages[${index}].reactions`);
      }
    }
  }
  if (faults.length > 0) throw new FormatError(faults);
  return json as PrintedStore;
}
