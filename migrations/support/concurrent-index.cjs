'use strict';

/**
 * Creates an index without blocking reads and writes; `how` is the SQL after its name. It waits for every open
 * transaction, a dump included, without a timeout, because it blocks no other session meanwhile. Removes what an
 * interrupted attempt left first, so it can always be repeated. Fails when the name belongs to something else. Call it
 * outside a transaction.
 */
async function createIndex({ sequelize }, name, how, unique = false) {
  await unbounded(sequelize, async () => {
    const [[there]] = await sequelize.query(
      'SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name) AND indrelid = to_regclass(:table)',
      { replacements: { name, table: how.split(' ')[1] } },
    );
    if (there?.indisvalid) return;
    if (there) await sequelize.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
    await sequelize.query(`CREATE ${unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY ${name} ${how}`);
  });
}

/** Drops an index in the same way. */
async function dropIndex({ sequelize }, name) {
  await unbounded(sequelize, () => sequelize.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`));
}

/** The migrator and sequelize-cli have one connection each, so the setting applies to the one that waits. */
async function unbounded(sequelize, work) {
  await sequelize.query('SET lock_timeout = 0');
  try {
    await work();
  } finally {
    await sequelize.query('RESET lock_timeout');
  }
}

module.exports = { createIndex, dropIndex };
