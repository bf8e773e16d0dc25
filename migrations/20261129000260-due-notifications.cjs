'use strict';

/** Who has not read what, as webhooks are told. */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      -- Up to which message it was told that a member has not read it, until they read it.
      CREATE TABLE due_notifications (
        "userId" bigint NOT NULL,
        "chatId" bigint NOT NULL,
        seq bigint NOT NULL,
        "messageId" bigint NOT NULL,
        -- When it is looked at again, because the member was active; null: it was told.
        "againAt" timestamptz(3),
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY ("userId", "chatId")
      );
      CREATE INDEX due_notifications_again ON due_notifications ("againAt") WHERE "againAt" IS NOT NULL;
      CREATE INDEX due_notifications_by_time ON due_notifications (at);
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE due_notifications;
      DELETE FROM sinks WHERE name = 'due';
    `);
  },
};
