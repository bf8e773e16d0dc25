'use strict';

const { createIndex, dropIndex } = require('./support/concurrent-index.cjs');

/** One user, and one message of the application, per key. Messages about changes of a group have none. */
module.exports = {
  transaction: false,

  async up(queryInterface) {
    await createIndex(
      queryInterface,
      'users_creation_key',
      'ON users ("creationKey") WHERE "creationKey" IS NOT NULL',
      true,
    );
    await createIndex(
      queryInterface,
      'messages_by_application_key',
      'ON messages ("clientId") WHERE "senderId" IS NULL AND "clientId" IS NOT NULL',
      true,
    );
  },

  async down(queryInterface) {
    await dropIndex(queryInterface, 'messages_by_application_key');
    await dropIndex(queryInterface, 'users_creation_key');
  },
};
