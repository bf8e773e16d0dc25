import { createServer } from 'node:net';
import pg from 'pg';
import type { AppConfig, ConfigFault } from '../config/config.js';
import { metricsHost } from './metrics-access.js';

/** Milliseconds that the database has to answer at start. */
const CONNECT_WITHIN_MS = 3_000;

async function portFault(
  variable: string,
  port: number,
  host: string | undefined,
): Promise<ConfigFault | null> {
  if (port === 0) return null;
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: `port ${port} is in use by another program`,
        EACCES: `this user may not listen on port ${port}: choose one above 1023`,
        EADDRNOTAVAIL: 'HOST is not an address of this machine',
        ENOTFOUND: 'HOST is not an address of this machine',
      };
      resolve({ variable, message: reasons[error.code ?? ''] ?? error.message });
    });
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}

async function databaseFault(url: string | null): Promise<ConfigFault | null> {
  if (url === null) return null;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return null;
  } catch (error) {
    const { host, port } = client;
    const reason =
      error instanceof Error ? error.message || (error as { code?: string }).code : String(error);
    return { variable: 'DATABASE_URL', message: `no database at ${host}:${port}: ${reason}` };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Checks a valid configuration against the environment: ports in use, a database that can't be reached. */
export async function preflight(config: AppConfig): Promise<ConfigFault[]> {
  const faults = await Promise.all([
    databaseFault(config.database.url),
    portFault('PORT', config.httpPort, config.host),
    // The same port for both is already a fault, and two probes of it would disturb each other.
    config.socketPort === config.httpPort ? null : portFault('SOCKET_PORT', config.socketPort, config.host),
    portFault('METRICS_PORT', config.metrics.port ?? 0, metricsHost(config)),
  ]);
  return faults.filter((fault) => fault !== null);
}
