'use strict';

/**
 * Messages that are being written while others read them, and what is written of them so far. Rows live for seconds, and
 * each is updated with every piece: fillfactor leaves room for that beside the row, so that no index is touched, and what
 * is dead is removed after so many rows, however few are left.
 */
const HOT = 'autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000';

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE message_streams (
        "userId" bigint NOT NULL,
        -- The clientId of the message.
        key text NOT NULL,
        -- null: the message is about to be sent.
        "messageId" bigint UNIQUE,
        "chatId" bigint REFERENCES chats ON DELETE CASCADE,
        -- UTF-16 code units.
        length integer NOT NULL DEFAULT 0,
        "startedAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        -- Any node ends it after that: it moves on with what is written.
        "endsAt" timestamptz(3) NOT NULL,
        PRIMARY KEY ("userId", key)
      ) WITH (fillfactor = 50, ${HOT});
      CREATE INDEX message_streams_ending ON message_streams ("endsAt");
      -- For chats that are deleted.
      CREATE INDEX message_streams_chat ON message_streams ("chatId");

      CREATE TABLE message_stream_parts (
        "messageId" bigint NOT NULL REFERENCES message_streams ("messageId") ON DELETE CASCADE,
        start integer NOT NULL,
        text text NOT NULL,
        PRIMARY KEY ("messageId", start)
      ) WITH (${HOT});
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query('DROP TABLE message_stream_parts; DROP TABLE message_streams');
  },
};
