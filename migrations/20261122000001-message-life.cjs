'use strict';

/** Edits, reactions, deletions for oneself, and when a member's watermarks moved. */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      ALTER TABLE messages
        -- Reactions as views show them, made anew whenever one changes.
        ADD COLUMN reactions jsonb,
        -- md5 of what it said when it was sent, from its first change on: a retry of the send is told by it.
        ADD COLUMN "originalHash" text;

      CREATE TABLE message_edits (
        "messageId" bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
        nr integer NOT NULL,
        content text NOT NULL,
        at timestamptz(3) NOT NULL,
        PRIMARY KEY ("messageId", nr)
      );

      CREATE TABLE message_reactions (
        "messageId" bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
        emoji text NOT NULL,
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        "createdAt" timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY ("messageId", emoji, "userId")
      );

      -- Messages that somebody deleted for themselves.
      CREATE TABLE hidden_messages (
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        "messageId" bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
        "chatId" bigint NOT NULL,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY ("userId", "messageId")
      );
      CREATE INDEX hidden_messages_of_message ON hidden_messages ("messageId");
      CREATE INDEX hidden_messages_since ON hidden_messages ("userId", at);

      ALTER TABLE chat_members ADD COLUMN "watermarksAt" timestamptz(3) NOT NULL DEFAULT now();

      -- Answers to commands that carried a key, other than sends: those keep theirs with the message.
      CREATE TABLE idempotency_keys (
        "actorId" bigint NOT NULL,
        key text NOT NULL,
        command text NOT NULL,
        "bodyHash" text NOT NULL,
        answer json,
        "claimedAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY ("actorId", key)
      );
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE idempotency_keys;
      ALTER TABLE chat_members DROP COLUMN "watermarksAt";
      DROP TABLE hidden_messages;
      DROP TABLE message_reactions;
      DROP TABLE message_edits;
      ALTER TABLE messages DROP COLUMN "originalHash", DROP COLUMN reactions;
    `);
  },
};
