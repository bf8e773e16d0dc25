'use strict';

/** Who made a user, and with which key: the same again finds them. */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE users ADD COLUMN "creationKey" text');
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE users DROP COLUMN "creationKey"');
  },
};
