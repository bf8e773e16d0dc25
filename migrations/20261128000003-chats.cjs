'use strict';

/**
 * Chats and their members, for direct chats and groups alike.
 *
 * A chat has two counters: "lastSeq" counts its messages, and "version" its changes. Neither has gaps, and both
 * increase under the lock of the chat's row. A message has the version at which it last changed; a member has
 * watermarks of what they have received and seen. So an unread count is a subtraction, and "what changed since" is an
 * index range.
 *
 * Every message updates the row of its chat, and every receipt the row of a member. fillfactor 70 leaves room on each
 * page, so that these updates stay on the page and touch no index.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE chats (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        type text NOT NULL CHECK (type IN ('direct', 'group')),
        -- Direct chats only: the two users, how many messages each has sent, and whether each blocks the other.
        "user1Id" bigint REFERENCES users,
        "user2Id" bigint REFERENCES users,
        "user1Sent" bigint NOT NULL DEFAULT 0,
        "user2Sent" bigint NOT NULL DEFAULT 0,
        "user1Blocks" boolean NOT NULL DEFAULT false,
        "user2Blocks" boolean NOT NULL DEFAULT false,
        "memberCount" integer NOT NULL DEFAULT 2,
        -- Increases when a member joins, leaves or changes role; in a direct chat, when a user blocks or unblocks the
        -- other. It tells a writer that waited for this row that the members it has read are out of date.
        "membersVersion" bigint NOT NULL DEFAULT 1,
        -- Groups: nodes look for recently changed groups and correct the rooms of their sockets.
        "membersChangedAt" timestamptz,
        "lastSeq" bigint NOT NULL DEFAULT 0,
        version bigint NOT NULL DEFAULT 1,
        "lastActivityAt" timestamptz(3) NOT NULL DEFAULT now(),
        title text,
        "avatarUrl" text,
        metadata jsonb NOT NULL DEFAULT '{}',
        -- Whether new members see the messages from before they joined.
        "historyVisible" text NOT NULL DEFAULT 'all' CHECK ("historyVisible" IN ('all', 'fromJoin')),
        -- Who created a group, and with which idempotency key: a retry finds the group instead of making another.
        "creationKey" text,
        "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
        CHECK (CASE type
          WHEN 'direct' THEN "user1Id" IS NOT NULL AND "user2Id" IS NOT NULL AND "user1Id" <> "user2Id"
          ELSE "user1Id" IS NULL AND "user2Id" IS NULL
        END)
      ) WITH (fillfactor = 70);
      -- One direct chat for two users, in whichever order they are named.
      CREATE UNIQUE INDEX chats_direct_pair
        ON chats (LEAST("user1Id", "user2Id"), GREATEST("user1Id", "user2Id")) WHERE type = 'direct';
      CREATE UNIQUE INDEX chats_creation_key ON chats ("creationKey") WHERE "creationKey" IS NOT NULL;
      CREATE INDEX chats_members_changed ON chats ("membersChangedAt") WHERE "membersChangedAt" IS NOT NULL;

      -- Sets "user1Blocks" and "user2Blocks". In plpgsql, because there each statement has a snapshot of its own: the
      -- lookups see what was committed while the lock waited, and not only what the INSERT saw.
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

      CREATE TABLE chat_members (
        "chatId" bigint NOT NULL REFERENCES chats ON DELETE CASCADE,
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        role text NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'admin', 'member')),
        -- The member sees messages after this seq. Set when they join. 0: all messages.
        "seesAfter" bigint NOT NULL DEFAULT 0,
        -- The member has received, and seen, everything up to this seq.
        "deliveredSeq" bigint NOT NULL DEFAULT 0,
        "readSeq" bigint NOT NULL DEFAULT 0,
        -- Where counting of unread messages starts: "readSeq", or less after "mark as unread".
        "unreadSeq" bigint NOT NULL DEFAULT 0,
        -- A member's own messages are never unread. "sentBefore": how many of them are at or before "unreadSeq".
        -- "sent": how many they sent in a group (in a direct chat the chat's row counts them, which a send updates
        -- anyway).
        "sentBefore" bigint NOT NULL DEFAULT 0,
        sent bigint NOT NULL DEFAULT 0,
        -- When "deliveredSeq", "readSeq" or "unreadSeq" was last set.
        "watermarksAt" timestamptz(3) NOT NULL DEFAULT now(),
        "mutedUntil" timestamptz(3),
        "archivedAt" timestamptz(3),
        "pinnedAt" timestamptz(3),
        -- When they last muted, archived or pinned the chat.
        "settingsAt" timestamptz(3) NOT NULL DEFAULT now(),
        version bigint NOT NULL DEFAULT 1,
        "joinedAt" timestamptz(3) NOT NULL DEFAULT now(),
        PRIMARY KEY ("chatId", "userId")
      ) WITH (fillfactor = 70);
      COMMENT ON COLUMN chat_members.version IS 'The version of the chat at which they joined.';
      -- Finds the chats of a user.
      CREATE INDEX chat_members_by_user ON chat_members ("userId", "chatId");
      -- A group has at most one owner.
      CREATE UNIQUE INDEX chat_members_owner ON chat_members ("chatId") WHERE role = 'owner';

      -- Aborts a statement whose memberships changed while it waited; it then runs again.
      CREATE FUNCTION memberships_changed() RETURNS bigint LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'memberships changed' USING ERRCODE = 'serialization_failure';
      END $$;
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP FUNCTION memberships_changed();
      DROP TABLE chat_members;
      DROP TABLE chats;
      DROP FUNCTION blocks_of_new_chat();
    `);
  },
};
