'use strict';

/**
 * Reports of people and chats, beside those of messages and in one queue with them: `kind` says what a report is about.
 *
 * What the version before requires of a row has a default, so it can list those reports: as ones of an empty message.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      ALTER TABLE message_reports
        ADD COLUMN kind text NOT NULL DEFAULT 'message' CHECK (kind IN ('message', 'user', 'chat')),
        -- The user whom it is about.
        ADD COLUMN "reportedUserId" bigint,
        -- What the user or chat showed of itself when it was reported.
        ADD COLUMN shown jsonb,
        -- What the application has to say about it, and who of its people worked it off.
        ADD COLUMN note text,
        ADD COLUMN "handledBy" text,
        ALTER COLUMN "messageId" DROP NOT NULL,
        ALTER COLUMN "chatId" DROP NOT NULL,
        ALTER COLUMN seq SET DEFAULT 0,
        ALTER COLUMN content SET DEFAULT '',
        ALTER COLUMN edits SET DEFAULT '[]',
        ALTER COLUMN "sentAt" SET DEFAULT clock_timestamp();

      -- A user can report a user, and a chat, once.
      CREATE UNIQUE INDEX message_reports_user_once ON message_reports ("reportedUserId", "reporterId")
        WHERE kind = 'user';
      CREATE UNIQUE INDEX message_reports_chat_once ON message_reports ("chatId", "reporterId") WHERE kind = 'chat';
      CREATE INDEX message_reports_by_kind ON message_reports (kind, status, id);
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DELETE FROM message_reports WHERE kind <> 'message';
      ALTER TABLE message_reports
        DROP COLUMN kind,
        DROP COLUMN "reportedUserId",
        DROP COLUMN shown,
        DROP COLUMN note,
        DROP COLUMN "handledBy",
        ALTER COLUMN "messageId" SET NOT NULL,
        ALTER COLUMN "chatId" SET NOT NULL,
        ALTER COLUMN seq DROP DEFAULT,
        ALTER COLUMN content DROP DEFAULT,
        ALTER COLUMN edits DROP DEFAULT,
        ALTER COLUMN "sentAt" DROP DEFAULT;
    `);
  },
};
