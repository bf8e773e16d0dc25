'use strict';

/**
 * Messages, their mentions, and the deleted chats whose messages have not been removed yet.
 *
 * messages has no foreign keys: the statement that writes it has found and locked the chat and the membership, and a
 * trigger that checks them again costs four times the insert. The deletion of a chat deletes its messages, in chunks,
 * and keeps the chat in chat_purges until that is done. docs/adr/0007 has the reasons.
 *
 * Columns of fixed width come first, so that no bytes are lost to alignment.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE messages (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        "chatId" bigint NOT NULL,
        -- Position in the chat, without gaps.
        seq bigint NOT NULL,
        -- The version of the chat at which the message last changed.
        version bigint NOT NULL,
        "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
        "senderId" bigint,
        "replyToId" bigint,
        "editedAt" timestamptz(3),
        "deletedAt" timestamptz(3),
        -- Whether the message has changed since it was sent.
        revised boolean NOT NULL DEFAULT false,
        -- 'system': about a change of the chat.
        type text NOT NULL DEFAULT 'text' CHECK (type IN ('text', 'system')),
        -- The sender's key that makes a retry harmless.
        "clientId" text,
        content text NOT NULL,
        metadata jsonb,
        -- The summary of message_reactions for views, rewritten at each change.
        reactions jsonb,
        -- md5 of the content as sent, set at the first change: it identifies a retry of the send.
        "originalHash" text
      );
      CREATE UNIQUE INDEX messages_by_seq ON messages ("chatId", seq);
      -- Finds what changed after a version. It holds only revised messages: the others are among the newest by seq,
      -- because each message sent is also a change.
      CREATE INDEX messages_revised ON messages ("chatId", version) WHERE revised;
      -- One message per key of its sender, as long as the message exists. The application sends without a senderId, and
      -- NULLs are never equal, so its keys have an index of their own. Messages about changes of a group have no key.
      CREATE UNIQUE INDEX messages_by_client_id ON messages ("senderId", "clientId") WHERE "clientId" IS NOT NULL;
      CREATE UNIQUE INDEX messages_by_application_key ON messages ("clientId")
        WHERE "senderId" IS NULL AND "clientId" IS NOT NULL;

      -- Which message mentions which user.
      CREATE TABLE message_mentions (
        "chatId" bigint NOT NULL REFERENCES chats ON DELETE CASCADE,
        "userId" bigint NOT NULL,
        seq bigint NOT NULL,
        PRIMARY KEY ("chatId", "userId", seq)
      );

      -- Deleted chats whose messages have not been removed yet. After a crash, the next start continues.
      CREATE TABLE chat_purges (
        "chatId" bigint PRIMARY KEY,
        "createdAt" timestamptz(3) NOT NULL DEFAULT now()
      );
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE chat_purges;
      DROP TABLE message_mentions;
      DROP TABLE messages;
    `);
  },
};
