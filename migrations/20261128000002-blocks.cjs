'use strict';

/**
 * Blocks: who blocks whom.
 *
 * A direct chat's row repeats this in "user1Blocks" and "user2Blocks" (see the migration of chats), so that a send
 * reads it from the row that it locks anyway. Two things keep the row and this table consistent: a block or unblock
 * changes the row in the same transaction, and a trigger sets the columns when a direct chat is opened. Both take
 * lock_pair before they read and hold it until they commit, so neither misses the other. docs/adr/0010 has the reasons.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE user_blocks (
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        "blockedId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        "createdAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY ("userId", "blockedId"),
        CHECK ("userId" <> "blockedId")
      );
      -- Finds the users who block a user.
      CREATE INDEX user_blocks_by_blocked ON user_blocks ("blockedId", "userId");

      -- Held until the transaction ends: only one transaction at a time changes the blocks between two users.
      CREATE FUNCTION lock_pair(one bigint, other bigint) RETURNS void LANGUAGE sql AS $$
        SELECT pg_advisory_xact_lock(hashtextextended(LEAST(one, other) || ' ' || GREATEST(one, other), 0))
      $$;
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP FUNCTION lock_pair(bigint, bigint);
      DROP TABLE user_blocks;
    `);
  },
};
