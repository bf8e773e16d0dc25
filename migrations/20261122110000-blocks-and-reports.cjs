'use strict';

/**
 * Who blocks whom, and messages that were reported.
 *
 * A direct chat's row says whether one of its two people blocks the other, so that a send learns it from the row
 * that it locks anyway. Two things keep that true to user_blocks: whoever blocks or unblocks changes the row in the
 * same transaction, and a chat that is opened takes it from user_blocks by a trigger. Both hold `lock_pair` from
 * before they look until they commit, so neither misses the other.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE user_blocks (
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        "blockedId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        "createdAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY ("userId", "blockedId"),
        CHECK ("userId" <> "blockedId")
      );
      CREATE INDEX user_blocks_by_blocked ON user_blocks ("blockedId", "userId");

      ALTER TABLE chats
        -- Direct chats: whether the first of the two blocks the second, and the second the first.
        ADD COLUMN "user1Blocks" boolean NOT NULL DEFAULT false,
        ADD COLUMN "user2Blocks" boolean NOT NULL DEFAULT false;

      -- Held until the transaction ends: what is between two people changes in one transaction at a time.
      CREATE FUNCTION lock_pair(one bigint, other bigint) RETURNS void LANGUAGE sql AS $$
        SELECT pg_advisory_xact_lock(hashtextextended(LEAST(one, other) || ' ' || GREATEST(one, other), 0))
      $$;

      -- plpgsql: each of its statements sees what was committed before it, the second what was before the lock.
      CREATE FUNCTION blocks_of_new_chat() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM lock_pair(NEW."user1Id", NEW."user2Id");
        NEW."user1Blocks" := EXISTS (
          SELECT 1 FROM user_blocks WHERE "userId" = NEW."user1Id" AND "blockedId" = NEW."user2Id");
        NEW."user2Blocks" := EXISTS (
          SELECT 1 FROM user_blocks WHERE "userId" = NEW."user2Id" AND "blockedId" = NEW."user1Id");
        RETURN NEW;
      END $$;
      CREATE TRIGGER chats_blocks BEFORE INSERT ON chats
        FOR EACH ROW WHEN (NEW.type = 'direct') EXECUTE FUNCTION blocks_of_new_chat();

      -- The message as it was when it was reported. No foreign keys to it or its chat: a report outlives both.
      CREATE TABLE message_reports (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        "messageId" bigint NOT NULL,
        "reporterId" bigint NOT NULL REFERENCES users,
        reason text,
        status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved', 'dismissed')),
        "createdAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        "updatedAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
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
      -- One report per person and message.
      CREATE UNIQUE INDEX message_reports_once ON message_reports ("messageId", "reporterId");
      CREATE INDEX message_reports_by_status ON message_reports (status, id);
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE message_reports;
      DROP TRIGGER chats_blocks ON chats;
      DROP FUNCTION blocks_of_new_chat();
      DROP FUNCTION lock_pair(bigint, bigint);
      ALTER TABLE chats DROP COLUMN "user2Blocks", DROP COLUMN "user1Blocks";
      DROP TABLE user_blocks;
    `);
  },
};
