'use strict';

/**
 * Retention: messages are removed when they are older than the server or their chat keeps them, from the start of the chat
 * on, so that "purgedSeq" alone says which are gone.
 *
 * The CHECK is without validation: the columns are new.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      ALTER TABLE chats
        -- The messages up to this seq were removed by retention.
        ADD COLUMN "purgedSeq" bigint NOT NULL DEFAULT 0,
        -- Days for which messages are kept here; NULL: as long as the server keeps them.
        ADD COLUMN "retentionDays" integer;
      ALTER TABLE chats ADD CONSTRAINT chats_retention CHECK ("retentionDays" BETWEEN 1 AND 36500) NOT VALID;
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(
      'ALTER TABLE chats DROP COLUMN "retentionDays", DROP COLUMN "purgedSeq"',
    );
  },
};
