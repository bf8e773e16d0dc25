'use strict';

/** People who look offline to all others. */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(
      'ALTER TABLE users ADD COLUMN invisible boolean NOT NULL DEFAULT false',
    );
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE users DROP COLUMN invisible');
  },
};
