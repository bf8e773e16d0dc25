'use strict';

const { createIndex, dropIndex } = require('./support/concurrent-index.cjs');

/** Users whose name has changed since its words were written: none, as a rule. */
module.exports = {
  transaction: false,

  async up(queryInterface) {
    await createIndex(
      queryInterface,
      'users_names_to_index',
      'ON users (id) WHERE name IS DISTINCT FROM "wordsOf"',
    );
  },

  async down(queryInterface) {
    await dropIndex(queryInterface, 'users_names_to_index');
  },
};
