'use strict';

/** Passwords, sessions, and ids of users that are free whatever open mode has used. */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      -- The next id of the sequence that nobody has: open mode makes users with ids of its own choice.
      CREATE FUNCTION next_user_id() RETURNS bigint LANGUAGE plpgsql AS $$
      DECLARE candidate bigint;
      BEGIN
        LOOP
          candidate := nextval('users_id_seq');
          IF NOT EXISTS (SELECT 1 FROM users u WHERE u.id = candidate) THEN RETURN candidate; END IF;
          -- To the end of this run of taken ones.
          PERFORM setval('users_id_seq', (
            SELECT min(u.id) FROM users u
            WHERE u.id >= candidate AND NOT EXISTS (SELECT 1 FROM users v WHERE v.id = u.id + 1)
          ));
        END LOOP;
      END $$;
      ALTER TABLE users ALTER COLUMN id SET DEFAULT next_user_id();

      -- Beside users and not in it: what shows users never reads these.
      CREATE TABLE credentials (
        "userId" bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        username text NOT NULL,
        -- scrypt, with its parameters and salt.
        "passwordHash" text NOT NULL,
        "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
        "changedAt" timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX credentials_by_username ON credentials (lower(username COLLATE "C"));

      -- A family of refresh tokens, of which only the newest is good: its SHA-256.
      CREATE TABLE sessions (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        "tokenHash" bytea NOT NULL,
        "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
        "refreshedAt" timestamptz(3) NOT NULL DEFAULT now(),
        "expiresAt" timestamptz(3) NOT NULL
      );
      CREATE INDEX sessions_by_user ON sessions ("userId", "refreshedAt");
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE sessions;
      DROP TABLE credentials;
      ALTER TABLE users ALTER COLUMN id SET DEFAULT nextval('users_id_seq');
      DROP FUNCTION next_user_id();
    `);
  },
};
