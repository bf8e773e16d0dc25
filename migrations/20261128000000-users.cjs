'use strict';

/**
 * Users and their profiles. Of presence, only "lastSeenAt" and "invisible" are stored: who is online now is kept in the
 * memory of the nodes, or in Redis.
 *
 * Ids come from next_user_id() and not from an identity column, because in open mode a client may choose an id, and the
 * sequence must not collide with it. The function returns the next free id of the sequence. It skips a long run of
 * taken ids by doubling steps and then by halving: about forty lookups in the primary key, however long the run is.
 *
 * The jump may only move the sequence forward, or an id would be returned twice. Nothing locks a sequence against
 * nextval, so only one session at a time jumps, and only if the jump leads further than the others can get meanwhile:
 * they sleep for a millisecond at each taken id. Runs shorter than `far` are walked.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE users (
        -- JavaScript represents integers exactly up to 2^53 - 1.
        id bigint PRIMARY KEY CHECK (id BETWEEN 1 AND 9007199254740991),
        -- The application's own id of this user.
        "externalId" text,
        name text,
        "avatarUrl" text,
        metadata jsonb NOT NULL DEFAULT '{}',
        -- The user looks offline to all others.
        invisible boolean NOT NULL DEFAULT false,
        "lastSeenAt" timestamptz(3),
        -- Who created the user, and with which idempotency key: a retry finds the user instead of making another.
        "creationKey" text,
        "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
        "updatedAt" timestamptz(3) NOT NULL DEFAULT now()
      );
      -- Partial: most users have neither.
      CREATE UNIQUE INDEX users_external_id ON users ("externalId") WHERE "externalId" IS NOT NULL;
      CREATE UNIQUE INDEX users_creation_key ON users ("creationKey") WHERE "creationKey" IS NOT NULL;

      CREATE SEQUENCE users_id_seq OWNED BY users.id;
      CREATE FUNCTION next_user_id() RETURNS bigint LANGUAGE plpgsql AS $$
      DECLARE
        far CONSTANT bigint := 1000;
        candidate bigint;
        taken bigint;
        free bigint;
        middle bigint;
      BEGIN
        LOOP
          candidate := nextval('users_id_seq');
          IF NOT EXISTS (SELECT 1 FROM users u WHERE u.id = candidate) THEN RETURN candidate; END IF;
          -- Double the step until an id is free, then halve the gap until taken and free are neighbours.
          taken := candidate;
          free := candidate + 1;
          WHILE EXISTS (SELECT 1 FROM users u WHERE u.id = free) LOOP
            taken := free;
            free := free + (free - candidate);
          END LOOP;
          WHILE free - taken > 1 LOOP
            middle := (taken + free) / 2;
            IF EXISTS (SELECT 1 FROM users u WHERE u.id = middle) THEN taken := middle; ELSE free := middle; END IF;
          END LOOP;
          CONTINUE WHEN taken - candidate < far;
          IF pg_try_advisory_xact_lock(5005003001) THEN
            PERFORM setval('users_id_seq', taken) FROM users_id_seq s WHERE s.last_value < taken - far / 2;
          ELSE
            PERFORM pg_sleep(0.001);
          END IF;
        END LOOP;
      END $$;
      ALTER TABLE users ALTER COLUMN id SET DEFAULT next_user_id();
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      ALTER TABLE users ALTER COLUMN id DROP DEFAULT;
      DROP FUNCTION next_user_id();
      DROP TABLE users;
    `);
  },
};
