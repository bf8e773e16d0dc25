import type { MessageView, ReactionsChangedView, ReactionView, ReplyToView } from '../../contract/index.js';
import type { MessageRow } from '../../database/models/message.model.js';

/** Most UTF-16 code units of an excerpt. */
const MAX_EXCERPT = 160;

/** What is shown with messages besides their rows. */
export interface Shown {
  /** The messages that are replied to, by id, as far as they may be shown. */
  replies: ReadonlyMap<number, ReplyToView>;
  /** Whose reactions are marked, and those of theirs that the messages themselves do not tell; null: nobody's. */
  own: { userId: number; among: ReadonlySet<string> } | null;
}

/** A reaction of a person, in {@link Shown}. */
export const reactionKey = (messageId: number, emoji: string) => `${messageId} ${emoji}`;

/** The message that is replied to, as it is when it is read. */
export function toReplyTo(row: {
  messageId: number;
  seq: number;
  senderId: number | null;
  text: string;
  deleted: boolean;
}): ReplyToView {
  const { messageId, seq, senderId, text, deleted } = row;
  return { messageId, seq, senderId, excerpt: excerptOf(text), deleted };
}

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The beginning of a text, up to the last character that fits as it is seen. */
export function excerptOf(text: string): string {
  if (text.length <= MAX_EXCERPT) return text;
  const { index } = segments.segment(text).containing(MAX_EXCERPT)!;
  // A single character as it is seen may have any number of code units.
  return text.slice(0, index || MAX_EXCERPT).toWellFormed();
}

/** The reactions of a message, marked for the reader if there is one. */
export function shownReactions({ id, reactions }: MessageRow, own: Shown['own']): ReactionView[] {
  if (reactions === null) return [];
  if (own === null) return reactions;
  const { userId, among } = own;
  return reactions.map(({ emoji, count, userIds }) => ({
    emoji,
    count,
    userIds,
    mine: userIds.includes(userId) || among.has(reactionKey(id, emoji)),
  }));
}

/** An emoji without the selector of its form: what tells one reaction from another. */
const bare = (emoji: string) => emoji.replaceAll('\uFE0F', '');

/** A change of the reactions of a message. The emoji is spelled as the message has it. */
export function toReactionsChanged(
  { id: messageId, chatId, seq, version, reactions }: Omit<MessageView, 'content'>,
  { by, emoji, added }: { by: number; emoji: string; added: boolean },
): ReactionsChangedView {
  const spelled = reactions.find((reaction) => bare(reaction.emoji) === bare(emoji))?.emoji ?? emoji;
  return { messageId, chatId, seq, version, by, emoji: spelled, added, reactions };
}
