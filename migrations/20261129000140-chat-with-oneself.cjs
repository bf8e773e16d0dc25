'use strict';

/**
 * A direct chat may have the same user twice: a chat with oneself, for notes. It has one member.
 *
 * The rows that are there keep the stricter rule, so checking them again needs no lock that senders would wait for.
 */
const rule = (users) => `
  CHECK (CASE type
    WHEN 'direct' THEN "user1Id" IS NOT NULL AND "user2Id" IS NOT NULL ${users}
    ELSE "user1Id" IS NULL AND "user2Id" IS NULL
  END)`;

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(
      `ALTER TABLE chats DROP CONSTRAINT chats_check, ADD CONSTRAINT chats_check ${rule('')} NOT VALID`,
    );
    await queryInterface.sequelize.query('ALTER TABLE chats VALIDATE CONSTRAINT chats_check');
  },

  /** Chats with oneself are deleted: before this migration there were none. */
  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      WITH gone AS (DELETE FROM chats WHERE "user1Id" = "user2Id" RETURNING id),
      messages AS (DELETE FROM messages WHERE "chatId" IN (SELECT id FROM gone) RETURNING id),
      edits AS (DELETE FROM message_edits WHERE "messageId" IN (SELECT id FROM messages)),
      reactions AS (DELETE FROM message_reactions WHERE "messageId" IN (SELECT id FROM messages))
      DELETE FROM hidden_messages WHERE "messageId" IN (SELECT id FROM messages)
    `);
    await queryInterface.sequelize.query(`
      ALTER TABLE chats DROP CONSTRAINT chats_check,
        ADD CONSTRAINT chats_check ${rule('AND "user1Id" <> "user2Id"')}
    `);
  },
};
