'use strict';

/**
 * Accounts: the logins of users with AUTH=jwt, and their sessions.
 *
 * Both have tables of their own, so that no statement that shows users can ever read them.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE credentials (
        "userId" bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        username text NOT NULL,
        -- scrypt, with its parameters and salt.
        "passwordHash" text NOT NULL,
        "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
        "changedAt" timestamptz(3) NOT NULL DEFAULT now()
      );
      -- "Alice" and "alice" are the same name. Collation "C", so that a server's locale can't change what is equal.
      CREATE UNIQUE INDEX credentials_by_username ON credentials (lower(username COLLATE "C"));

      -- A row is a family of refresh tokens, of which only the newest is valid. Only its SHA-256 is stored.
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
    `);
  },
};
