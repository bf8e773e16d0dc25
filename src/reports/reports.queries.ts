import { statement } from '../database/statement.js';

interface NewReport {
  messageId: number;
  reporterId: number;
  reason: string | null;
  mostEdits: number;
}

/**
 * `$1` message, `$2` reporter, `$3` reason or null, `$4` how many of the last edits to keep: stores a report with a
 * copy of the message, from one snapshot. Does nothing when the reporter has reported it before, or the message does
 * not exist or was deleted for everyone.
 */
export const addReport = statement.count({
  name: 'reports.add',
  text: `
    INSERT INTO message_reports ("messageId", "reporterId", reason, "chatId", seq, "senderId", content,
      metadata, "replyToId", edits, "sentAt", "editedAt")
    SELECT m.id, $2, $3, m."chatId", m.seq, m."senderId", m.content, m.metadata, m."replyToId", COALESCE((
        SELECT jsonb_agg(
          jsonb_build_object('content', e.content, 'at', to_char(e.at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY e.nr
        )
        FROM (SELECT * FROM message_edits WHERE "messageId" = m.id ORDER BY nr DESC LIMIT $4) e
      ), '[]'), m."createdAt", m."editedAt"
    FROM messages m WHERE m.id = $1 AND m."deletedAt" IS NULL
    ON CONFLICT ("messageId", "reporterId") DO NOTHING`,
  values: ({ messageId, reporterId, reason, mostEdits }: NewReport) => [
    messageId,
    reporterId,
    reason,
    mostEdits,
  ],
});
