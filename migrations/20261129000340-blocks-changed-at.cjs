'use strict';

/**
 * When one of the two users of a direct chat last blocked the other, or ended it: that raises no version, so `sync` finds it
 * by this time. Null: not since this column is there.
 *
 * @type {import('sequelize-cli').Migration}
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE chats ADD COLUMN "blocksChangedAt" timestamptz(3)');
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE chats DROP COLUMN "blocksChangedAt"');
  },
};
