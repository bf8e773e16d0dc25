'use strict';

const { createIndex, dropIndex } = require('./support/concurrent-index.cjs');

/** The groups whose members have changed, by when. */
module.exports = {
  transaction: false,

  async up(queryInterface) {
    await createIndex(
      queryInterface,
      'chats_members_changed',
      'ON chats ("membersChangedAt") WHERE "membersChangedAt" IS NOT NULL',
    );
  },

  async down(queryInterface) {
    await dropIndex(queryInterface, 'chats_members_changed');
  },
};
