'use strict';

/**
 * Changes of a message after it was sent: edits, reactions, and deletions for one user only.
 *
 * These rows are few compared to the messages, so they have foreign keys, and are deleted with their message.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      -- The content of a message before each edit, and the time of the edit.
      CREATE TABLE message_edits (
        "messageId" bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
        nr integer NOT NULL,
        content text NOT NULL,
        at timestamptz(3) NOT NULL,
        PRIMARY KEY ("messageId", nr)
      );

      -- Each user can react once with each emoji. Views read messages.reactions, which is built from these rows.
      -- Microseconds, so that two reactions within a millisecond keep their order.
      CREATE TABLE message_reactions (
        "messageId" bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
        emoji text NOT NULL,
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        "createdAt" timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY ("messageId", emoji, "userId")
      );

      -- Messages that a user deleted for themselves.
      CREATE TABLE hidden_messages (
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        "messageId" bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
        "chatId" bigint NOT NULL,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY ("userId", "messageId")
      );
      -- For the cascade from messages, and for sync: what a user has hidden since a time.
      CREATE INDEX hidden_messages_of_message ON hidden_messages ("messageId");
      CREATE INDEX hidden_messages_since ON hidden_messages ("userId", at);
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE hidden_messages;
      DROP TABLE message_reactions;
      DROP TABLE message_edits;
    `);
  },
};
