import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { announce, serve } from '../ipc.js';
import { Histogram, type Percentiles } from '../load/histogram.js';
import { cpuBetween, cpuNow, type Cpu, type Watch } from '../proc.js';
import { migrate } from '../product.js';
import { EMPTY, INSERT, rowValues } from './database.sql.js';

/**
 * Floor (b): the database alone. Rows of messages are inserted into the product's table with its keys and indexes, one
 * per commit from 16 connections by a prepared statement. Nothing is published and nothing is checked.
 */

export interface InsertResult {
  windowMs: number;
  rows: number;
  commit: Percentiles;
  cpu: Cpu;
}

export interface DatabaseOperations {
  insert: {
    params: { connections: number; warmupMs: number; windowMs: number; watch: Watch };
    result: InsertResult;
  };
}

const connectionString = process.env['DATABASE_URL'] ?? '';
await migrate(connectionString);

process.once('disconnect', () => process.exit());

serve<DatabaseOperations>({
  insert: async ({ connections, warmupMs, windowMs, watch }) => {
    const clients = await Promise.all(
      Array.from({ length: connections }, async () => {
        const client = new pg.Client({ connectionString });
        await client.connect();
        return client;
      }),
    );
    const commit = new Histogram();
    let inserting = true;
    let measuring = false;
    let rows = 0;
    const insertOn = async (client: pg.Client, connection: number): Promise<void> => {
      for (let number = 0; inserting; number++) {
        const start = performance.now();
        await client.query({
          name: 'insert',
          text: INSERT,
          values: rowValues(connection, number, randomUUID()),
        });
        if (!measuring) continue;
        commit.record(performance.now() - start);
        rows++;
      }
    };
    await clients[0]?.query(EMPTY);
    const loops = Promise.all(clients.map(insertOn));
    await sleep(warmupMs);
    const before = cpuNow(watch);
    const start = performance.now();
    measuring = true;
    await sleep(windowMs);
    measuring = false;
    const measuredMs = performance.now() - start;
    const cpu = cpuBetween(before, cpuNow(watch));
    inserting = false;
    await loops;
    await Promise.all(clients.map((client) => client.end()));
    return { windowMs: measuredMs, rows, commit: commit.percentiles(), cpu };
  },
});

announce('ready');
