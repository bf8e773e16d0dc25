'use strict';

/** Keys beside what they made, where making it again would make a second one. */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      -- Who made a user, and with which key: the same again finds them.
      ALTER TABLE users ADD COLUMN "creationKey" text;
      CREATE UNIQUE INDEX users_creation_key ON users ("creationKey") WHERE "creationKey" IS NOT NULL;

      -- One message per key of the application. Messages about changes of a group have none.
      CREATE UNIQUE INDEX messages_by_application_key ON messages ("clientId")
        WHERE "senderId" IS NULL AND "clientId" IS NOT NULL;
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP INDEX messages_by_application_key;
      ALTER TABLE users DROP COLUMN "creationKey";
    `);
  },
};
