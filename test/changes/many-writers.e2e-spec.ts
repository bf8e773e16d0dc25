import pg from 'pg';
import { logPage } from '../../src/changes/log-page.js';
import type { Change } from '../../src/changes/log.queries.js';
import type { Position } from '../../src/changes/position.js';
import { SettledLog } from '../../src/changes/settled.js';
import { addSink } from '../../src/changes/sinks.queries.js';
import { Database } from '../../src/database/database.js';
import { pause } from '../support/time.js';
import { eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

describe('The log of changes', () => {
  let world: World;
  let sql: Database;
  const clients: pg.Client[] = [];
  beforeAll(async () => {
    world = await World.start();
    sql = Database.open({ url: world.config.database.url!, pool: 4, timeoutMs: 4_000 });
    await addSink(sql, 'test');
  });
  afterAll(async () => {
    for (const client of clients) await client.end().catch(() => undefined);
    await sql.close();
    await world.stop();
  });

  async function connection(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: world.config.database.url! });
    // Some are killed.
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  }

  it.each([
    ['roll back', false],
    ['are killed', true],
  ])(
    'misses nothing and repeats nothing, and has the order of each chat, while eight write and some %s',
    async (_, kills) => {
      const backends = new Set<number>();
      let killed = 0;
      const chats = await Promise.all([1, 2, 3].map(async () => (await world.pair()).chatId));
      const settled = new SettledLog(sql);
      await eventually(async () => (await settled.look()).outboxId > 0);
      const from = await settled.look();
      let writing = true;
      const writer = async () => {
        const client = await connection();
        const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        backends.add(Number(rows[0]!.pid));
        return client;
      };
      const write = async (seed: number) => {
        let client = await writer();
        const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
        const change = async () => {
          const chatId = chats[Math.floor(random() * chats.length)]!;
          await client.query('BEGIN');
          const isNew = random() < 0.6;
          const {
            rows: [chat],
          } = await client.query<{ seq: string; version: string }>(
            `UPDATE chats SET version = version + 1, "lastSeq" = "lastSeq" + $2::int
           WHERE id = $1 RETURNING "lastSeq" AS seq, version`,
            [chatId, isNew ? 1 : 0],
          );
          await client.query('SELECT pg_sleep($1)', [random() * 0.003]);
          if (isNew)
            await client.query(
              `INSERT INTO messages ("chatId", seq, version, content) VALUES ($1, $2, $3, '')`,
              [chatId, chat!.seq, chat!.version],
            );
          else
            await client.query(`SELECT note_change('chatUpdated', $1, $2, NULL, NULL)`, [
              chatId,
              chat!.version,
            ]);
          await client.query('SELECT pg_sleep($1)', [random() * 0.003]);
          await client.query(!kills && random() < 0.2 ? 'ROLLBACK' : 'COMMIT');
        };
        for (let nr = 0; nr < 40; nr++) {
          try {
            await change();
          } catch (error) {
            if (!kills) throw error;
            client = await writer();
          }
        }
        writers--;
      };
      let writers = 8;
      /** Kills one after the other, wherever it is in what it does, also while it commits. */
      const killer = async () => {
        for (let nth = 0; writers > 0; nth++) {
          await pause(15);
          const pid = [...backends][(nth * 5) % backends.size]!;
          backends.delete(pid);
          await world.sql('SELECT pg_terminate_backend($1)', [pid]);
          killed++;
        }
      };
      const isAll = async ({ messageId, outboxId }: Position) => {
        const [newest] = await world.sql<{ message: string; change: string }>(
          `SELECT COALESCE((SELECT max(id) FROM messages), 0) AS message,
             COALESCE((SELECT max(id) FROM outbox), 0) AS change`,
        );
        return messageId >= Number(newest!.message) && outboxId >= Number(newest!.change);
      };
      const read: Change[] = [];
      const reader = async () => {
        let at = from;
        for (let last = false; ;) {
          const upTo = await settled.look();
          let page;
          do {
            page = await logPage(sql, at, upTo, 7);
            read.push(...page.changes);
            at = page.upTo;
          } while (page.changes.length > 0);
          // What was committed last settles a look or two later.
          if (last && (await isAll(at))) break;
          last = !writing;
        }
      };
      const reading = reader();
      const killing = kills ? killer() : undefined;
      await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => write(seed * 7_919)));
      await killing;
      writing = false;
      await reading;
      if (kills) expect(killed).toBeGreaterThan(10);
      const rows = await world.sql<{ chatId: string; version: string }>(
        `SELECT "chatId", version FROM messages WHERE id > $1 AND "chatId" = ANY($3)
       UNION ALL SELECT "chatId", version FROM outbox WHERE ("afterMessageId", id) > ($1, $2) AND "chatId" = ANY($3)
       ORDER BY 1, 2`,
        [from.messageId, from.outboxId, chats],
      );
      const versions = new Map(
        (await world.sql<{ id: string; version: string }>('SELECT id, version FROM messages')).map((row) => [
          Number(row.id),
          Number(row.version),
        ]),
      );
      const got = (chatId: number) =>
        read
          .filter((one) => one.chatId === chatId)
          .map((one) => (one.kind === 'newMessage' ? versions.get(one.messageId!) : one.nr));
      expect(rows.length).toBeGreaterThan(120);
      for (const chatId of chats)
        expect(got(chatId)).toEqual(
          rows.filter((row) => Number(row.chatId) === chatId).map(({ version }) => Number(version)),
        );
    },
  );
});
