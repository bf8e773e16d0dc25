'use strict';

/**
 * The id that a chat has in the application. In the order of its bytes, so that one index finds a chat, and the chats
 * whose ids begin in the same way.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE chats ADD COLUMN "externalId" text COLLATE "C"');
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE chats DROP COLUMN "externalId"');
  },
};
