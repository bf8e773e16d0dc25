'use strict';

/**
 * The next id of the sequence that nobody has: open mode makes users with ids of its own choice. Behind a long run of
 * taken ones its end is found by steps that grow and then by halves, some forty looks at the key however long it is.
 *
 * The sequence goes ahead only, or one id would be given twice. There is no lock against `nextval`, so the jump is
 * made by one session at a time, and only where it leads further than others can come in between: they rest for a
 * millisecond at each id that is taken. Shorter runs are walked.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE OR REPLACE FUNCTION next_user_id() RETURNS bigint LANGUAGE plpgsql AS $$
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
          -- Taken and free ever further apart, then halved until they are neighbours.
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
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE OR REPLACE FUNCTION next_user_id() RETURNS bigint LANGUAGE plpgsql AS $$
      DECLARE candidate bigint;
      BEGIN
        LOOP
          candidate := nextval('users_id_seq');
          IF NOT EXISTS (SELECT 1 FROM users u WHERE u.id = candidate) THEN RETURN candidate; END IF;
          PERFORM setval('users_id_seq', (
            SELECT min(u.id) FROM users u
            WHERE u.id >= candidate AND NOT EXISTS (SELECT 1 FROM users v WHERE v.id = u.id + 1)
          ));
        END LOOP;
      END $$;
    `);
  },
};
