import { bareEmoji } from '../chats/shown.queries.js';
import { statement } from '../database/statement.js';

interface Reaction {
  messageId: number;
  emoji: string;
  userId: number;
}

/** SQL: reactions to the message `$1` with the emoji `$2`, whichever form it was given in. */
const sameReactions = (reaction: string) =>
  `${reaction}."messageId" = $1 AND ${bareEmoji(`${reaction}.emoji`)} = ${bareEmoji('$2')}`;

/** `$1` message, `$2` emoji, `$3` user: 1 when it is new. It is spelled as the first one like it. */
export const addReaction = statement.count({
  name: 'reactions.add',
  text: `
    INSERT INTO message_reactions ("messageId", emoji, "userId")
    SELECT $1, COALESCE(
      (SELECT s.emoji FROM message_reactions s WHERE ${sameReactions('s')} ORDER BY s."createdAt", s."userId" LIMIT 1), $2
    ), $3
    WHERE NOT EXISTS (SELECT 1 FROM message_reactions s WHERE ${sameReactions('s')} AND s."userId" = $3)`,
  values: ({ messageId, emoji, userId }: Reaction) => [messageId, emoji, userId],
});

/** `$1` message, `$2` emoji, `$3` user: none when it did not exist. */
export const removeReaction = statement.count({
  name: 'reactions.remove',
  text: `DELETE FROM message_reactions s WHERE ${sameReactions('s')} AND s."userId" = $3`,
  values: ({ messageId, emoji, userId }: Reaction) => [messageId, emoji, userId],
});

interface Summary {
  messageId: number;
  /** Most users shown with each reaction. */
  most: number;
  userId: number;
}

/**
 * `$1` message, `$2` most users shown with each reaction, `$3` user: writes the summary of reactions that views show
 * onto the message, oldest first. Returns how many kinds there are, and how many are the user's.
 */
export const summarise = statement.one({
  name: 'reactions.summarise',
  text: `
    WITH people AS (
      SELECT DISTINCT ON (bare, "userId") * FROM (
        SELECT *, ${bareEmoji('emoji')} AS bare FROM message_reactions WHERE "messageId" = $1
      ) r ORDER BY bare, "userId", "createdAt"
    ), kinds AS (
      SELECT (array_agg(emoji ORDER BY "createdAt", "userId"))[1] AS emoji, count(*) AS count,
        min("createdAt") AS first, (array_agg("userId" ORDER BY "createdAt", "userId"))[1:$2] AS "userIds"
      FROM people GROUP BY bare
    )
    UPDATE messages SET reactions = (
      SELECT jsonb_agg(
        jsonb_build_object('emoji', emoji, 'count', count, 'userIds', "userIds") ORDER BY first, emoji COLLATE "C"
      ) FROM kinds
    )
    WHERE id = $1
    RETURNING COALESCE(jsonb_array_length(reactions), 0) AS kinds,
      (SELECT count(*) FROM people WHERE "userId" = $3) AS own`,
  values: ({ messageId, most, userId }: Summary) => [messageId, most, userId],
  row: ([kinds, own]: [number, number]) => ({ kinds, own }),
});
