import pg from 'pg';
import { Database } from '../../src/database/database.js';
import { Neighbours, sessionsOf } from '../../src/database/neighbours.js';
import { profiles } from '../../src/database/profiles.js';
import { freshDatabase } from '../support/cluster.js';
import { inTime } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

jest.setTimeout(40_000);

describe('A node', () => {
  let world: World;
  let admin: pg.Client;
  let drop: () => Promise<void>;
  let alice: Client;
  let chatId: number;

  beforeAll(async () => {
    const database = await freshDatabase();
    drop = database.drop;
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    world = await World.start({ DATABASE_URL: database.url });
    ({ alice, chatId } = await world.pair());
  });
  afterAll(async () => {
    await world.stop();
    await admin.end();
    await drop();
  });

  const ready = () => inTime(world.http.get('/health/ready'));
  const says = (word: string) => eventually(async () => (await ready()).body.database === word);
  const send = () => inTime(alice.ask('sendMessage', { chatId, content: 'hello' }));
  const sends = () => eventually(async () => (await send()).ok);
  const set = (what: string) =>
    admin.query(`ALTER DATABASE ${admin.escapeIdentifier(admin.database!)} ${what}`);

  it('is not ready while its database is read-only, and is again by itself', async () => {
    await set('SET default_transaction_read_only = on');
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'chat-%'`,
    );
    await says('read-only');
    expect(await ready()).toMatchObject({
      status: 503,
      body: { status: 'not ready', database: 'read-only' },
    });
    expect(await send()).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
    expect(await inTime(alice.ask('getMessages', { chatId }))).toMatchObject({ ok: true });
    await set('RESET default_transaction_read_only');
    await says('up');
    await sends();
    expect((await ready()).status).toBe(200);
  });

  it('is not ready while the disk of its database is full, and is again by itself', async () => {
    await admin.query(`
      CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
      CREATE TRIGGER no_space BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION no_space()`);
    expect(await send()).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
    expect(await ready()).toMatchObject({
      status: 503,
      body: { status: 'not ready', database: 'disk full' },
    });
    await admin.query('DROP TRIGGER no_space ON messages');
    await says('up');
    await sends();
  });

  it('is not ready while its database has no slots, and is again by itself', async () => {
    await set('CONNECTION LIMIT 0');
    await admin.query(
      `CREATE ROLE slotless LOGIN PASSWORD 'slotless'; GRANT ALL ON ALL TABLES IN SCHEMA public TO slotless`,
    );
    const url = new URL(world.config.database.url!);
    url.username = 'slotless';
    url.password = 'slotless';
    const database = Database.open({ url: url.href, pool: 2, timeoutMs: 1_000 });
    expect(await database.state()).toBe('no slots');
    await set('CONNECTION LIMIT -1');
    expect(await database.state()).toBe('up');
    await database.close();
    const node = await World.start({ DATABASE_URL: url.href });
    const says = (status: number, word: string) =>
      eventually(async () => {
        const answer = await node.http.get('/health/ready');
        return answer.status === status && (answer.body as { database: string }).database === word;
      });
    try {
      await says(200, 'up');
      await set('CONNECTION LIMIT 0');
      await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'slotless'`);
      await says(503, 'no slots');
      await set('CONNECTION LIMIT -1');
      await says(200, 'up');
    } finally {
      await node.stop();
      await set('CONNECTION LIMIT -1');
    }
    await admin.query('DROP OWNED BY slotless; DROP ROLE slotless');
  });

  describe('that finds another one on its database', () => {
    const times = { everyMs: 50, staysMs: 500 };
    const opened: { database: Database; neighbours: Neighbours }[] = [];
    const node = (isLinked: boolean): Neighbours => {
      const name = sessionsOf({ isLinked });
      const database = Database.open(
        { url: world.config.database.url!, pool: 1, timeoutMs: 1_000 },
        { ...profiles.chat, name },
      );
      const neighbours = new Neighbours(database, name, times);
      neighbours.start();
      opened.push({ database, neighbours });
      return neighbours;
    };
    const close = async () => {
      for (const { database, neighbours } of opened.splice(0)) {
        neighbours.stop();
        await database.close();
      }
    };
    afterEach(close);

    it('says so when it has no REDIS_URL, until the other one is gone', async () => {
      // The world's own node is the other one.
      const neighbours = node(false);
      expect(neighbours.areUnreached).toBe(false);
      await eventually(() => neighbours.areUnreached);
    });

    it('says so when the other one has no REDIS_URL', async () => {
      const neighbours = node(true);
      await eventually(() => neighbours.areUnreached);
    });

    it('says nothing when it is alone, and when the other one leaves within the time of an upgrade', async () => {
      const database = await freshDatabase();
      const own = sessionsOf({ isLinked: false });
      const one = Database.open(
        { url: database.url, pool: 1, timeoutMs: 1_000 },
        { ...profiles.chat, name: own },
      );
      const other = Database.open(
        { url: database.url, pool: 1, timeoutMs: 1_000 },
        { ...profiles.chat, name: sessionsOf({ isLinked: true }) },
      );
      expect(await other.state()).toBe('up');
      const neighbours = new Neighbours(one, own, { everyMs: 50, staysMs: 1_500 });
      neighbours.start();
      await new Promise((resolve) => setTimeout(resolve, 500));
      await other.close();
      // As long as a stay that counts.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(neighbours.areUnreached).toBe(false);
      neighbours.stop();
      await one.close();
      await database.drop();
    });
  });
});
