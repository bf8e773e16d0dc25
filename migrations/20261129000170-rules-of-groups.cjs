'use strict';

/**
 * Rules of groups: who may send, how often, who may add members; and what single members may not do.
 *
 * CHECKs are without validation: the columns are new and have their default, and a validation would read the whole table
 * while nobody can use it.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      ALTER TABLE chats
        ADD COLUMN sending text NOT NULL DEFAULT 'all',
        ADD COLUMN "slowModeSeconds" integer NOT NULL DEFAULT 0,
        ADD COLUMN "addMembers" text NOT NULL DEFAULT 'admins',
        -- Increases with a change of "sending" and "slowModeSeconds", as "membersVersion" does with one of the members:
        -- it tells a writer that waited for this row that the rules it has read are out of date.
        ADD COLUMN "rulesVersion" bigint NOT NULL DEFAULT 0;
      ALTER TABLE chats
        ADD CONSTRAINT chats_sending CHECK (sending IN ('all', 'admins')) NOT VALID,
        ADD CONSTRAINT chats_slow_mode CHECK ("slowModeSeconds" BETWEEN 0 AND 21600) NOT VALID,
        ADD CONSTRAINT chats_add_members CHECK ("addMembers" IN ('admins', 'members')) NOT VALID;

      ALTER TABLE chat_members
        -- The member can neither send, edit nor react until then.
        ADD COLUMN "silencedUntil" timestamptz(3),
        -- Groups: when the member last sent a message, for slow mode.
        ADD COLUMN "lastSentAt" timestamptz(3);

      -- What binds users who are not members: bans, and what they would otherwise escape by leaving and joining again.
      CREATE TABLE chat_restrictions (
        "chatId" bigint NOT NULL REFERENCES chats ON DELETE CASCADE,
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        -- NULL: not banned.
        "bannedAt" timestamptz(3),
        -- NULL: by the application.
        "bannedBy" bigint REFERENCES users ON DELETE SET NULL,
        reason text,
        "silencedUntil" timestamptz(3),
        "lastSentAt" timestamptz(3),
        PRIMARY KEY ("chatId", "userId")
      );
      -- For the deletion of a user.
      CREATE INDEX chat_restrictions_by_user ON chat_restrictions ("userId");
      CREATE INDEX chat_restrictions_by_admin ON chat_restrictions ("bannedBy") WHERE "bannedBy" IS NOT NULL;
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE chat_restrictions;
      ALTER TABLE chat_members DROP COLUMN "silencedUntil", DROP COLUMN "lastSentAt";
      ALTER TABLE chats
        DROP COLUMN sending, DROP COLUMN "slowModeSeconds", DROP COLUMN "addMembers", DROP COLUMN "rulesVersion";
    `);
  },
};
