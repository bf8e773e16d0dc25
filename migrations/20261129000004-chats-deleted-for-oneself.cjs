'use strict';

/** A direct chat that one of its users has deleted for themselves only (see docs/adr/0020). */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      ALTER TABLE chat_members
        -- The member has deleted everything up to this seq for themselves. "seesAfter" is something else: a member who
        -- has seen a message and deleted it has still seen it.
        ADD COLUMN "clearedSeq" bigint,
        -- The chat is not there for the member as long as it has no message after this seq.
        ADD COLUMN "goneUpTo" bigint;
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(
      'ALTER TABLE chat_members DROP COLUMN "goneUpTo", DROP COLUMN "clearedSeq"',
    );
  },
};
