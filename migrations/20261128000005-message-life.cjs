'use strict';

/**
 * What happens to a message after it was sent: edits, reactions, and being deleted by somebody for themselves.
 *
 * These rows are few beside the messages, so they have foreign keys and go with their message.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      -- Each content that a message had before an edit, and when that edit was.
      CREATE TABLE message_edits (
        "messageId" bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
        nr integer NOT NULL,
        content text NOT NULL,
        at timestamptz(3) NOT NULL,
        PRIMARY KEY ("messageId", nr)
      );

      -- One of each emoji for each person. Views read messages.reactions, which is made from these. Microseconds, so
      -- that two of the same moment keep their order.
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
      -- For the cascade from messages, and for sync: what somebody has hidden since.
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
