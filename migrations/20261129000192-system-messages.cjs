'use strict';

const { createIndex, dropIndex } = require('./support/concurrent-index.cjs');

/** Finds the messages of the server about changes of groups: they name people. What users send is not in it. */
module.exports = {
  transaction: false,

  async up(queryInterface) {
    await createIndex(queryInterface, 'messages_system', "ON messages (id) WHERE type = 'system'");
  },

  async down(queryInterface) {
    await dropIndex(queryInterface, 'messages_system');
  },
};
