'use strict';

/**
 * Users, chats, members, messages.
 *
 * Numbers on a chat: "lastSeq" counts its messages, "version" its changes, both without gaps and both taken
 * under the lock of the chat's row. A message carries the version at which it last changed, a member the
 * watermarks of what they have received and seen; so unread is a subtraction and "what changed since" an
 * index range.
 *
 * messages has no foreign keys: the statement that writes it has locked the chat and the membership, and a
 * trigger that looks again costs four times the insert. Whoever deletes a chat deletes its messages.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE users (
        id bigint PRIMARY KEY CHECK (id BETWEEN 1 AND 9007199254740991),
        "externalId" text,
        name text,
        "avatarUrl" text,
        metadata jsonb NOT NULL DEFAULT '{}',
        "lastSeenAt" timestamptz(3),
        "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
        "updatedAt" timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE SEQUENCE users_id_seq OWNED BY users.id;
      ALTER TABLE users ALTER COLUMN id SET DEFAULT nextval('users_id_seq');
      CREATE UNIQUE INDEX users_external_id ON users ("externalId") WHERE "externalId" IS NOT NULL;

      CREATE TABLE chats (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        type text NOT NULL CHECK (type IN ('direct', 'group')),
        "user1Id" bigint REFERENCES users,
        "user2Id" bigint REFERENCES users,
        title text,
        "avatarUrl" text,
        metadata jsonb NOT NULL DEFAULT '{}',
        "historyVisible" text NOT NULL DEFAULT 'all' CHECK ("historyVisible" IN ('all', 'fromJoin')),
        "lastSeq" bigint NOT NULL DEFAULT 0,
        version bigint NOT NULL DEFAULT 1,
        -- Changes whenever somebody joins or leaves: a writer that waited for this row sees by it that the
        -- memberships it has looked at are out of date.
        "membersVersion" bigint NOT NULL DEFAULT 1,
        -- Direct chats: how many messages each of the two has sent.
        "user1Sent" bigint NOT NULL DEFAULT 0,
        "user2Sent" bigint NOT NULL DEFAULT 0,
        "lastActivityAt" timestamptz(3) NOT NULL DEFAULT now(),
        "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
        CHECK (CASE type
          WHEN 'direct' THEN "user1Id" IS NOT NULL AND "user2Id" IS NOT NULL AND "user1Id" <> "user2Id"
          ELSE "user1Id" IS NULL AND "user2Id" IS NULL
        END)
      ) WITH (fillfactor = 70);
      -- One direct chat per pair of people, whichever way round.
      CREATE UNIQUE INDEX chats_direct_pair
        ON chats (LEAST("user1Id", "user2Id"), GREATEST("user1Id", "user2Id")) WHERE type = 'direct';

      CREATE TABLE chat_members (
        "chatId" bigint NOT NULL REFERENCES chats ON DELETE CASCADE,
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        role text NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'admin', 'member')),
        "readSeq" bigint NOT NULL DEFAULT 0,
        "deliveredSeq" bigint NOT NULL DEFAULT 0,
        -- Where counting of unread messages starts: readSeq, or less after "mark as unread".
        "unreadSeq" bigint NOT NULL DEFAULT 0,
        -- Own messages are not unread: how many of them are at or before "unreadSeq", and, in groups, how
        -- many there are (in direct chats the chat's row counts them, which is written anyway).
        "sentBefore" bigint NOT NULL DEFAULT 0,
        sent bigint NOT NULL DEFAULT 0,
        "mutedUntil" timestamptz(3),
        "archivedAt" timestamptz(3),
        "pinnedAt" timestamptz(3),
        version bigint NOT NULL DEFAULT 1,
        "joinedAt" timestamptz(3) NOT NULL DEFAULT now(),
        PRIMARY KEY ("chatId", "userId")
      ) WITH (fillfactor = 70);
      CREATE INDEX chat_members_by_user ON chat_members ("userId", "chatId");

      CREATE TABLE messages (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        "chatId" bigint NOT NULL,
        seq bigint NOT NULL,
        version bigint NOT NULL,
        "senderId" bigint,
        "clientId" text,
        content text NOT NULL,
        "replyToId" bigint,
        metadata jsonb,
        -- Whether it has changed since it was sent.
        revised boolean NOT NULL DEFAULT false,
        "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
        "editedAt" timestamptz(3),
        "deletedAt" timestamptz(3)
      );
      CREATE UNIQUE INDEX messages_by_seq ON messages ("chatId", seq);
      -- What changed after a version: the revised by this index; the rest are among the newest by seq, because
      -- no more messages can have been sent than there were changes.
      CREATE INDEX messages_revised ON messages ("chatId", version) WHERE revised;
      -- One message per key of its sender, for as long as the message lives.
      CREATE UNIQUE INDEX messages_by_client_id ON messages ("senderId", "clientId") WHERE "clientId" IS NOT NULL;

      -- Chats whose messages are still to be removed.
      CREATE TABLE chat_purges (
        "chatId" bigint PRIMARY KEY,
        "createdAt" timestamptz(3) NOT NULL DEFAULT now()
      );

      -- Ends a statement that has looked at memberships which changed while it waited; it is run again.
      CREATE FUNCTION memberships_changed() RETURNS bigint LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'memberships changed' USING ERRCODE = 'serialization_failure';
      END $$;
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP FUNCTION memberships_changed();
      DROP TABLE chat_purges;
      DROP TABLE messages;
      DROP TABLE chat_members;
      DROP TABLE chats;
      DROP TABLE users;
    `);
  },
};
