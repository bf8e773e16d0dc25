'use strict';

/**
 * A chat is gone when its deletion is told. What the application calls it is noted with the deletion, and of a direct chat
 * whose it was. Indented as the function that was there, so that undoing it restores that to the letter.
 */
const noteDeletedChat = (details) => `
      CREATE OR REPLACE FUNCTION note_deleted_chat() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM note_change('chatDeleted', OLD.id, OLD.version + 1, NULL, ${details});
        RETURN NULL;
      END $$`;

/** @type {import('sequelize-cli').Migration} */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(
      noteDeletedChat(
        `jsonb_strip_nulls(jsonb_build_object(
          'externalId', OLD."externalId", 'user1Id', OLD."user1Id", 'user2Id', OLD."user2Id"))`,
      ),
    );
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(noteDeletedChat('NULL'));
  },
};
