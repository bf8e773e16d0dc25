'use strict';

const { createIndex, dropIndex } = require('./support/concurrent-index.cjs');

/** Each externalId belongs to one chat. */
module.exports = {
  transaction: false,

  async up(queryInterface) {
    await createIndex(
      queryInterface,
      'chats_external_id',
      'ON chats ("externalId") WHERE "externalId" IS NOT NULL',
      true,
    );
  },

  async down(queryInterface) {
    await dropIndex(queryInterface, 'chats_external_id');
  },
};
