'use strict';

const { createIndex, dropIndex } = require('./support/concurrent-index.cjs');

/** Finds the reactions of a user, for their erasure and export. */
module.exports = {
  transaction: false,

  async up(queryInterface) {
    await createIndex(
      queryInterface,
      'message_reactions_by_user',
      'ON message_reactions ("userId", "messageId")',
    );
  },

  async down(queryInterface) {
    await dropIndex(queryInterface, 'message_reactions_by_user');
  },
};
