import type { MessageRow } from '../database/models/message.model.js';
import type { Runner } from '../database/statement.js';
import { reactionKey, type Shown, toReplyTo } from '../messages/model/shown.js';
import { ownReactions, repliedFor, repliedForAll, type RepliedRow } from './shown.queries.js';

/** What of a message decides whether anything has to be looked up. */
type Looked = Pick<MessageRow, 'id' | 'replyToId' | 'reactions'>;

/**
 * What a reader is shown with these messages. No statement when none is a reply, and each reaction shows all who have
 * it. `userId`: null is the application.
 */
export async function shownTo(
  runner: Runner,
  userId: number | null,
  messages: readonly Looked[],
): Promise<Shown> {
  const ids = repliedIn(messages);
  const replied = ids.length === 0 ? [] : await repliedFor(runner, { userId, ids });
  return { replies: byId(replied), own: await ownReactionsIn(runner, userId, messages) };
}

/** What all members of its chat may be shown with a message. */
export async function shownToAll(runner: Runner, messages: readonly Looked[]): Promise<Shown> {
  const ids = repliedIn(messages);
  return { replies: byId(ids.length === 0 ? [] : await repliedForAll(runner, ids)), own: null };
}

const repliedIn = (messages: readonly Looked[]): number[] => [
  ...new Set(messages.flatMap(({ replyToId }) => replyToId ?? [])),
];

const byId = (rows: readonly RepliedRow[]): Shown['replies'] =>
  new Map(rows.map((row) => [row.messageId, toReplyTo(row)]));

/** Whose reactions are marked in these messages. A statement only where a message does not tell all who reacted. */
export async function ownReactionsIn(
  runner: Runner,
  userId: number | null,
  messages: readonly Looked[],
): Promise<Shown['own']> {
  if (userId === null) return null;
  const unclear = messages.flatMap(({ id, reactions }) =>
    (reactions ?? [])
      .filter(({ count, userIds }) => count > userIds.length && !userIds.includes(userId))
      .map(({ emoji }) => ({ id, emoji })),
  );
  if (unclear.length === 0) return { userId, among: new Set() };
  const own = await ownReactions(runner, {
    userId,
    messageIds: unclear.map(({ id }) => id),
    emoji: unclear.map(({ emoji }) => emoji),
  });
  return { userId, among: new Set(own.map(({ messageId, emoji }) => reactionKey(messageId, emoji))) };
}
