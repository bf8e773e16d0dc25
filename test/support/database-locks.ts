import { eventually, type World } from './world.js';

/** Waits until so many statements of the world's database wait for a lock. */
export async function waitingForLock(world: World, count = 1): Promise<void> {
  await eventually(async () => {
    const rows = await world.sql(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length >= count;
  });
}
