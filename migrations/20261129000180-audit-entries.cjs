'use strict';

/**
 * What the application and admins did to people and chats (`GET /audit`). The server removes rows that are older than
 * AUDIT_DAYS.
 *
 * No foreign keys: an entry outlives its user and its chat.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE audit_entries (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        -- null: the application.
        "actorId" bigint,
        action text NOT NULL,
        "userId" bigint,
        "chatId" bigint,
        details jsonb NOT NULL DEFAULT '{}'
      );
      CREATE INDEX audit_entries_by_age ON audit_entries (at);
      CREATE INDEX audit_entries_of_user ON audit_entries ("userId", id) WHERE "userId" IS NOT NULL;
      CREATE INDEX audit_entries_of_actor ON audit_entries ("actorId", id) WHERE "actorId" IS NOT NULL;
      CREATE INDEX audit_entries_of_chat ON audit_entries ("chatId", id) WHERE "chatId" IS NOT NULL;
      CREATE INDEX audit_entries_by_action ON audit_entries (action, id);
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query('DROP TABLE audit_entries');
  },
};
