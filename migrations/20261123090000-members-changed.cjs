'use strict';

/** When a group's members last changed: nodes look for such groups and put their sockets right. */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE chats ADD COLUMN "membersChangedAt" timestamptz');
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE chats DROP COLUMN "membersChangedAt"');
  },
};
