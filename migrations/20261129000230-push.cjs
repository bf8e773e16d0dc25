'use strict';

/** Devices that get pushes, and what they were pushed. */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE push_targets (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('web', 'fcm', 'apns')),
        -- web: the URL of the subscription.
        token text NOT NULL,
        keys jsonb,
        "deviceId" text,
        -- The session it was added in, and ends with; null: none of this server.
        "sessionId" uuid REFERENCES sessions ON DELETE CASCADE,
        "createdAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      -- A device is one person's: the latest.
      CREATE UNIQUE INDEX push_targets_token ON push_targets (kind, md5(token));
      CREATE INDEX push_targets_by_user ON push_targets ("userId");
      CREATE INDEX push_targets_by_session ON push_targets ("sessionId") WHERE "sessionId" IS NOT NULL;

      -- Up to which message a member was pushed, until they read it.
      CREATE TABLE push_states (
        "userId" bigint NOT NULL,
        "chatId" bigint NOT NULL,
        "pushedSeq" bigint NOT NULL,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY ("userId", "chatId")
      );
      CREATE INDEX push_states_by_time ON push_states (at);
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE push_states;
      DROP TABLE push_targets;
      DELETE FROM sinks WHERE name = 'push';
    `);
  },
};
