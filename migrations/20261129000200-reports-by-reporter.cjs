'use strict';

const { createIndex, dropIndex } = require('./support/concurrent-index.cjs');

/** Finds the reports of a user, for the export of what is stored of them. */
module.exports = {
  transaction: false,

  async up(queryInterface) {
    await createIndex(queryInterface, 'message_reports_by_reporter', 'ON message_reports ("reporterId", id)');
  },

  async down(queryInterface) {
    await dropIndex(queryInterface, 'message_reports_by_reporter');
  },
};
