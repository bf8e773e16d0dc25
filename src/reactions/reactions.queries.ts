import { statement } from '../database/statement.js';

interface Reaction {
  messageId: number;
  emoji: string;
  userId: number;
}

/** `$1` message, `$2` emoji, `$3` user: 1 when it is new. */
export const addReaction = statement.count({
  name: 'reactions.add',
  text: `
    INSERT INTO message_reactions ("messageId", emoji, "userId") VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING`,
  values: ({ messageId, emoji, userId }: Reaction) => [messageId, emoji, userId],
});

/** `$1` message, `$2` emoji, `$3` user: 1 when it existed. */
export const removeReaction = statement.count({
  name: 'reactions.remove',
  text: `
    DELETE FROM message_reactions WHERE "messageId" = $1 AND emoji = $2 AND "userId" = $3`,
  values: ({ messageId, emoji, userId }: Reaction) => [messageId, emoji, userId],
});

/**
 * `$1` message, `$2` most users shown with each reaction: writes the summary of reactions that views show onto the
 * message, oldest first. Returns how many kinds there are.
 */
export const summarise = statement.one({
  name: 'reactions.summarise',
  text: `
    WITH kinds AS (
      SELECT emoji, count(*) AS count, min("createdAt") AS first,
        (array_agg("userId" ORDER BY "createdAt", "userId"))[1:$2] AS "userIds"
      FROM message_reactions WHERE "messageId" = $1 GROUP BY emoji
    )
    UPDATE messages SET reactions = (
      SELECT jsonb_agg(
        jsonb_build_object('emoji', emoji, 'count', count, 'userIds', "userIds") ORDER BY first, emoji
      ) FROM kinds
    )
    WHERE id = $1 RETURNING COALESCE(jsonb_array_length(reactions), 0) AS kinds`,
  values: ({ messageId, most }: { messageId: number; most: number }) => [messageId, most],
  row: ([kinds]: [number]) => kinds,
});
