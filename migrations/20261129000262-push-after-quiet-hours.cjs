'use strict';

/** Who was not pushed something because they wanted quiet, and until when. */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE push_quiet (
        "userId" bigint PRIMARY KEY,
        until timestamptz(3) NOT NULL
      );
      CREATE INDEX push_quiet_by_time ON push_quiet (until);
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query('DROP TABLE push_quiet');
  },
};
