'use strict';

/** Groups: what members see of the past, how many they are, system messages, mentions. */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      ALTER TABLE chats
        -- Two in a direct chat.
        ADD COLUMN "memberCount" integer NOT NULL DEFAULT 2,
        -- Who made a group, and with which key: the same again finds it.
        ADD COLUMN "creationKey" text;
      CREATE UNIQUE INDEX chats_creation_key ON chats ("creationKey") WHERE "creationKey" IS NOT NULL;
      UPDATE chats c SET "memberCount" = (SELECT count(*) FROM chat_members m WHERE m."chatId" = c.id)
      WHERE type = 'group';

      ALTER TABLE chat_members
        -- Sees the messages after this seq; settled when they join. 0: all.
        ADD COLUMN "seesAfter" bigint NOT NULL DEFAULT 0,
        -- When they last muted, archived or pinned the chat.
        ADD COLUMN "settingsAt" timestamptz(3) NOT NULL DEFAULT now();
      COMMENT ON COLUMN chat_members.version IS 'The version of the chat at which they joined.';
      CREATE UNIQUE INDEX chat_members_owner ON chat_members ("chatId") WHERE role = 'owner';

      ALTER TABLE messages
        ADD COLUMN type text NOT NULL DEFAULT 'text' CHECK (type IN ('text', 'system'));

      -- Who is mentioned by which message; only messages that mention somebody have rows here.
      CREATE TABLE message_mentions (
        "chatId" bigint NOT NULL REFERENCES chats ON DELETE CASCADE,
        "userId" bigint NOT NULL,
        seq bigint NOT NULL,
        PRIMARY KEY ("chatId", "userId", seq)
      );
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE message_mentions;
      ALTER TABLE messages DROP COLUMN type;
      DROP INDEX chat_members_owner;
      COMMENT ON COLUMN chat_members.version IS NULL;
      ALTER TABLE chat_members DROP COLUMN "settingsAt", DROP COLUMN "seesAfter";
      ALTER TABLE chats DROP COLUMN "creationKey", DROP COLUMN "memberCount";
    `);
  },
};
