'use strict';

/**
 * Logins and what ends them.
 *
 * Failed logins are counted by account and network, names that do not exist as those that do, so the keys are hashes.
 * What a person may read of their own logins is bounded for each of them.
 *
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

      -- Failed logins since the last good one, forgotten after a day without a new one.
      CREATE TABLE login_failures (
        -- HMAC of the name, and of the network where it is about both.
        key bytea PRIMARY KEY,
        failures integer NOT NULL,
        -- So many cause no pause.
        free integer NOT NULL,
        -- Until then no further attempt is looked at.
        "nextAt" timestamptz(3) NOT NULL,
        "failedAt" timestamptz(3) NOT NULL
      );
      CREATE INDEX login_failures_by_time ON login_failures ("failedAt");

      -- Networks and devices (sessions) from which a user has logged in, as HMACs; the latest.
      CREATE TABLE login_places (
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        place bytea NOT NULL,
        "usedAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY ("userId", place)
      );

      -- The latest logins of a user that succeeded, and the latest that failed.
      CREATE TABLE logins (
        id bigint GENERATED ALWAYS AS IDENTITY,
        "userId" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        ok boolean NOT NULL,
        network text NOT NULL,
        "userAgent" text,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        -- No index of the id alone: the planner would look for a user's latest logins in those of all users.
        PRIMARY KEY ("userId", ok, id)
      );
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE logins;
      DROP TABLE login_places;
      DROP TABLE login_failures;
      DROP TABLE ended_sessions;
      DROP TABLE token_bounds;
    `);
  },
};
