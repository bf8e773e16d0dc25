'use strict';

/**
 * Idempotency keys: the answers to commands that carried a key, so that a retry gets the answer and is not executed
 * again. Sends are not here: a message keeps its own key ("clientId").
 *
 * "actorId" has no foreign key: it is 0 for the application. "answer" is json and not jsonb, which would return the
 * fields to a retry in another order.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE idempotency_keys (
        "actorId" bigint NOT NULL,
        key text NOT NULL,
        command text NOT NULL,
        "bodyHash" text NOT NULL,
        -- NULL while the command runs.
        answer json,
        "claimedAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY ("actorId", key)
      );
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query('DROP TABLE idempotency_keys');
  },
};
