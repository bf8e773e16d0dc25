'use strict';

/**
 * Idempotency keys hold no words any more: "kept" is what finds the answer again, and "chatId" the chat that it is
 * about, with which the key goes. Keys expire (IDEMPOTENCY_KEEP_SECONDS), so there is an index by time.
 *
 * The keys of before are removed, because their answers hold words for ever. A command that is repeated across the
 * upgrade runs again, which has the effect of running it once (see src/commands/idempotency). "answer" stays, because
 * the version of before writes it while the nodes are upgraded one by one; the release after this one drops it.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      TRUNCATE idempotency_keys;
      ALTER TABLE idempotency_keys
        -- json and not jsonb, which would return the fields to a retry in another order.
        ADD COLUMN kept json,
        ADD COLUMN "chatId" bigint;
      CREATE INDEX idempotency_keys_by_age ON idempotency_keys ("claimedAt");
      CREATE INDEX idempotency_keys_of_chat ON idempotency_keys ("chatId") WHERE "chatId" IS NOT NULL;
    `);
  },

  async down(queryInterface) {
    // The version of before would take a key without an answer for a command that still runs.
    await queryInterface.sequelize.query(`
      TRUNCATE idempotency_keys;
      DROP INDEX idempotency_keys_of_chat;
      DROP INDEX idempotency_keys_by_age;
      ALTER TABLE idempotency_keys DROP COLUMN "chatId", DROP COLUMN kept;
    `);
  },
};
