/**
 * Looks for a person in every table, to show that an erasure has left nothing: `npm run audit:erased -- <id> [word ...]`.
 * The words are what else is known of them: name, username, externalId. Uses the database of DATABASE_URL (environment or
 * .env), else the embedded one. Exits with 1 when something is found.
 */
import { join } from 'node:path';
import { config } from 'dotenv';
import { postgresUrl } from '../dist/config/postgres-url.js';
import { startEmbeddedPostgres } from '../dist/database/embedded/embedded-postgres.js';
import { migrate } from '../dist/database/migrator.js';
import { Database } from '../dist/database/database.js';
import { auditErased } from '../dist/erasure/audit-erased.js';

const root = join(import.meta.dirname, '..');
config({ quiet: true, path: join(root, '.env') });

const [id, ...words] = process.argv.slice(2);
if (!/^[1-9]\d{0,15}$/.test(id ?? '') || words.some((word) => word.trim() === '')) {
  console.error('Usage: npm run audit:erased -- <id of the user> [name, username, externalId ...]');
  process.exit(2);
}

const embedded = process.env.DATABASE_URL
  ? null
  : await startEmbeddedPostgres({ dataDir: join(root, '.data', 'postgres') });
const url = embedded ? embedded.url : postgresUrl(process.env.DATABASE_URL);
await migrate(url);
const sql = Database.open({ url, pool: 1, timeoutMs: 600_000 });
try {
  const { columns, traces, stays } = await auditErased(sql, { userId: Number(id), words });
  const shown = ({ table, column, rows, of }) =>
    `${table}.${column}: ${rows} ${rows === 1 ? 'row' : 'rows'} (${of})`;
  for (const place of stays) console.log(`the number alone, as it should be: ${shown(place)}`);
  for (const place of traces) console.log(`found: ${shown(place)}`);
  console.log(
    `${columns} columns looked through for user ${id}${words.length > 0 ? ` and ${words.length} ${words.length === 1 ? 'word' : 'words'}` : ''}: ` +
      (traces.length === 0 ? 'nowhere' : `found in ${traces.length} places`),
  );
  process.exitCode = traces.length === 0 ? 0 : 1;
} finally {
  await sql.close();
  await embedded?.stop();
}
