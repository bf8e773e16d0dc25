import type { Statement } from '../database/sql.js';

export const takeId: Statement = {
  name: 'users.takeId',
  text: `SELECT nextval('users_id_seq') AS id`,
};

/** `$1` an id that open mode has used before the sequence came to it: moves the sequence to the end of that run. */
export const skipTakenIds: Statement = {
  name: 'users.skipTakenIds',
  text: `
    SELECT setval('users_id_seq', (
      SELECT min(u.id) FROM users u
      WHERE u.id >= $1 AND NOT EXISTS (SELECT 1 FROM users v WHERE v.id = u.id + 1)
    ))`,
};
