'use strict';

/**
 * Erasures of people: what is to be done, how far it is, and what was done. A node works on one under a lease; a step that
 * is done twice has the effect of one. docs/adr/0030 says what happens to each table.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      -- Since when nothing is known of the user but the id.
      ALTER TABLE users ADD COLUMN "erasedAt" timestamptz(3);

      CREATE TABLE erasures (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        "userId" bigint NOT NULL,
        messages text NOT NULL CHECK (messages IN ('erase', 'keep')),
        -- The step under way, where in it the next part begins, and what was done so far, by name.
        step text NOT NULL,
        cursor text,
        counts jsonb NOT NULL DEFAULT '{}',
        -- SHA-256 of the subject of the user's tokens, for as long as those may still be presented.
        "subjectHash" bytea,
        "leasedBy" uuid,
        "leasedUntil" timestamptz(3),
        "requestedAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        "doneAt" timestamptz(3)
      );
      -- One at a time of a user.
      CREATE UNIQUE INDEX erasures_open ON erasures ("userId") WHERE "doneAt" IS NULL;
      CREATE INDEX erasures_by_subject ON erasures ("subjectHash") WHERE "subjectHash" IS NOT NULL;

      -- In which chats an erased user was, for sync: members are told of the empty profile.
      CREATE TABLE erased_members (
        "chatId" bigint NOT NULL REFERENCES chats ON DELETE CASCADE,
        "userId" bigint NOT NULL,
        at timestamptz(3) NOT NULL,
        PRIMARY KEY ("chatId", "userId")
      );
      CREATE INDEX erased_members_by_time ON erased_members (at);
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE erased_members;
      DROP TABLE erasures;
      ALTER TABLE users DROP COLUMN "erasedAt";
    `);
  },
};
