'use strict';

/**
 * Reported messages, each as it was when it was reported.
 *
 * No foreign keys to the message or its chat: a report outlives both.
 *
 * Moderators page through reports by id, so ids have to become visible in order. Therefore one report is written at a
 * time: the trigger takes a lock that is held until the commit. It is a statement-level trigger, because that runs
 * before the rows get their ids.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE message_reports (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        "reporterId" bigint NOT NULL REFERENCES users,
        reason text,
        status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved', 'dismissed')),
        "createdAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        "updatedAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        -- The message, with its last edits.
        "messageId" bigint NOT NULL,
        "chatId" bigint NOT NULL,
        seq bigint NOT NULL,
        "senderId" bigint,
        content text NOT NULL,
        metadata jsonb,
        "replyToId" bigint,
        edits jsonb NOT NULL,
        "sentAt" timestamptz(3) NOT NULL,
        "editedAt" timestamptz(3)
      );
      -- A user can report a message once.
      CREATE UNIQUE INDEX message_reports_once ON message_reports ("messageId", "reporterId");
      CREATE INDEX message_reports_by_status ON message_reports (status, id);

      CREATE FUNCTION one_report_at_a_time() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock(5005003002);
        RETURN NULL;
      END $$;
      CREATE TRIGGER message_reports_in_order BEFORE INSERT ON message_reports
        FOR EACH STATEMENT EXECUTE FUNCTION one_report_at_a_time();
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE message_reports;
      DROP FUNCTION one_report_at_a_time();
    `);
  },
};
