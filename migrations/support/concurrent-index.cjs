'use strict';

/**
 * Makes an index beside reads and writes, however large its table is; `how` is what follows its name. Waits for every
 * transaction that is open, a dump included, and holds nobody up meanwhile: so without a bound. What an attempt
 * that was cut off has left is removed first, so the same again may always be tried. Outside a transaction.
 */
async function createIndex({ sequelize }, name, how, unique = false) {
  await unbounded(sequelize, async () => {
    const [leftover] = await sequelize.query(
      'SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid',
      { replacements: { name } },
    );
    if (leftover.length > 0) await sequelize.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
    await sequelize.query(`CREATE ${unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY IF NOT EXISTS ${name} ${how}`);
  });
}

/** As above. */
async function dropIndex({ sequelize }, name) {
  await unbounded(sequelize, () => sequelize.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`));
}

/** The migrator and sequelize-cli have one connection each, so this is said to the one that waits. */
async function unbounded(sequelize, work) {
  await sequelize.query('SET lock_timeout = 0');
  try {
    await work();
  } finally {
    await sequelize.query('RESET lock_timeout');
  }
}

module.exports = { createIndex, dropIndex };
