import { EDITS_KEPT } from '../messages/changes/change.queries.js';
import { lastEdits } from '../messages/deleted-contents.queries.js';
import { statement } from '../database/statement.js';

interface NewReport {
  messageId: number;
  reporterId: number;
  reason: string | null;
  keepMs: number;
}

/**
 * `$1` message, `$2` reporter, `$3` reason or null, `$4` milliseconds for which deleted messages can be reported: stores
 * a report with a copy of the message, from one snapshot; of one that its sender deleted, with what it said, if the
 * reporter was a member then and is somebody else. Does nothing when the reporter has reported it before, or the message
 * does not exist or was deleted for everyone longer ago, or by somebody else.
 */
export const addReport = statement.count({
  name: 'reports.add',
  text: `
    INSERT INTO message_reports ("messageId", "reporterId", reason, "chatId", seq, "senderId", content,
      metadata, "replyToId", edits, "sentAt", "editedAt", "deletedAt")
    SELECT m.id, $2, $3, m."chatId", m.seq, m."senderId", COALESCE(k.content, m.content),
      CASE WHEN k."messageId" IS NULL THEN m.metadata ELSE k.metadata END, m."replyToId",
      COALESCE(k.edits, ${lastEdits('m.id', String(EDITS_KEPT))}), m."createdAt", m."editedAt", k.at
    FROM messages m LEFT JOIN LATERAL (
      SELECT * FROM deleted_contents d
      WHERE d."messageId" = m.id AND d.at > clock_timestamp() - $4 * interval '1 millisecond' AND m."senderId" <> $2
        AND EXISTS (
          SELECT 1 FROM chat_members w WHERE w."chatId" = m."chatId" AND w."userId" = $2 AND w."joinedAt" <= d.at
        )
      LIMIT 1
    ) k ON true
    WHERE m.id = $1 AND (m."deletedAt" IS NULL OR k."messageId" IS NOT NULL)
    ON CONFLICT ("messageId", "reporterId") DO NOTHING`,
  values: ({ messageId, reporterId, reason, keepMs }: NewReport) => [messageId, reporterId, reason, keepMs],
});
