'use strict';

/**
 * The words of users' names, so that people are found by the beginning of any of them (see docs/adr/0023). The server
 * fills the table in the background: `"wordsOf"` is the name whose words are in it.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE user_name_words (
        -- Without case and accents. "C": a prefix is a range, whatever the database's collation is.
        word text COLLATE "C" NOT NULL,
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        PRIMARY KEY (word, "userId")
      );
      CREATE INDEX user_name_words_by_user ON user_name_words ("userId", word);
      ALTER TABLE users ADD COLUMN "wordsOf" text;
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      ALTER TABLE users DROP COLUMN "wordsOf";
      DROP TABLE user_name_words;
    `);
  },
};
