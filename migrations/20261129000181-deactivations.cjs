'use strict';

/**
 * Users whom the application has deactivated. docs/adr/0029 says how it comes about that nothing of it is left half done.
 *
 * - `deactivations` says until when and why. Tokens and commands are judged by it.
 * - `users.deactivated` is what others see of it: a trigger notes it in the chats of the user, as other changes of a
 *   profile.
 * - `chats.closed` is the same on the row of a direct chat, one of whose two users is deactivated: the statement that
 *   writes messages reads that row anyway.
 *
 * A chat that is just being created has no row yet that could be marked. So whoever creates one and whoever changes
 * `users.deactivated` exclude each other by a lock (`5005003010`): shared by those who create, held alone by the other.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      ALTER TABLE users ADD COLUMN deactivated boolean NOT NULL DEFAULT false;
      ALTER TABLE chats ADD COLUMN closed boolean NOT NULL DEFAULT false;

      CREATE TABLE deactivations (
        "userId" bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        -- null: until the application ends it.
        "until" timestamptz(3),
        reason text,
        -- The row stays for a day after its end, so that all nodes learn of it.
        ended boolean NOT NULL DEFAULT false,
        "changedAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        -- When the user's direct chats are to be marked; null: they are.
        "markAt" timestamptz
      );
      CREATE INDEX deactivations_changed ON deactivations ("changedAt");
      CREATE INDEX deactivations_ending ON deactivations ("until") WHERE NOT ended AND "until" IS NOT NULL;
      CREATE INDEX deactivations_to_mark ON deactivations ("markAt") WHERE "markAt" IS NOT NULL;

      CREATE TRIGGER users_deactivated AFTER UPDATE OF deactivated ON users FOR EACH ROW
        WHEN (OLD.deactivated <> NEW.deactivated) EXECUTE FUNCTION note_profile_change();

      -- After the trigger that takes the locks of the pair: triggers run in the order of their names.
      CREATE FUNCTION closed_of_new_chat() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(5005003010);
        NEW.closed := EXISTS (SELECT 1 FROM users WHERE id = NEW."user1Id" AND deactivated)
          OR EXISTS (SELECT 1 FROM users WHERE id = NEW."user2Id" AND deactivated);
        RETURN NEW;
      END $$;
      CREATE TRIGGER chats_closed BEFORE INSERT ON chats
        FOR EACH ROW WHEN (NEW.type = 'direct') EXECUTE FUNCTION closed_of_new_chat();
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TRIGGER chats_closed ON chats;
      DROP FUNCTION closed_of_new_chat();
      DROP TRIGGER users_deactivated ON users;
      DROP TABLE deactivations;
      ALTER TABLE chats DROP COLUMN closed;
      ALTER TABLE users DROP COLUMN deactivated;
    `);
  },
};
