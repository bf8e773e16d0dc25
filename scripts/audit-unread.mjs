/**
 * Checks that unread counts, which are computed from watermarks, equal a count of the messages, for every member of
 * every chat: `npm run audit:unread`. Uses the database of DATABASE_URL (environment or .env), else the embedded one.
 * Exits with 1 when a membership differs.
 */
import { join } from 'node:path';
import { config } from 'dotenv';
import { postgresUrl } from '../dist/config/postgres-url.js';
import { startEmbeddedPostgres } from '../dist/database/embedded/embedded-postgres.js';
import { migrate } from '../dist/database/migrator.js';
import { Database } from '../dist/database/database.js';
import { auditUnread } from '../dist/receipts/audit-unread.js';

const root = join(import.meta.dirname, '..');
config({ quiet: true, path: join(root, '.env') });

const embedded = process.env.DATABASE_URL
  ? null
  : await startEmbeddedPostgres({ dataDir: join(root, '.data', 'postgres') });
const url = embedded ? embedded.url : postgresUrl(process.env.DATABASE_URL);
await migrate(url);
const sql = Database.open({ url, pool: 1, timeoutMs: 60_000 });
try {
  const { looked, faults } = await auditUnread(sql, (count) =>
    process.stderr.write(`\r${count} memberships`),
  );
  process.stderr.write('\n');
  for (const { chatId, userId, arithmetic, counted } of faults) {
    console.log(`chat ${chatId}, user ${userId}: ${arithmetic} unread by watermarks, ${counted} by count`);
  }
  console.log(`${looked} memberships checked, ${faults.length} differ`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await sql.close();
  await embedded?.stop();
}
