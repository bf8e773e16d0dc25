'use strict';

/**
 * A message that mentions everybody in its chat has one row in message_mentions, of the user 0, whatever the number of
 * members. It says who sent it and the chat's version at which all were mentioned, so that it is not counted for the
 * sender, nor for members who joined later.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      ALTER TABLE message_mentions ADD COLUMN "senderId" bigint, ADD COLUMN version bigint;
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DELETE FROM message_mentions WHERE "userId" = 0;
      ALTER TABLE message_mentions DROP COLUMN version, DROP COLUMN "senderId";
    `);
  },
};
