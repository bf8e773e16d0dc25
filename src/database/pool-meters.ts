import type { Sequelize } from 'sequelize';
import type { Metrics } from '../common/metrics/metrics.js';
import type { Database } from './database.js';

/** Sequelize keeps its pool under this name, and declares no type for it. */
interface ModelPool {
  pool: { size: number; available: number; using: number; waiting: number };
}

/** Makes the gauges of both pools. */
export function countPools(metrics: Metrics, database: Database, models: Sequelize): void {
  const { pool } = models.connectionManager as unknown as ModelPool;
  const pools = {
    sql: () => database.load,
    models: () => ({ busy: pool.using, idle: pool.available, waiting: pool.waiting }),
  };
  for (const [name, load] of Object.entries(pools)) {
    for (const state of ['busy', 'idle'] as const) {
      metrics.gauge('chat_database_connections', 'Connections to PostgreSQL.', () => load()[state], {
        pool: name,
        state,
      });
    }
    metrics.gauge(
      'chat_database_waiting',
      'Callers that wait for a connection to PostgreSQL.',
      () => load().waiting,
      { pool: name },
    );
  }
}
