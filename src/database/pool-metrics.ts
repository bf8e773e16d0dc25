import type { Metrics } from '../common/metrics/metrics.js';
import type { Database } from './database.js';

/** Registers the gauges of a pool. `pool` is the name of its profile. */
export function countPool(metrics: Metrics, pool: string, database: Database): void {
  for (const state of ['busy', 'idle'] as const) {
    metrics.gauge('chat_database_connections', 'Connections to PostgreSQL.', () => database.load[state], {
      pool,
      state,
    });
  }
  metrics.gauge(
    'chat_database_waiting',
    'Callers that wait for a connection to PostgreSQL.',
    () => database.load.waiting,
    { pool },
  );
}
