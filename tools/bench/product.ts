/**
 * The parts of the product that the benchmark runs. The product has a build of its own, and this build does not include
 * its sources: so they are imported by path at run time.
 */

interface Server {
  url: string;
  stop: () => Promise<void>;
}

interface EmbeddedModule {
  startEmbeddedPostgres: (options: { dataDir: string; log: (line: string) => void }) => Promise<Server>;
}

interface PostgresUrlModule {
  postgresUrl: (text: string) => string;
}

interface MigratorModule {
  migrate: (databaseUrl: string) => Promise<string[]>;
}

/** Starts the PostgreSQL that comes with the product; its data is in `dataDir` and stays. */
export async function startEmbedded(dataDir: string, log: (line: string) => void): Promise<Server> {
  const module = (await compiled('database/embedded/embedded-postgres.js')) as EmbeddedModule;
  return module.startEmbeddedPostgres({ dataDir, log });
}

/** @throws Error that shows nothing of a URL whose password was not escaped. */
export async function checkedUrl(text: string): Promise<string> {
  const module = (await compiled('config/postgres-url.js')) as PostgresUrlModule;
  return module.postgresUrl(text);
}

/** Creates the product's tables in an empty database by its own migrations. */
export async function migrate(databaseUrl: string): Promise<void> {
  const module = (await compiled('database/migrator.js')) as MigratorModule;
  await module.migrate(databaseUrl);
}

function compiled(file: string): Promise<unknown> {
  return import(new URL(`../../${file}`, import.meta.url).href);
}
