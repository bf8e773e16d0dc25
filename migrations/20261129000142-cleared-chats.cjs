'use strict';

/** Chats that a member has cleared for themselves: they keep their place in it (docs/adr/0020). */
module.exports = {
  async up(queryInterface) {
    // The chat is not in the member's list as long as it has no message after this seq. Unlike "goneUpTo" it is there
    // all the same, with the member's role.
    await queryInterface.sequelize.query('ALTER TABLE chat_members ADD COLUMN "hiddenUpTo" bigint');
  },

  /** Chats that are hidden now come back into the list, empty. */
  async down(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE chat_members DROP COLUMN "hiddenUpTo"');
  },
};
