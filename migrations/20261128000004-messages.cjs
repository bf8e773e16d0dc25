'use strict';

/**
 * Messages, whom they mention, and the deleted chats whose messages are still to be removed.
 *
 * messages has no foreign keys: the statement that writes it has found and locked the chat and the membership, and a
 * trigger that checks them again costs four times the insert. Whoever deletes a chat deletes its messages, in chunks,
 * and notes the chat in chat_purges until that is done. docs/adr/0007 has the reasons.
 *
 * Columns of a fixed width come first, so that no bytes are lost to alignment.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE messages (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        "chatId" bigint NOT NULL,
        -- Its place in the chat.
        seq bigint NOT NULL,
        -- The version of the chat at which it last changed.
        version bigint NOT NULL,
        "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
        "senderId" bigint,
        "replyToId" bigint,
        "editedAt" timestamptz(3),
        "deletedAt" timestamptz(3),
        -- Whether it has changed since it was sent.
        revised boolean NOT NULL DEFAULT false,
        -- 'system': tells of a change of the chat.
        type text NOT NULL DEFAULT 'text' CHECK (type IN ('text', 'system')),
        -- The sender's key that makes a retry harmless.
        "clientId" text,
        content text NOT NULL,
        metadata jsonb,
        -- What views show of message_reactions, written anew whenever one changes.
        reactions jsonb,
        -- md5 of the content as it was sent, set by the first change: a retry of the send is recognised by it.
        "originalHash" text
      );
      CREATE UNIQUE INDEX messages_by_seq ON messages ("chatId", seq);
      -- Finds what changed after a version. It holds the revised messages only: the others are among the newest by seq,
      -- because no more messages can have been sent than there were changes.
      CREATE INDEX messages_revised ON messages ("chatId", version) WHERE revised;
      -- One message for each key of its sender, for as long as the message lives. The application sends without a
      -- senderId, and NULLs are never equal, so its keys have an index of their own; messages about changes of a group
      -- have no key.
      CREATE UNIQUE INDEX messages_by_client_id ON messages ("senderId", "clientId") WHERE "clientId" IS NOT NULL;
      CREATE UNIQUE INDEX messages_by_application_key ON messages ("clientId")
        WHERE "senderId" IS NULL AND "clientId" IS NOT NULL;

      -- Who is mentioned by which message. Only messages that mention somebody have rows here.
      CREATE TABLE message_mentions (
        "chatId" bigint NOT NULL REFERENCES chats ON DELETE CASCADE,
        "userId" bigint NOT NULL,
        seq bigint NOT NULL,
        PRIMARY KEY ("chatId", "userId", seq)
      );

      -- Deleted chats whose messages are still to be removed; a crash in between leaves the row for the next start.
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
