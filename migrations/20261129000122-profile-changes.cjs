'use strict';

/**
 * In which chats somebody is whose profile has changed, and when: for `sync` (see docs/adr/0024). It is what others see
 * of a profile: name, picture, and the public part of "metadata". One row for each of the newest chats of a user.
 *
 * The rows of members are locked against deletion before the insert, or the foreign key would refuse a member who has
 * just left, and with it the change.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE profile_changes (
        "chatId" bigint NOT NULL,
        "userId" bigint NOT NULL,
        at timestamptz(3) NOT NULL,
        PRIMARY KEY ("chatId", "userId"),
        FOREIGN KEY ("chatId", "userId") REFERENCES chat_members ON DELETE CASCADE
      );
      CREATE INDEX profile_changes_by_time ON profile_changes ("chatId", at);

      CREATE FUNCTION note_profile_change() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        moment CONSTANT timestamptz := clock_timestamp();
      BEGIN
        INSERT INTO profile_changes ("chatId", "userId", at)
        SELECT m."chatId", m."userId", moment FROM (
          SELECT "chatId", "userId" FROM chat_members
          WHERE "userId" = NEW.id ORDER BY "chatId" DESC LIMIT 1000 FOR KEY SHARE
        ) m
        ON CONFLICT ("chatId", "userId") DO UPDATE SET at = EXCLUDED.at;
        RETURN NULL;
      END $$;
      CREATE TRIGGER users_profile AFTER UPDATE OF name, "avatarUrl", metadata ON users FOR EACH ROW
        WHEN (
          OLD.name IS DISTINCT FROM NEW.name OR OLD."avatarUrl" IS DISTINCT FROM NEW."avatarUrl"
          OR OLD.metadata -> 'public' IS DISTINCT FROM NEW.metadata -> 'public'
          OR OLD.metadata #> '{app,public}' IS DISTINCT FROM NEW.metadata #> '{app,public}'
        )
        EXECUTE FUNCTION note_profile_change();
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TRIGGER users_profile ON users;
      DROP FUNCTION note_profile_change();
      DROP TABLE profile_changes;
    `);
  },
};
