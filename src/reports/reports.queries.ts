import type { Statement } from '../database/database.js';

/** The columns of a report, of the table alias `r`. */
const columns = `
  r.id AS "reportId", r."messageId", r."chatId", r."reporterId", r.reason, r.status, r."createdAt", r."updatedAt",
  r.seq, r."senderId", r.content, r.metadata, r."replyToId", r.edits, r."sentAt", r."editedAt"`;

/**
 * `$1` message, `$2` who reports, `$3` reason or null, `$4` at most so many edits, the last: the report with the
 * message as this one statement sees it. No row when there is one of theirs, or no message, or one that was
 * deleted for everyone.
 */
export const addReport: Statement = {
  name: 'reports.add',
  text: `
    INSERT INTO message_reports AS r ("messageId", "reporterId", reason, "chatId", seq, "senderId", content,
      metadata, "replyToId", edits, "sentAt", "editedAt")
    SELECT m.id, $2, $3, m."chatId", m.seq, m."senderId", m.content, m.metadata, m."replyToId", COALESCE((
        SELECT jsonb_agg(
          jsonb_build_object('content', e.content, 'at', to_char(e.at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY e.nr
        )
        FROM (SELECT * FROM message_edits WHERE "messageId" = m.id ORDER BY nr DESC LIMIT $4) e
      ), '[]'), m."createdAt", m."editedAt"
    FROM messages m WHERE m.id = $1 AND m."deletedAt" IS NULL
    ON CONFLICT ("messageId", "reporterId") DO NOTHING
    RETURNING ${columns}`,
};

/** `$1` message, `$2` who reported it. */
export const reportOf: Statement = {
  name: 'reports.of',
  text: `SELECT ${columns} FROM message_reports r WHERE r."messageId" = $1 AND r."reporterId" = $2`,
};

/** `$1` after this report, `$2` at most so many: by id. */
export const reportsAfter: Statement = {
  name: 'reports.after',
  text: `SELECT ${columns} FROM message_reports r WHERE r.id > $1 ORDER BY r.id LIMIT $2`,
};

/** `$1` after this report, `$2` at most so many, `$3` status: by id. */
export const reportsOfStatusAfter: Statement = {
  name: 'reports.ofStatusAfter',
  text: `
    SELECT ${columns} FROM message_reports r WHERE r.status = $3 AND r.id > $1 ORDER BY r.id LIMIT $2`,
};

/** `$1` report, `$2` status: the report, when there is one. */
export const setReportStatus: Statement = {
  name: 'reports.setStatus',
  text: `
    UPDATE message_reports r SET status = $2,
      "updatedAt" = CASE r.status WHEN $2 THEN r."updatedAt" ELSE clock_timestamp() END
    WHERE r.id = $1 RETURNING ${columns}`,
};
