import { createServer } from 'node:net';
import pg from 'pg';
import { isMissingFamily } from '../common/http/listen.js';
import type { AppConfig, ConfigFault } from '../config/config.js';
import { AddressGuard } from '../outbound/address-guard.js';
import { metricsAddresses } from './metrics-access.js';

/** Milliseconds that the database has to answer at start. */
const CONNECT_WITHIN_MS = 3_000;

const REASONS: Record<string, (port: number) => string> = {
  EADDRINUSE: (port) => `port ${port} is in use by another program: stop it, or choose another port`,
  EACCES: (port) => `this user may not listen on port ${port}: choose one above 1023`,
  EADDRNOTAVAIL: () => 'HOST is not an address of this machine',
  ENOTFOUND: () => 'HOST is not an address of this machine',
};

/** Checks one port on all addresses that `listen` would use. */
async function portFault(
  variable: string,
  port: number,
  addresses: readonly string[] | null,
): Promise<ConfigFault | null> {
  if (port === 0) return null;
  for (const [place, host] of (addresses ?? [undefined]).entries()) {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      const probe = createServer();
      probe.once('error', resolve);
      probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(null)));
    });
    if (error === null || (place > 0 && isMissingFamily(error))) continue;
    return { variable, message: REASONS[error.code ?? '']?.(port) ?? error.message };
  }
  return null;
}

async function databaseFault(url: string | null): Promise<ConfigFault | null> {
  if (url === null) return null;
  let client: pg.Client;
  try {
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  } catch {
    // Its message may quote the URL.
    return { variable: 'DATABASE_URL', message: 'its parameters cannot be read' };
  }
  client.on('error', () => undefined);
  try {
    await client.connect();
    return null;
  } catch (error) {
    const { host, port } = client;
    const reason =
      error instanceof Error ? error.message || (error as { code?: string }).code : String(error);
    return { variable: 'DATABASE_URL', message: `cannot connect to ${host}:${port}: ${reason}` };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What can be said of the URL without looking its name up. */
function hookFault({ beforeSend, outbound }: AppConfig): ConfigFault | null {
  if (beforeSend.url === null) return null;
  try {
    new AddressGuard(outbound, async () => []).check(beforeSend.url);
    return null;
  } catch (error) {
    return { variable: 'BEFORE_SEND_URL', message: error instanceof Error ? error.message : String(error) };
  }
}

/** Checks a valid configuration against the environment: ports in use, a database that can't be reached, a URL that may not be. */
export async function preflight(config: AppConfig): Promise<ConfigFault[]> {
  const faults = await Promise.all([
    databaseFault(config.database.url),
    portFault('PORT', config.httpPort, config.listenOn),
    // The same port for both is already a fault, and two probes of it would disturb each other.
    config.socketPort === config.httpPort
      ? null
      : portFault('SOCKET_PORT', config.socketPort, config.listenOn),
    portFault('METRICS_PORT', config.metrics.port ?? 0, metricsAddresses(config)),
  ]);
  return [...faults, hookFault(config)].filter((fault) => fault !== null);
}
