import { isThere } from '../chats/membership.queries.js';
import type { Directory } from '../config/environment.js';
import type { ReportView } from '../contract/index.js';
import { chatColumns, chatRow } from '../database/models/chat.model.js';
import { userColumns, userRow } from '../database/models/user.model.js';
import { statement } from '../database/statement.js';
import { EDITS_KEPT } from '../messages/changes/change.queries.js';
import { lastEdits } from '../messages/deleted-contents.queries.js';
import { saidBy } from '../messages/streamed.queries.js';
import { shareChat } from '../users/directory/finds.queries.js';

interface NewReport {
  messageId: number;
  reporterId: number;
  reason: string | null;
  keepMs: number;
}

/**
 * `$1` message, `$2` reporter, `$3` reason or null, `$4` milliseconds for which deleted messages can be reported: stores
 * a report with a copy of the message, from one snapshot; of one that grows, with what is written so far; of one that its sender deleted, with what it said, if the
 * reporter was a member then and is somebody else. Does nothing when the reporter has reported it before, or the message
 * does not exist or was deleted for everyone longer ago, or by somebody else.
 */
export const addReport = statement.count({
  name: 'reports.add',
  text: `
    INSERT INTO message_reports ("messageId", "reporterId", reason, "chatId", seq, "senderId", content,
      metadata, "replyToId", edits, "sentAt", "editedAt", "deletedAt")
    SELECT m.id, $2, $3, m."chatId", m.seq, m."senderId", COALESCE(k.content, ${saidBy('m')}),
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

/**
 * `$1` user, `$2` reporter, `$3` DIRECTORY: the user as they are, if the reporter finds them or shares a chat with them. Not
 * somebody erased.
 */
export const userToReport = statement.oneOrNone({
  name: 'reports.userToReport',
  text: `
    SELECT ${userColumns.of('u')} FROM users u
    WHERE u.id = $1 AND u."erasedAt" IS NULL AND ($3::text = 'all' OR ${shareChat('$2::bigint', 'u.id', 'false')})`,
  values: ({
    userId,
    reporterId,
    directory,
  }: {
    userId: number;
    reporterId: number;
    directory: Directory;
  }) => [userId, reporterId, directory],
  row: userRow,
});

interface NewUserReport {
  userId: number;
  reporterId: number;
  reason: string | null;
  shown: ReportView['user'];
}

/**
 * `$1` user, `$2` reporter, `$3` reason or null, `$4` what the user shows: stores a report. Does nothing when the reporter has
 * reported them before. The lock keeps it out of the way of an erasure: that one finds it, or it finds nobody.
 */
export const addUserReport = statement.count({
  name: 'reports.addOfUser',
  text: `
    INSERT INTO message_reports (kind, "reportedUserId", "reporterId", reason, shown)
    SELECT 'user', u.id, $2::bigint, $3, $4::jsonb FROM (
      SELECT id FROM users WHERE id = $1 AND "erasedAt" IS NULL FOR SHARE
    ) u
    ON CONFLICT ("reportedUserId", "reporterId") WHERE kind = 'user' DO NOTHING`,
  values: ({ userId, reporterId, reason, shown }: NewUserReport) => [
    userId,
    reporterId,
    reason,
    JSON.stringify(shown),
  ],
});

/** `$1` chat, `$2` reporter: the chat as it is, if the reporter is a member of it, invited to it, or it is public. */
export const chatToReport = statement.oneOrNone({
  name: 'reports.chatToReport',
  text: `
    SELECT ${chatColumns.of('c')} FROM chats c
    WHERE c.id = $1 AND (
      c.visibility = 'public'
      OR EXISTS (
        SELECT 1 FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = $2 AND ${isThere('c', 'm')}
      )
      OR EXISTS (
        SELECT 1 FROM chat_invitations i WHERE i."chatId" = c.id AND i."userId" = $2 AND NOT i.withheld
      )
    )`,
  values: ({ chatId, reporterId }: { chatId: number; reporterId: number }) => [chatId, reporterId],
  row: chatRow,
});

interface NewChatReport {
  chatId: number;
  reporterId: number;
  reason: string | null;
  shown: ReportView['chat'];
}

/**
 * `$1` chat, `$2` reporter, `$3` reason or null, `$4` what the chat is: stores a report. Does nothing when the reporter has
 * reported it before.
 */
export const addChatReport = statement.count({
  name: 'reports.addOfChat',
  text: `
    INSERT INTO message_reports (kind, "chatId", "reporterId", reason, shown)
    VALUES ('chat', $1, $2, $3, $4::jsonb)
    ON CONFLICT ("chatId", "reporterId") WHERE kind = 'chat' DO NOTHING`,
  values: ({ chatId, reporterId, reason, shown }: NewChatReport) => [
    chatId,
    reporterId,
    reason,
    JSON.stringify(shown),
  ],
});
