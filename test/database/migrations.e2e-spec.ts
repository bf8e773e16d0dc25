import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type QueryInterface, QueryTypes, Sequelize } from 'sequelize';
import { migrate } from '../../src/database/migrator.js';
import { projectRoot } from '../../src/common/project-root.js';
import { freshDatabase } from '../support/cluster.js';

interface Migration {
  name: string;
  up(queryInterface: QueryInterface): Promise<void>;
  down(queryInterface: QueryInterface): Promise<void>;
}

const FOLDER = join(projectRoot(), 'migrations');
const load = createRequire(join(FOLDER, 'migrations.cjs'));

const MIGRATIONS = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.cjs'))
  .sort()
  .map((name) => ({ ...(load(join(FOLDER, name)) as Omit<Migration, 'name'>), name }));

/** A line for everything that a migration can make. */
const SCHEMA = `
  SELECT concat_ws(' ', 'column', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
    pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)) AS line
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
  UNION ALL SELECT concat_ws(' ', 'relation', relname, relkind, reloptions)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', pg_get_indexdef(indexrelid), 'valid', indisvalid)
    FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
  ORDER BY line`;

/** Something in every table, with what refers to it. */
const ROWS = `
  INSERT INTO users (name) VALUES ('Ada'), ('Ben');
  INSERT INTO credentials ("userId", username, "passwordHash") VALUES (1, 'ada', 'x');
  INSERT INTO sessions ("userId", "tokenHash", "expiresAt") VALUES (1, 'x', now());
  INSERT INTO token_bounds ("userId", generation) VALUES (1, 1);
  INSERT INTO ended_sessions (id, "userId") VALUES (gen_random_uuid(), 1);
  INSERT INTO login_failures (key, failures, free, "nextAt", "failedAt") VALUES ('x', 1, 5, now(), now());
  INSERT INTO login_places ("userId", place) VALUES (1, 'x');
  INSERT INTO logins ("userId", ok, network) VALUES (1, true, '192.0.2.0/24');
  INSERT INTO user_blocks ("userId", "blockedId") VALUES (1, 2);
  INSERT INTO chats (type, "user1Id", "user2Id") VALUES ('direct', 2, 1);
  INSERT INTO chat_members ("chatId", "userId") VALUES (1, 1), (1, 2);
  INSERT INTO messages ("chatId", seq, version, "senderId", content) VALUES (1, 1, 2, 1, 'Hi');
  INSERT INTO message_mentions ("chatId", "userId", seq) VALUES (1, 2, 1);
  INSERT INTO chat_purges ("chatId") VALUES (5);
  INSERT INTO message_edits ("messageId", nr, content, at) VALUES (1, 1, 'Ho', now());
  INSERT INTO message_mentions ("chatId", "userId", seq, "senderId", version) VALUES (1, 0, 1, 1, 2);
  INSERT INTO deleted_contents ("messageId", at, content, edits) VALUES (1, now(), 'Hu', '[]');
  INSERT INTO message_reactions ("messageId", emoji, "userId") VALUES (1, '+', 2);
  INSERT INTO hidden_messages ("userId", "messageId", "chatId") VALUES (2, 1, 1);
  INSERT INTO message_reports ("messageId", "reporterId", "chatId", seq, content, edits, "sentAt")
    VALUES (1, 2, 1, 1, 'Hi', '[]', now());
  INSERT INTO idempotency_keys ("actorId", key, command, "bodyHash") VALUES (1, 'k', 'addReaction', 'x');
  INSERT INTO chat_invitations ("chatId", "userId", "invitedBy", withheld) VALUES (1, 2, 1, false);
  INSERT INTO chat_refusals ("chatId", "userId", "hasLeft") VALUES (1, 2, true);
  INSERT INTO user_name_words (word, "userId") VALUES ('ada', 1);
  INSERT INTO profile_changes ("chatId", "userId", at) VALUES (1, 1, now());
  INSERT INTO chat_restrictions ("chatId", "userId") VALUES (1, 2);
  INSERT INTO chat_invites ("chatId", "codeHash") VALUES (1, 'x');
  INSERT INTO public_group_words (word, "chatId") VALUES ('news', 1);
  INSERT INTO webhooks (url, events, secrets) VALUES ('https://example.com', '{*}', '[]');
  INSERT INTO webhook_parked ("webhookId", "eventId", "chatId", kind, nr, at, tries)
    VALUES (1, 'evt_1_m1', 1, 'newMessage', 1, now(), 1);
  INSERT INTO webhook_tries ("webhookId", "eventId", kind, try, "tookMs") VALUES (1, 'evt_1_m1', 'newMessage', 1, 5);
  INSERT INTO sinks (name, "messageId", "outboxId") VALUES ('x', 0, 0);
  INSERT INTO outbox ("afterMessageId", "chatId", version, kind) VALUES (0, 1, 1, 'newChat');
  INSERT INTO notification_preferences ("userId") VALUES (1);
  INSERT INTO notifications ("userId", "chatId", kind, about, at) VALUES (1, 1, 'added', 1, now());
  INSERT INTO push_targets ("userId", kind, token) VALUES (1, 'fcm', 'x');
  INSERT INTO push_states ("userId", "chatId", "pushedSeq") VALUES (1, 1, 1);
  INSERT INTO push_quiet ("userId", until) VALUES (1, now());
  INSERT INTO due_notifications ("userId", "chatId", seq, "messageId") VALUES (1, 1, 1, 1);
  INSERT INTO erasures ("userId", messages, step) VALUES (2, 'keep', 'done');
  INSERT INTO erased_members ("chatId", "userId", at) VALUES (1, 2, now());
  INSERT INTO message_streams ("userId", key, "messageId", "chatId", "endsAt") VALUES (1, 'x', 1, 1, now());
  INSERT INTO message_stream_parts ("messageId", start, text) VALUES (1, 0, 'Hi');
  INSERT INTO deactivations ("userId") VALUES (1);
  INSERT INTO audit_entries (action, "userId") VALUES ('userDeactivated', 1)`;

