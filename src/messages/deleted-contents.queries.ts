import { statement } from '../database/statement.js';

/** SQL: the last edits of a message, oldest first, as JSON; `most` is a parameter or a number. */
export const lastEdits = (message: string, most: string) => `
      COALESCE((
        SELECT jsonb_agg(
          jsonb_build_object('content', e.content, 'at', to_char(e.at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY e.nr
        )
        FROM (SELECT * FROM message_edits WHERE "messageId" = ${message} ORDER BY nr DESC LIMIT ${most}) e
      ), '[]')`;

/** `$1` milliseconds, `$2` limit: removes contents that were deleted longer ago, and skips what others are removing. */
export const removeDeletedContents = statement.count({
  name: 'messages.removeDeletedContents',
  text: `
    DELETE FROM deleted_contents WHERE "messageId" IN (
      SELECT "messageId" FROM deleted_contents
      WHERE at <= clock_timestamp() - $1 * interval '1 millisecond'
      ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
    )`,
  values: ({ keepMs, most }: { keepMs: number; most: number }) => [keepMs, most],
});
