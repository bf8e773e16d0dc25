import { join } from 'node:path';
import { config as loadEnvFile } from 'dotenv';
import { startApp } from './app.js';
import { type AppConfig, type ConfigFault, parseConfig } from './config/config.js';
import { misspeltNote } from './config/misspelt.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './database/embedded/embedded-postgres.js';
import { migrate } from './database/migrator.js';
import { banner, shownDatabase } from './operations/banner.js';
import { PinoLogger } from './common/logging/logger.js';
import { preflight } from './operations/preflight.js';
import { projectRoot } from './common/project-root.js';

/** Maximum milliseconds of a stop; then the process exits. */
const STOP_WITHIN_MS = 25_000;

/** Milliseconds between two checks for the parent process. */
const PARENT_CHECK_MS = 250;

function refuse(faults: ConfigFault[]): never {
  for (const { variable, message } of faults) process.stderr.write(`${variable}: ${message}\n`);
  process.exit(1);
}

function withDatabase(config: AppConfig, url: string): AppConfig {
  return Object.freeze({ ...config, database: Object.freeze({ ...config.database, url }) });
}

/** npm sends a SIGTERM only to its shell. The shell dies of it, and this process gets another parent. */
function whenParentEnds(then: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    then();
  }, PARENT_CHECK_MS).unref();
}

async function main(): Promise<void> {
  loadEnvFile({ quiet: true, path: join(projectRoot(), '.env') });
  const { config, faults } = parseConfig(process.env);
  faults.push(...(await preflight(config)));
  if (faults.length > 0) refuse(faults);

  const logger = new PinoLogger(config);
  for (const one of config.misspelt) logger.warn(misspeltNote(one), 'Main');
  const say = (line: string) =>
    config.production ? logger.log(line, 'Main') : void process.stdout.write(`${line}\n`);
  let embedded: EmbeddedPostgres | null = null;
  if (config.database.url === null) {
    const dataDir = join(projectRoot(), '.data', 'postgres');
    embedded = await startEmbeddedPostgres({ dataDir, revive: true, log: say });
  }
  const url = config.database.url ?? embedded?.url ?? '';
  try {
    await migrate(url, { log: say });
    const app = await startApp(withDatabase(config, url), logger);
    let stopping = false;
    const stop = (signal: string) => {
      if (stopping) process.exit(1);
      stopping = true;
      say(`${signal}: stopping`);
      setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
      void app
        .stop()
        .then(() => embedded?.stop())
        .then(() => process.exit(0))
        .catch((error: unknown) => {
          process.stderr.write(`Stopping failed: ${String(error)}\n`);
          process.exit(1);
        });
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(signal));
    if (process.env.npm_lifecycle_event !== undefined) whenParentEnds(() => stop('npm ended'));

    // Only now: a reader of this line may stop the process.
    const database = embedded
      ? `embedded PostgreSQL on port ${embedded.port}, data in ${embedded.dataDir}`
      : shownDatabase(url);
    const { httpPort, socketPort, metricsPort, pages } = app;
    const serving = { httpPort, socketPort, metricsPort, pages, database };
    if (config.production) logger.log({ ...serving, auth: config.auth.mode }, 'Serving', 'Main');
    else say(banner(config, serving));
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