describe("This program's migrations", () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let sequelize: Sequelize;

  beforeEach(async () => {
    database = await freshDatabase();
    sequelize = new Sequelize(database.url, { logging: false, pool: { max: 1 } });
  });
  afterEach(async () => {
    await sequelize.close();
    await database.drop();
  });

  const schema = async () =>
    (await sequelize.query<{ line: string }>(SCHEMA, { type: QueryTypes.SELECT })).map(({ line }) => line);

  it('can each be undone, which restores the schema, and be run again', async () => {
    await sequelize.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    for (const { name, up, down } of MIGRATIONS) {
      const before = await schema();
      await up(sequelize.getQueryInterface());
      const after = await schema();
      await down(sequelize.getQueryInterface());
      expect([name, await schema()]).toEqual([name, before]);
      await up(sequelize.getQueryInterface());
      expect([name, await schema()]).toEqual([name, after]);
    }
  });

  it('can all be undone when every table has rows, until nothing is left', async () => {
    const made = await schema();
    await sequelize.query(ROWS);
    const tables = await sequelize.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
      { type: QueryTypes.SELECT },
    );
    for (const { name } of tables) {
      expect([name, await sequelize.query(`SELECT 1 FROM "${name}" LIMIT 1`)]).toMatchObject([
        name,
        [[{}], {}],
      ]);
    }
    for (const { down } of [...MIGRATIONS].reverse()) await down(sequelize.getQueryInterface());
    expect((await schema()).filter((line) => !line.includes('SequelizeMeta'))).toEqual([]);

    await sequelize.query('DELETE FROM "SequelizeMeta"');
    await migrate(database.url);
    expect(await schema()).toEqual(made);
  });
});
