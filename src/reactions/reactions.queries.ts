import type { Statement } from '../database/database.js';

/** `$1` message, `$2` emoji, `$3` person: a row when it is new. */
export const addReaction: Statement = {
  name: 'reactions.add',
  text: `
    INSERT INTO message_reactions ("messageId", emoji, "userId") VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING RETURNING emoji`,
};

/** `$1` message, `$2` emoji, `$3` person: a row when it was there. */
export const removeReaction: Statement = {
  name: 'reactions.remove',
  text: `
    DELETE FROM message_reactions WHERE "messageId" = $1 AND emoji = $2 AND "userId" = $3 RETURNING emoji`,
};

/**
 * `$1` message, `$2` at most so many people shown with each: writes the message's reactions as views show them,
 * those that came first in front. Answers how many kinds there are.
 */
export const summarise: Statement = {
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
};
