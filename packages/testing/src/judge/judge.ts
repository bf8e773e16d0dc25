import type { Account, TrueChat } from './account.js';
import { type Difference, Differences } from './compare.js';
import type { PrintedChat, PrintedMember, PrintedMessage, PrintedRange, PrintedStore } from './printed.js';

/** In what a printed store differs from what the tables have for that person. None: it is equal. */
export function judge(store: PrintedStore, account: Account): Difference[] {
  const differences = new Differences();
  if (store.userId !== account.userId) differences.field('store', 'userId', store.userId, account.userId);
  const listed = [...account.chats.values()].filter(({ seen }) => seen.listed);
  const printed = new Map<number, PrintedChat>();
  for (const chat of store.chats) {
    const where = `chat ${chat.id}`;
    if (printed.has(chat.id)) differences.add(where, 'it is in the store twice', { store: chat });
    printed.set(chat.id, chat);
    const known = account.chats.get(chat.id);
    if (!known) differences.add(where, 'it is in the store, and no chat of this person', { store: chat });
    else if (!known.seen.listed)
      differences.add(where, 'it is in the store, and this person has deleted or cleared it', {
        store: chat,
      });
    else judgeChat(differences, chat, known, account.userId);
  }
  for (const { truth } of store.partial ? [] : listed)
    if (!printed.has(truth.chat.id))
      differences.add(`chat ${truth.chat.id}`, 'it is missing in the store', { tables: truth.chat });
  if (store.unread) differences.fields('unread messages of all chats', store.unread, totalsOf(account));
  if (store.inbox) {
    const inbox = inboxOf(listed).filter((id) => !store.partial || store.inbox!.includes(id));
    differences.fields('store', { inbox: store.inbox }, { inbox });
  }
  return differences.all;
}

function judgeChat(differences: Differences, chat: PrintedChat, { truth, seen }: TrueChat, me: number): void {
  const where = `chat ${chat.id}`;
  const { ranges, members, ...fields } = chat;
  const otherId = truth.chat.user1Id === me ? truth.chat.user2Id : truth.chat.user1Id;
  const other = truth.members.find(({ userId }) => userId === otherId);
  const { unread, unreadMentions, unreadSeq, readSeq } = seen.watermark;
  differences.fields(
    where,
    fields,
    {
      ...truth.chat,
      unread,
      unreadMentions,
      unreadSeq,
      readSeq,
      ...seen.place,
      notify: seen.notify,
      mutedUntil: seen.mutedUntil,
      archivedAt: seen.archivedAt,
      pinnedAt: seen.pinnedAt,
      lastMessageId: seen.messages.at(-1)?.id ?? null,
      otherUser: other ? { id: other.userId, name: other.name, avatarUrl: other.avatarUrl } : null,
      otherReadSeq: other?.readSeq ?? null,
      otherDeliveredSeq: other?.deliveredSeq ?? null,
    },
    ['metadata'],
  );
  judgeRanges(differences, where, ranges, truth.chat.lastSeq);
  for (const range of ranges) judgeMessages(differences, where, range, seen.messages, me);
  if (members) judgeMembers(differences, where, members, truth.members);
}

/** Stretches are apart from each other and in order, and the last one has the newest message. */
function judgeRanges(
  differences: Differences,
  where: string,
  ranges: readonly PrintedRange[],
  lastSeq: number,
): void {
  let end = 0;
  for (const { from, to } of ranges) {
    if (from <= end || to < from - 1)
      differences.add(where, `the range ${from} to ${to} is out of order, or overlaps the one before it`);
    end = Math.max(end, to);
  }
  const last = ranges.at(-1);
  if (last && last.to !== lastSeq) differences.field(where, 'the end of the last range', last.to, lastSeq);
}

function judgeMessages(
  differences: Differences,
  chat: string,
  { from, to, messages }: PrintedRange,
  visible: TrueChat['seen']['messages'],
  me: number,
): void {
  const right = new Map(visible.filter(({ seq }) => from <= seq && seq <= to).map((one) => [one.id, one]));
  const printed = new Set<number>();
  let before = from - 1;
  for (const message of messages) {
    const where = nameOf(chat, message);
    const known = right.get(message.id);
    if (printed.has(message.id)) differences.add(where, 'it is in the store twice', { store: message });
    else if (!known)
      differences.add(where, `it is in the store, and not in what this person sees from ${from} to ${to}`, {
        store: message,
      });
    else {
      if (message.seq <= before) differences.add(where, `it stands after the message with seq ${before}`);
      before = message.seq;
      const { seen, ...fields } = message;
      // Whether others have seen what others wrote is not told.
      const shown = seen !== undefined && message.senderId === me ? { ...fields, seen } : fields;
      differences.fields(where, shown, known, ['metadata']);
    }
    printed.add(message.id);
  }
  for (const message of right.values())
    if (!printed.has(message.id))
      differences.add(nameOf(chat, message), 'it is missing in the store', { tables: message });
}

const nameOf = (chat: string, { id, seq }: Pick<PrintedMessage, 'id' | 'seq'>) =>
  `${chat}, message ${id} (seq ${seq})`;

function judgeMembers(
  differences: Differences,
  chat: string,
  members: readonly PrintedMember[],
  right: TrueChat['truth']['members'],
): void {
  const printed = new Map(members.map((one) => [one.userId, one]));
  for (const [userId, member] of printed) {
    const known = right.find((one) => one.userId === userId);
    if (known) differences.fields(`${chat}, member ${userId}`, member, known);
    else
      differences.add(`${chat}, member ${userId}`, 'they are in the store, and no member', { store: member });
  }
  for (const member of right)
    if (!printed.has(member.userId))
      differences.add(`${chat}, member ${member.userId}`, 'they are missing in the store', {
        tables: member,
      });
}

/** Unread messages of all chats, counted one by one. */
function totalsOf({ chats }: Account) {
  const totals = { total: 0, mentions: 0, totalUnmuted: 0, badge: 0 };
  for (const { seen } of chats.values()) {
    const { unread, unreadMentions } = seen.watermark;
    totals.total += unread;
    totals.mentions += unreadMentions;
    const muted = seen.mutedUntil !== null && Date.parse(seen.mutedUntil) > Date.now();
    if (seen.archivedAt !== null) continue;
    if (!muted) totals.totalUnmuted += unread;
    totals.badge += muted ? unreadMentions : unread;
  }
  return totals;
}

function inboxOf(listed: readonly TrueChat[]): number[] {
  return listed
    .filter(({ seen }) => seen.archivedAt === null)
    .sort((one, other) => {
      const pinned = Number(other.seen.pinnedAt !== null) - Number(one.seen.pinnedAt !== null);
      const later = Date.parse(other.truth.chat.lastActivityAt) - Date.parse(one.truth.chat.lastActivityAt);
      return pinned || later || other.truth.chat.id - one.truth.chat.id;
    })
    .map(({ truth }) => truth.chat.id);
}
