import { idOf, type Who } from './faults/identity.js';
import type { ChatRows, MemberRow, MessageRow, ReactionRow } from './tables.js';
import type { Chat, ChatListItem, Member, Message, Reaction, ReplyTo, Watermark } from '@chat-api/client';

/** Most characters of the message that a reply is to. */
const EXCERPT = 160;

/** The server's own keys of messages begin with it; they are not shown. */
const OWN_KEY = ' ';

/** What a member is in a chat, and may do there. */
export type Place = Pick<
  ChatListItem,
  'role' | 'blockedByMe' | 'canSend' | 'canReact' | 'canAddMembers' | 'silencedUntil'
>;

/** What one member sees of the chat, and what it keeps for them. */
export interface Seen {
  /** false: they have deleted the chat for themselves, and nothing has come since. */
  there: boolean;
  /** Whether it is in their list of chats: they have neither deleted nor cleared it since its last message. */
  listed: boolean;
  /** The messages that they see, in order; with `mine` at reactions, and `replyTo` as far as they see it. */
  messages: Message[];
  /** How far they are, with their unread counts. */
  watermark: Required<Watermark>;
  mutedUntil: string | null;
  archivedAt: string | null;
  pinnedAt: string | null;
  notify: 'all' | 'mentions' | 'none' | null;
  /** What they are in the chat, and may do there. */
  place: Place;
  /** Ids of the messages that they have deleted for themselves. */
  hidden: number[];
}

/** A chat as the tables have it, all at one moment. */
export class Truth {
  readonly chat: Chat;
  /** By user id. */
  readonly members: Member[];
  /** All of them in order, as the application sees them. */
  readonly messages: Message[];
  /** How far each member is, with their unread counts; by user id. */
  readonly watermarks: Required<Watermark>[];
  /** One for each person, emoji and message. */
  readonly reactions: ReactionRow[];
  /** Who has deleted which message for themselves. */
  readonly hidden: { userId: number; messageId: number }[];

  constructor(private readonly rows: ChatRows) {
    const { chat, members, messages, reactions, hidden } = rows;
    this.chat = {
      ...chat,
      chatId: chat.id,
      lastActivityAt: text(chat.lastActivityAt),
      createdAt: text(chat.createdAt),
    };
    this.members = members.map((row) => toMember(row, null));
    this.messages = messages.map((row) => this.message(row, null));
    this.watermarks = members.map((member) => this.watermark(member));
    this.reactions = reactions;
    this.hidden = hidden;
  }

  /**
   * What a member sees.
   *
   * @throws Error when they are no member.
   */
  as(who: Who): Seen {
    const userId = idOf(who);
    const member = this.rows.members.find((one) => one.userId === userId);
    if (!member) throw new Error(`User ${userId} is no member of chat ${this.chat.id}.`);
    const { mutedUntil, archivedAt, pinnedAt, goneUpTo, hiddenUpTo } = member;
    const isAfter = (seq: number | null) => seq === null || seq < this.chat.lastSeq;
    return {
      there: isAfter(goneUpTo),
      listed: isAfter(goneUpTo) && isAfter(hiddenUpTo),
      messages: this.rows.messages
        .filter((row) => this.sees(member, row))
        .map((row) => this.message(row, member)),
      watermark: this.watermark(member),
      mutedUntil: textOrNull(mutedUntil),
      archivedAt: textOrNull(archivedAt),
      pinnedAt: textOrNull(pinnedAt),
      notify: member.notify,
      place: this.place(member),
      hidden: this.hidden.filter((one) => one.userId === userId).map(({ messageId }) => messageId),
    };
  }

  private sees({ userId, seesAfter, clearedSeq }: MemberRow, { id, seq }: MessageRow): boolean {
    if (seq <= Math.max(seesAfter, clearedSeq ?? 0)) return false;
    return !this.rows.hidden.some((one) => one.userId === userId && one.messageId === id);
  }

