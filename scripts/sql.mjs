/**
 * Writes docs/reference/statements.md: every prepared statement as it is sent, with PostgreSQL's plan under the
 * settings of its connections, on a small filled database. Reads the statements from `dist`, so build first (`npm run
 * sql` does). With `--check` it writes nothing: it shows the first difference and exits with 1.
 *
 * The database is a temporary embedded one, or with SQL_DATABASE_URL an empty one of yours.
 */
import { mkdtemp, readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import pg from 'pg';
import { postgresUrl } from '../dist/config/postgres-url.js';
import { startEmbeddedPostgres } from '../dist/database/embedded/embedded-postgres.js';
import { migrate } from '../dist/database/migrator.js';
import { profiles, sessionOptions } from '../dist/database/profiles.js';
import { statements } from '../dist/database/statement.js';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const DOCUMENT = join(root, 'docs', 'reference', 'statements.md');

/** Users, direct chats, groups with members, and messages of all kinds: enough that no table is empty. */
const FILL = `
  INSERT INTO users (id, name, "externalId") SELECT i, 'User ' || i, 'ext-' || i FROM generate_series(1, 400) i;
  INSERT INTO user_name_words (word, "userId") SELECT w, i FROM generate_series(1, 400) i, unnest(ARRAY['user', i::text]) w;
  INSERT INTO chats (type, "user1Id", "user2Id", "lastSeq", version, "user1Sent", "user2Sent")
    SELECT 'direct', i, i + 200, 20, 21, 10, 10 FROM generate_series(1, 200) i;
  INSERT INTO chats (type, title, "lastSeq", version, "memberCount")
    SELECT 'group', 'Group ' || i, 20, 21, 20 FROM generate_series(1, 20) i;
  INSERT INTO chat_members ("chatId", "userId")
    SELECT c.id, p.id FROM chats c, unnest(ARRAY[c."user1Id", c."user2Id"]) p(id) WHERE c.type = 'direct';
  INSERT INTO chat_members ("chatId", "userId", role)
    SELECT c.id, p, CASE p WHEN 1 THEN 'owner' ELSE 'member' END
    FROM chats c, generate_series(1, 20) p WHERE c.type = 'group';
  INSERT INTO profile_changes ("chatId", "userId", at) SELECT "chatId", "userId", now() FROM chat_members;
  INSERT INTO messages ("chatId", seq, version, "senderId", "clientId", content, revised)
    SELECT c.id, s, s + 1, COALESCE(c."user1Id", 1), c.id || '-' || s, 'Hello ' || s, s % 10 = 0
    FROM chats c, generate_series(1, 20) s;
  INSERT INTO message_edits SELECT id, 1, 'before', now() FROM messages WHERE revised;
  INSERT INTO message_reactions ("messageId", emoji, "userId") SELECT id, '+', 2 FROM messages WHERE revised;
  INSERT INTO message_mentions ("chatId", "userId", seq) SELECT id, 2, 20 FROM chats WHERE type = 'group';
  INSERT INTO hidden_messages ("userId", "messageId", "chatId") SELECT 2, id, "chatId" FROM messages WHERE seq = 5;
  INSERT INTO user_blocks ("userId", "blockedId") SELECT i, i + 1 FROM generate_series(300, 350) i;
  INSERT INTO chat_invitations ("chatId", "userId", "invitedBy", withheld)
    SELECT c.id, p, 1, p % 2 = 0 FROM chats c, generate_series(21, 60) p WHERE c.type = 'group';
  INSERT INTO chat_refusals ("chatId", "userId", "hasLeft")
    SELECT c.id, p, true FROM chats c, generate_series(21, 60) p WHERE c.type = 'group';
  INSERT INTO idempotency_keys ("actorId", key, command, "bodyHash")
    SELECT i, 'key', 'createGroup', '' FROM generate_series(1, 200) i;
  INSERT INTO credentials ("userId", username, "passwordHash") SELECT id, 'user' || id, '' FROM users;
  INSERT INTO sessions ("userId", "tokenHash", "expiresAt") SELECT id, '', now() FROM users;
  INSERT INTO message_reports ("messageId", "reporterId", "chatId", seq, content, edits, "sentAt")
    SELECT id, 2, "chatId", seq, content, '[]', "createdAt" FROM messages WHERE revised;
  INSERT INTO message_reports (kind, "reportedUserId", "reporterId") SELECT 'user', i, 2 FROM generate_series(3, 200) i;
  INSERT INTO message_reports (kind, "chatId", "reporterId") SELECT 'chat', id, 2 FROM chats LIMIT 200;
  ANALYZE`;

async function loadStatements() {
  const files = (await readdir(dist, { recursive: true }))
    .filter((file) => file.endsWith('.queries.js'))
    .sort();
  const found = [];
  for (const file of ['database/database.js', ...files]) {
    const before = statements.size;
    await import(join(dist, file));
    for (const { name, text } of [...statements.values()].slice(before)) found.push({ name, text });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The text without its indentation in the source file. */
function outdented(text) {
  const lines = text.replace(/^\n/, '').trimEnd().split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  // When the text starts on the line of `text:`, its first line has no indentation.
  const least = Math.min(...(indents[0] === 0 ? indents.slice(1) : indents), 40);
  return lines
    .map((line) => line.slice(Math.min(least, Math.max(line.search(/\S/), 0))))
    .filter((line) => line.trim() !== '')
    .join('\n');
}

async function planOf(client, { name, text }) {
  try {
    const { rows } = await client.query(`EXPLAIN (GENERIC_PLAN, COSTS OFF) ${text}`);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  } catch (error) {
    throw new Error(`${name} has no plan: ${error.message}`, { cause: error });
  }
}

async function rendered(url) {
  await migrate(url);
  const client = new pg.Client({ connectionString: url, options: sessionOptions(profiles.chat) });
  await client.connect();
  try {
    await client.query(FILL);
    const sections = [];
    for (const statement of await loadStatements()) {
      const plan = await planOf(client, statement);
      sections.push(
        `## ${statement.name}\n\n\`\`\`sql\n${outdented(statement.text)}\n\`\`\`\n\n\`\`\`text\n${plan}\n\`\`\``,
      );
    }
    const settings = Object.entries(profiles.chat.settings).map(([key, value]) => `\`${key}=${value}\``);
    return `<!-- Generated by \`npm run sql\`. -->

# Statements

Every prepared statement as it is sent, by its name, with its generic plan under the profile \`chat\`
(${settings.join(', ')}) on a small filled database. What the models send is not here: it is made by
Sequelize. How a statement is written is said in [src/database](../../src/database/README.md).

${sections.join('\n\n')}
`;
  } finally {
    await client.end();
  }
}

async function onScratchDatabase(work) {
  if (process.env.SQL_DATABASE_URL) return work(postgresUrl(process.env.SQL_DATABASE_URL));
  const dataDir = await mkdtemp(join(tmpdir(), 'chat-statements-'));
  const embedded = await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres') });
  try {
    return await work(embedded.url);
  } finally {
    await embedded.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

const text = await onScratchDatabase(rendered);
const current = await readFile(DOCUMENT, 'utf8').catch(() => '');
if (text !== current) {
  const name = relative(root, DOCUMENT);
  if (process.argv.includes('--check')) {
    const [lines, old] = [text.split('\n'), current.split('\n')];
    const at = lines.findIndex((line, i) => line !== old[i]);
    console.log(
      `${name} differs from line ${at + 1} on: run \`npm run sql\`\n- ${old[at] ?? ''}\n+ ${lines[at] ?? ''}`,
    );
    process.exitCode = 1;
  } else {
    await mkdir(dirname(DOCUMENT), { recursive: true });
    await writeFile(DOCUMENT, text);
    console.log(`${name} written`);
  }
}
