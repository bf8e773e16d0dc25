'use strict';

/**
 * What messages said that their senders deleted for everyone, for as long as they can still be reported
 * (KEEP_DELETED_SECONDS): nobody deletes an insult out of reach of those who read it. Only a report shows it, and only
 * to the application. The server removes rows that are older.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE deleted_contents (
        "messageId" bigint PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
        at timestamptz(3) NOT NULL,
        content text NOT NULL,
        metadata jsonb,
        -- Its last edits, as message_reports has them.
        edits jsonb NOT NULL
      );
      CREATE INDEX deleted_contents_by_age ON deleted_contents (at);

      -- When its sender had deleted it, if that was before the report.
      ALTER TABLE message_reports ADD COLUMN "deletedAt" timestamptz(3);
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      ALTER TABLE message_reports DROP COLUMN "deletedAt";
      DROP TABLE deleted_contents;
    `);
  },
};
