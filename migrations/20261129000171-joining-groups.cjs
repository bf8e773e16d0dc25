'use strict';

/** Public groups, by the words of their titles, and invitations to groups by link. */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      ALTER TABLE chats ADD COLUMN visibility text NOT NULL DEFAULT 'private';
      ALTER TABLE chats ADD CONSTRAINT chats_visibility CHECK (visibility IN ('private', 'public')) NOT VALID;

      -- The words of the titles of public groups, without case and accents, and the empty word for each of them: so they
      -- are listed by this index alone. "C": a prefix is a range, whatever the database's collation is.
      CREATE TABLE public_group_words (
        word text COLLATE "C" NOT NULL,
        "chatId" bigint NOT NULL REFERENCES chats ON DELETE CASCADE,
        PRIMARY KEY (word, "chatId")
      );
      CREATE INDEX public_group_words_by_chat ON public_group_words ("chatId");

      CREATE TABLE chat_invites (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        "chatId" bigint NOT NULL REFERENCES chats ON DELETE CASCADE,
        -- SHA-256 of the code, which is 144 random bits and stored nowhere.
        "codeHash" bytea NOT NULL UNIQUE,
        -- NULL: the application, or somebody who is gone.
        "createdBy" bigint REFERENCES users ON DELETE SET NULL,
        "createdAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        "expiresAt" timestamptz(3),
        "maxUses" integer,
        uses integer NOT NULL DEFAULT 0,
        CHECK (uses <= "maxUses")
      );
      CREATE INDEX chat_invites_by_chat ON chat_invites ("chatId", id);
      -- For the deletion of a user.
      CREATE INDEX chat_invites_by_creator ON chat_invites ("createdBy") WHERE "createdBy" IS NOT NULL;
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE chat_invites;
      DROP TABLE public_group_words;
      ALTER TABLE chats DROP COLUMN visibility;
    `);
  },
};
