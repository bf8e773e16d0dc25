'use strict';

/**
 * What people are told of: levels for each chat and by default, quiet hours, and the inbox. The inbox is written from the
 * log of changes (docs/adr/0037): no statement that writes messages knows of it.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      -- null: as the person's preferences say. A new nullable column rewrites nothing.
      ALTER TABLE chat_members ADD COLUMN notify text;
      -- Rows that are there are all null: no need to read them.
      ALTER TABLE chat_members ADD CONSTRAINT chat_members_notify
        CHECK (notify IN ('all', 'mentions', 'none')) NOT VALID;

      -- Somebody without a row has the defaults.
      CREATE TABLE notification_preferences (
        "userId" bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        direct text NOT NULL DEFAULT 'all' CHECK (direct IN ('all', 'mentions', 'none')),
        groups text NOT NULL DEFAULT 'all' CHECK (groups IN ('all', 'mentions', 'none')),
        preview boolean NOT NULL DEFAULT true,
        "whenActive" text NOT NULL DEFAULT 'unread' CHECK ("whenActive" IN ('unread', 'never')),
        -- Minutes of the day by the clock of the zone; both null: no quiet hours.
        "quietFrom" smallint CHECK ("quietFrom" BETWEEN 0 AND 1439),
        "quietTo" smallint CHECK ("quietTo" BETWEEN 0 AND 1439),
        -- The days on which they begin, a bit for each: 1 is Monday, 64 Sunday.
        "quietDays" smallint NOT NULL DEFAULT 127 CHECK ("quietDays" BETWEEN 1 AND 127),
        -- As Intl names it; null: UTC.
        "timeZone" text,
        CHECK (("quietFrom" IS NULL) = ("quietTo" IS NULL))
      );

      CREATE TABLE notifications (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        -- No foreign key: of a deleted chat they are removed in chunks, as its messages are (docs/adr/0007).
        "chatId" bigint NOT NULL,
        "messageId" bigint,
        -- Who has done it; null: the application.
        "actorId" bigint,
        -- What it is about, once: of 'added' the version of the chat, of the others the message.
        about bigint NOT NULL,
        at timestamptz(3) NOT NULL,
        "seenAt" timestamptz(3),
        kind text NOT NULL CHECK (kind IN ('mention', 'reply', 'reaction', 'added'))
      );
      -- The log is read again after a crash, and tells nobody twice.
      CREATE UNIQUE INDEX notifications_once
        ON notifications ("userId", "chatId", kind, about, COALESCE("actorId", 0));
      CREATE INDEX notifications_of ON notifications ("userId", id);
      CREATE INDEX notifications_unseen ON notifications ("userId", id) WHERE "seenAt" IS NULL;
      -- For the purge of deleted chats, for erasures, and for the purge by time.
      CREATE INDEX notifications_of_chat ON notifications ("chatId");
      CREATE INDEX notifications_by_actor ON notifications ("actorId");
      CREATE INDEX notifications_by_time ON notifications (at);
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE notifications;
      DROP TABLE notification_preferences;
      ALTER TABLE chat_members DROP COLUMN notify;
    `);
  },
};
