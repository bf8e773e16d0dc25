'use strict';

/**
 * message_mentions has no foreign key to chats any more: the cascade removed all mentions of a deleted chat in the statement
 * that deletes it, and of a large group that exceeds any time limit. They are removed in chunks, with the messages
 * (docs/adr/0007). It changes no rows, and waits for a lock of both tables for a moment.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(
      `ALTER TABLE message_mentions DROP CONSTRAINT "message_mentions_chatId_fkey"`,
    );
  },

  /** What was left of chats that are being removed goes first: nobody would remove it later. */
  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DELETE FROM message_mentions x WHERE NOT EXISTS (SELECT 1 FROM chats c WHERE c.id = x."chatId");
      ALTER TABLE message_mentions ADD CONSTRAINT "message_mentions_chatId_fkey"
        FOREIGN KEY ("chatId") REFERENCES chats ON DELETE CASCADE;
    `);
  },
};
