'use strict';

/**
 * Revoked access tokens. A token is not stored, so what is stored is which tokens are refused: those that were issued
 * too early for their user, and those of sessions that have ended.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      -- One row for a user whose tokens were ever revoked; no row is generation 0 and no time.
      CREATE TABLE token_bounds (
        "userId" bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        -- Tokens of this server carry the generation they were issued in; those of an earlier one are refused.
        generation integer NOT NULL DEFAULT 0,
        -- Tokens that were issued before it are refused, whoever issued them.
        "notBefore" timestamptz(3),
        "changedAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX token_bounds_by_time ON token_bounds ("changedAt");

      -- Sessions that ended within the last day: no access token of a session lives longer.
      CREATE TABLE ended_sessions (
        id uuid PRIMARY KEY,
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        "endedAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX ended_sessions_by_time ON ended_sessions ("endedAt");
      CREATE INDEX ended_sessions_by_user ON ended_sessions ("userId");
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE ended_sessions;
      DROP TABLE token_bounds;
    `);
  },
};
