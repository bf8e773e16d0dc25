'use strict';

/**
 * Messages that count as unread for nobody: notes of the server about a change of a group, and deleted messages
 * (docs/adr/0025). Those from before this migration keep counting until they are read: no row is rewritten.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(
      'ALTER TABLE messages ADD COLUMN quiet boolean NOT NULL DEFAULT false',
    );
    // How many notes a chat has. Deleted messages are not among them: see "sentBefore".
    await queryInterface.sequelize.query(
      'ALTER TABLE chats ADD COLUMN "noteCount" bigint NOT NULL DEFAULT 0',
    );
    await queryInterface.sequelize.query(`
      COMMENT ON COLUMN chat_members."sentBefore" IS
        'The member''s own messages and the notes, less those of them, and of deleted messages, after "unreadSeq".'
    `);
  },

  /** Counts the members' own messages anew in the chats that have such messages. */
  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      WITH own AS (
        SELECT m."chatId", m."userId", count(o.id) AS sent, count(o.id) FILTER (WHERE o.seq <= m."unreadSeq") AS before
        FROM chat_members m LEFT JOIN messages o ON o."chatId" = m."chatId" AND o."senderId" = m."userId"
        WHERE m."chatId" IN (SELECT "chatId" FROM messages WHERE quiet)
        GROUP BY m."chatId", m."userId"
      )
      UPDATE chat_members m SET "sentBefore" = o.before, sent = CASE c.type WHEN 'group' THEN o.sent ELSE 0 END
      FROM own o JOIN chats c ON c.id = o."chatId"
      WHERE m."chatId" = o."chatId" AND m."userId" = o."userId"
    `);
    await queryInterface.sequelize.query('COMMENT ON COLUMN chat_members."sentBefore" IS NULL');
    await queryInterface.sequelize.query('ALTER TABLE chats DROP COLUMN "noteCount"');
    await queryInterface.sequelize.query('ALTER TABLE messages DROP COLUMN quiet');
  },
};
