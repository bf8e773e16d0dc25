import pg from 'pg';
import type { ErasureView } from '../../src/contract/index.js';
import { expectUnreadRight, tracesOf } from '../support/erasures.js';
import { ownInstallation, type Program, serving } from '../support/process.js';
import { pause } from '../support/time.js';

jest.setTimeout(180_000);

const posixOnly = process.platform === 'win32' ? describe.skip : describe;

const MESSAGES = 4_000;

/** How long the erasure may take on a busy machine, with the wait for a lease of a dead node, in milliseconds. */
const PATIENCE_MS = 120_000;

posixOnly('The erasure of a person', () => {
  const own = ownInstallation();
  let sql: pg.Client;
  let people = 0;
  const programs: Program[] = [];

  beforeAll(async () => {
    sql = new pg.Client({ connectionString: own.database.url });
    // The database is dropped under it at the end.
    sql.on('error', () => undefined);
    await sql.connect();
  });
  afterAll(async () => {
    for (const program of programs) program.end();
    await sql.end();
  });

  async function start(): Promise<{ program: Program; rest: string }> {
    const program = own.installed.start({ DATABASE_URL: own.database.url, AUTH: 'open' });
    programs.push(program);
    return { program, ...(await serving(program)) };
  }

  /** Somebody with thousands of messages in a hundred groups of three, which the others have not read. */
  async function somebody(): Promise<{ id: number; word: string }> {
    const id = ++people * 10;
    const word = `Zaphodine${people}`;
    await sql.query(
      `INSERT INTO users (id, name) VALUES ($1, $2), ($1::bigint + 1, 'b'), ($1::bigint + 2, 'c')`,
      [id, word],
    );
    await sql.query(
      `WITH made AS (
         INSERT INTO chats (type, title, "memberCount", "lastSeq", version)
         SELECT 'group', 'g', 3, $2::int, $2::int + 1 FROM generate_series(1, 100) RETURNING id
       ), members AS (
         INSERT INTO chat_members ("chatId", "userId", role, sent, "sentBefore")
         SELECT m.id, u.id, CASE u.id WHEN $1::bigint THEN 'owner' ELSE 'member' END,
           CASE u.id WHEN $1::bigint THEN $2::int ELSE 0 END, 0
         FROM made m CROSS JOIN (VALUES ($1::bigint), ($1::bigint + 1), ($1::bigint + 2)) u(id)
       )
       INSERT INTO messages ("chatId", seq, version, "senderId", "clientId", content)
       SELECT m.id, s, s + 1, $1::bigint, md5(m.id || ' ' || s), $3 || ' wrote ' || s
       FROM made m CROSS JOIN generate_series(1, $2::int) s`,
      [id, MESSAGES / 100, word],
    );
    return { id, word };
  }

  async function ask(rest: string, id: number): Promise<number> {
    const response = await fetch(`${rest}/users/${id}?messages=erase`, { method: 'DELETE' });
    expect(response.status).toBe(200);
    return ((await response.json()) as ErasureView).id;
  }

  async function until(erasureId: number, enough: (row: { messages: number; done: boolean }) => boolean) {
    for (const end = performance.now() + PATIENCE_MS; ;) {
      const { rows } = await sql.query<{ messages: number; done: boolean }>(
        `SELECT COALESCE((counts ->> 'messages')::int, 0) AS messages, "doneAt" IS NOT NULL AS done
         FROM erasures WHERE id = $1`,
        [erasureId],
      );
      if (enough(rows[0]!)) return rows[0]!;
      if (performance.now() > end) throw new Error(`Not so far: ${JSON.stringify(rows)}`);
      await pause(5);
    }
  }

  async function expectAllGone(erasureId: number, id: number, word: string): Promise<void> {
    expect(await until(erasureId, ({ done }) => done)).toEqual({ messages: MESSAGES, done: true });
    expect(await tracesOf(own.database.url, id, [word])).toEqual([]);
    await expectUnreadRight(own.database.url);
    const { rows } = await sql.query(
      `SELECT m."chatId" FROM messages m JOIN chats c ON c.id = m."chatId"
       GROUP BY m."chatId", c."lastSeq", c.version
       HAVING count(*) <> c."lastSeq" OR max(m.version) > c.version OR count(DISTINCT m.version) <> count(*)`,
    );
    expect(rows).toEqual([]);
  }

  it('is finished by the next start when the process is killed in the middle', async () => {
    const { id, word } = await somebody();
    const first = await start();
    const erasureId = await ask(first.rest, id);
    await until(erasureId, ({ messages }) => messages > 0);
    first.program.kill('SIGKILL');
    await first.program.exited;
    const { messages, done } = await until(erasureId, () => true);
    expect(done).toBe(false);
    expect(messages).toBeLessThan(MESSAGES);
    const second = await start();
    await expectAllGone(erasureId, id, word);
    second.program.end();
    await second.program.exited;
  });

  it('is the same when two nodes do it at once', async () => {
    const { id, word } = await somebody();
    const [one, other] = [await start(), await start()];
    const [erasureId, same] = await Promise.all([ask(one.rest, id), ask(other.rest, id)]);
    expect(same).toBe(erasureId);
    // Both believe that it is theirs, again and again.
    for (let taken = 0; taken < 10; taken++) {
      await sql.query('UPDATE erasures SET "leasedUntil" = now() WHERE id = $1 AND "doneAt" IS NULL', [
        erasureId,
      ]);
      if ((await until(erasureId, () => true)).done) break;
      // A request makes a node look for work at once.
      await Promise.all([ask(one.rest, id), ask(other.rest, id)]);
      await pause(100);
    }
    await expectAllGone(erasureId, id, word);
    for (const { program } of [one, other]) {
      program.end();
      await program.exited;
    }
  });

  it('goes on when PostgreSQL ends its connections', async () => {
    const { id, word } = await somebody();
    const { program, rest } = await start();
    const erasureId = await ask(rest, id);
    for (let killed = 0; killed < 5; killed++) {
      await sql.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      await pause(150);
    }
    await expectAllGone(erasureId, id, word);
    program.end();
    await program.exited;
  });
});
