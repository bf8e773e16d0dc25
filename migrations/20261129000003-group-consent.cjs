'use strict';

/**
 * Groups by consent: invitations, what people have said no to, and who may add somebody without asking.
 *
 * "groupAdds" has its CHECK without validation: the column is new and empty, and a validation would read the whole table
 * while nobody can use it.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      -- Who may add this user to a group without asking; NULL: as the server is configured.
      ALTER TABLE users ADD COLUMN "groupAdds" text;
      ALTER TABLE users ADD CONSTRAINT users_group_adds
        CHECK ("groupAdds" IN ('everybody', 'contacts', 'invited')) NOT VALID;

      CREATE TABLE chat_invitations (
        "chatId" bigint NOT NULL REFERENCES chats ON DELETE CASCADE,
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        "invitedBy" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        -- The invited user does not learn of it: they block the other, or have declined lately. To those who invite it
        -- looks like any other invitation.
        withheld boolean NOT NULL,
        "createdAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY ("chatId", "userId")
      );
      -- Finds the invitations of a user, latest first.
      CREATE INDEX chat_invitations_by_user ON chat_invitations ("userId", withheld, "createdAt");

      -- Users who left a group by themselves, or declined its invitation: only they themselves can bring them back.
      CREATE TABLE chat_refusals (
        "chatId" bigint NOT NULL REFERENCES chats ON DELETE CASCADE,
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        "hasLeft" boolean NOT NULL DEFAULT false,
        "declinedAt" timestamptz(3),
        PRIMARY KEY ("chatId", "userId")
      );
      -- For the deletion of a user.
      CREATE INDEX chat_refusals_by_user ON chat_refusals ("userId");
      CREATE INDEX chat_invitations_by_inviter ON chat_invitations ("invitedBy");
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE chat_refusals;
      DROP TABLE chat_invitations;
      ALTER TABLE users DROP COLUMN "groupAdds";
    `);
  },
};