  /** By the rules and the blocks of this moment, and this machine's clock. */
  private place({ userId, role, silencedUntil }: MemberRow): Place {
    const { chat, blocks } = this.rows;
    const isDirect = chat.type === 'direct';
    const ranks = role !== 'member';
    const isSilenced = silencedUntil !== null && silencedUntil.getTime() > Date.now();
    const canReact = !isSilenced && !blocks.user1Blocks && !blocks.user2Blocks;
    return {
      role,
      blockedByMe: isDirect && (userId === chat.user1Id ? blocks.user1Blocks : blocks.user2Blocks),
      canSend: canReact && !blocks.closed && (chat.sending === 'all' || ranks),
      canReact,
      canAddMembers: !isDirect && (chat.addMembers === 'members' || ranks),
      silencedUntil: textOrNull(silencedUntil),
    };
  }

  private message(row: MessageRow, reader: MemberRow | null): Message {
    const { chat, members } = this.rows;
    return {
      id: row.id,
      chatId: chat.id,
      seq: row.seq,
      version: row.version,
      type: row.type,
      senderId: row.senderId,
      receiverId: row.senderId === null ? null : chat.user1Id === row.senderId ? chat.user2Id : chat.user1Id,
      content: row.content,
      seen: members.some(
        ({ userId, readSeq, seesAfter }) =>
          userId !== row.senderId && readSeq >= row.seq && seesAfter < row.seq,
      ),
      clientId: row.clientId?.startsWith(OWN_KEY) ? null : row.clientId,
      replyToId: row.replyToId,
      replyTo: this.replyTo(row, reader),
      metadata: row.metadata,
      reactions: (row.reactions ?? []).map((reaction) => this.reaction(row, reaction, reader)),
      createdAt: text(row.createdAt),
      editedAt: textOrNull(row.editedAt),
      deletedAt: textOrNull(row.deletedAt),
    };
  }

  private replyTo({ replyToId }: MessageRow, reader: MemberRow | null): ReplyTo | null {
    const to = replyToId === null ? undefined : this.rows.messages.find(({ id }) => id === replyToId);
    if (!to || (reader && !this.sees(reader, to))) return null;
    const { id: messageId, seq, senderId, content, deletedAt } = to;
    return { messageId, seq, senderId, excerpt: excerptOf(content), deleted: deletedAt !== null };
  }

  private reaction({ id }: MessageRow, reaction: Reaction, reader: MemberRow | null): Reaction {
    if (!reader) return reaction;
    const { emoji, count, userIds } = reaction;
    const mine = this.rows.reactions.some(
      (one) => one.messageId === id && one.userId === reader.userId && bare(one.emoji) === bare(emoji),
    );
    return { emoji, count, userIds, mine };
  }

  /** Unread messages are counted here, one by one; the server computes them. */
  private watermark({ userId, readSeq, deliveredSeq, unreadSeq }: MemberRow): Required<Watermark> {
    const { chat, messages, mentions } = this.rows;
    return {
      chatId: chat.id,
      userId,
      readSeq,
      deliveredSeq,
      unread: messages.filter((one) => one.seq > unreadSeq && one.senderId !== userId && !one.quiet).length,
      unreadMentions: mentions.filter((one) => one.userId === userId && one.seq > unreadSeq).length,
      unreadSeq,
    };
  }
}

function toMember(row: MemberRow, reader: number | null): Member {
  const { userId, role, readSeq, deliveredSeq, joinedAt, name, avatarUrl, silencedUntil } = row;
  return {
    userId,
    role,
    readSeq,
    deliveredSeq,
    joinedAt: text(joinedAt),
    name,
    avatarUrl,
    externalId: reader === null || reader === userId ? row.externalId : null,
    silencedUntil: textOrNull(silencedUntil),
  };
}

const text = (date: Date) => date.toISOString();

const textOrNull = (date: Date | null) => date && text(date);

/** Emoji that differ only in the selector of their form, U+FE0F, are one reaction. */
const bare = (emoji: string) => emoji.replaceAll('\uFE0F', '');

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The beginning of a text, up to the last character that fits as it is seen. */
function excerptOf(content: string): string {
  if (content.length <= EXCERPT) return content;
  const { index } = segments.segment(content).containing(EXCERPT)!;
  return content.slice(0, index || EXCERPT);
}
