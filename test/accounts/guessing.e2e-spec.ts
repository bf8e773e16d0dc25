import type { ErrorView, LoginView, SessionView } from '../../src/contract/index.js';
import { bearer, newApiKey, newName, ownAccounts, PASSWORD } from '../support/accounts.js';
import { eventually, World } from '../support/world.js';

const GENEROUS = {
  RATE_LIMIT_LOGINS: '100000/1m',
  RATE_LIMIT_OTHER: '100000/1m',
  RATE_LIMIT_ADDRESS: '100000/1m',
};

/** Attempts from one network that cause no pause, and from all that are new to a name. */
const [FREE_HERE, FREE_ANYWHERE] = [5, 50];

describe('Guessing a password', () => {
  const variables = {
    ...ownAccounts(),
    API_KEYS: newApiKey(),
    RATE_LIMITS: 'on',
    TRUST_PROXY: '1',
    ...GENEROUS,
  };
  let world: World;
  let other: World;
  beforeAll(async () => {
    world = await World.start(variables);
    other = await World.start({ ...variables, DATABASE_URL: world.config.database.url! });
  });
  afterAll(async () => {
    await other.stop();
    await world.stop();
  });

  let networks = 0;
  /** An address that nobody has used. */
  const newAddress = () => `10.${Math.floor(++networks / 250)}.${networks % 250}.7`;

  const login = (username: string, password: string, from: string, more = {}, at = world) =>
    at.http
      .post('/auth/login')
      .set('X-Forwarded-For', from)
      .send({ username, password, ...more });

  const registered = async (from: string): Promise<SessionView & { name: string }> => {
    const name = newName();
    const { body } = await world.http
      .post('/auth/register')
      .set('X-Forwarded-For', from)
      .send({ username: name, password: PASSWORD })
      .expect(201);
    return { ...(body as SessionView), name };
  };

  /** As if so many wrong passwords had been tried from networks that are new to the name, without waiting for them. */
  const attackedFromEverywhere = async (name: string): Promise<void> => {
    await login(name, 'a guess at it', newAddress()).expect(401);
    await world.sql(
      `UPDATE login_failures SET failures = 60, "nextAt" = now() + interval '10 minutes'
       WHERE free = $1 AND "failedAt" = (SELECT max("failedAt") FROM login_failures WHERE free = $1)`,
      [FREE_ANYWHERE],
    );
  };

  const waiting = (limited: { body: { error: ErrorView } }): number => {
    expect(limited.body.error).toMatchObject({ code: 'RATE_LIMITED', details: { limit: 'login' } });
    return limited.body.error.retryAfterMs!;
  };

  it('from one network waits longer with each failure, and on all nodes together', async () => {
    const [owner, stranger] = [newAddress(), newAddress()];
    const { name } = await registered(owner);
    for (let i = 0; i < FREE_HERE; i++)
      await login(name, `guess number ${i}`, stranger, {}, i % 2 ? world : other).expect(401);
    await login(name, 'guess once more', stranger, {}, other).expect(401);
    const first = waiting(await login(name, PASSWORD, stranger).expect(429));
    expect(first).toBeGreaterThan(0);
    await world.sql(`UPDATE login_failures SET "nextAt" = now() WHERE "nextAt" > now()`);
    await login(name, 'and once more', stranger, {}, other).expect(401);
    const second = waiting(await login(name, PASSWORD, stranger).expect(429));
    expect(second).toBeGreaterThan(first);
    await login(name, PASSWORD, owner).expect(200);
  });

  it('goes on at once after the right one', async () => {
    const [owner, elsewhere] = [newAddress(), newAddress()];
    const { name } = await registered(owner);
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < FREE_HERE - 1; i++) await login(name, 'a guess at it', elsewhere).expect(401);
      await login(name, PASSWORD, elsewhere).expect(200);
    }
  });

  it('is admitted one at a time however many come at once', async () => {
    const [owner, stranger] = [newAddress(), newAddress()];
    const { name } = await registered(owner);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => login(name, `guess ${i} of many`, stranger)),
    );
    const compared = answers.filter(({ status }) => status === 401);
    expect(compared.length).toBeLessThanOrEqual(FREE_HERE + 1);
  });

  it('from everywhere makes new networks wait, and neither the networks nor the devices of the owner', async () => {
    const [home, away] = [newAddress(), newAddress()];
    const { name, refreshToken } = await registered(home);
    await world.http.post('/auth/logout').send({ refreshToken }).expect(200);
    await attackedFromEverywhere(name);
    waiting(await login(name, PASSWORD, newAddress()).expect(429));
    await login(name, PASSWORD, home).expect(200);
    // Once logged in there, the network is known, so it is tried with another one first.
    const stolen = Buffer.from(refreshToken, 'base64url');
    stolen[40]! ^= 1;
    const invented = stolen.toString('base64url');
    waiting(await login(name, PASSWORD, away, { refreshToken: invented }).expect(429));
    const { refreshToken: another } = await registered(newAddress());
    waiting(await login(name, PASSWORD, away, { refreshToken: another }).expect(429));
    await login(name, PASSWORD, away, { refreshToken }).expect(200);
    await login(name, PASSWORD, away).expect(200);
  });

  it('at a name that does not exist is answered like one that does', async () => {
    const owner = newAddress();
    const { name } = await registered(owner);
    const told = async (username: string): Promise<unknown[]> => {
      const from = newAddress();
      const answers: unknown[] = [];
      for (let i = 0; i < FREE_HERE + 3; i++) {
        const { status, body } = await login(username, `guess number ${i}`, from);
        const { retryAfterMs, ...error } = (body as { error: ErrorView }).error;
        answers.push({ status, error, waits: retryAfterMs !== undefined });
      }
      await attackedFromEverywhere(username);
      answers.push((await login(username, PASSWORD, newAddress())).status);
      return answers;
    };
    expect(await told(newName())).toEqual(await told(name));
  });

  it('at the change of the password waits as well, and is not delayed by strangers', async () => {
    const home = newAddress();
    const { name, accessToken } = await registered(home);
    await attackedFromEverywhere(name);
    const change = (currentPassword: string) =>
      world.http
        .post('/auth/password')
        .set(bearer(accessToken))
        .set('X-Forwarded-For', newAddress())
        .send({ currentPassword, newPassword: 'something else' });
    for (let i = 0; i <= FREE_HERE; i++) await change('a guess at it').expect(401);
    waiting(await change(PASSWORD).expect(429));
    await world.sql(`UPDATE login_failures SET "nextAt" = now() WHERE free = $1`, [FREE_HERE]);
    await change(PASSWORD).expect(200);
  });

  describe('is seen by the owner:', () => {
    const logins = async (token: string) =>
      (await world.http.get('/auth/logins').set(bearer(token)).expect(200)).body as LoginView[];

    it('when, from which network, with what, and whether it was right', async () => {
      const { name, accessToken } = await registered('203.0.113.7');
      await login(name, 'a guess at it', '198.51.100.9').set('User-Agent', 'Mallory/1.0').expect(401);
      await login(name, PASSWORD, '2001:db8:1:2:3::4').set('User-Agent', 'Phone/2.0').expect(200);
      const at = expect.stringMatching(/^\d{4}-.*Z$/);
      expect(await logins(accessToken)).toEqual([
        { at, ok: true, network: '2001:db8:1:2::/64', userAgent: 'Phone/2.0' },
        { at, ok: false, network: '198.51.100.0/24', userAgent: 'Mallory/1.0' },
        { at, ok: true, network: '203.0.113.0/24', userAgent: null },
      ]);
    });

    it('the last of each kind, however many there were, and nobody else’s', async () => {
      const home = newAddress();
      const { user, name, accessToken } = await registered(home);
      await world.sql(
        `INSERT INTO logins ("userId", ok, network) SELECT $1, n % 2 = 0, 'earlier' FROM generate_series(1, 200) n`,
        [user.id],
      );
      await login(name, PASSWORD, home).expect(200);
      await login(name, PASSWORD, home).expect(200);
      const list = await logins(accessToken);
      expect(list.filter(({ ok }) => ok)).toHaveLength(20);
      expect(list.filter(({ ok }) => !ok)).toHaveLength(20);
      expect(list[0]).toMatchObject({ ok: true, network: expect.not.stringContaining('earlier') });
      await eventually(async () => {
        const rows = await world.sql('SELECT id FROM logins WHERE "userId" = $1', [user.id]);
        return rows.length <= 82;
      });
      expect(await logins((await registered(newAddress())).accessToken)).toHaveLength(1);
    });
  });

  it('leaves nothing of an account that is erased', async () => {
    const { user, name } = await registered(newAddress());
    await login(name, PASSWORD, newAddress()).expect(200);
    await world.sql('DELETE FROM users WHERE id = $1', [user.id]);
    for (const table of [
      'logins',
      'login_places',
      'sessions',
      'ended_sessions',
      'token_bounds',
      'credentials',
    ])
      expect([table, await world.sql(`SELECT * FROM ${table} WHERE "userId" = $1`, [user.id])]).toEqual([
        table,
        [],
      ]);
    const rows = await world.sql<{ row: string }>('SELECT f::text AS row FROM login_failures f');
    expect(rows.map(({ row }) => row).join()).not.toContain(name);
  });

  it.each([
    ['one of the most common', 'Password123'],
    ['a repetition', 'abcabcabc'],
    ['a sequence', '23456789'],
    ['the username', null],
  ])('is not easy: a new password is not %s', async (_, password) => {
    const home = newAddress();
    const username = `${newName()}-longer`;
    const refused = await world.http
      .post('/auth/register')
      .send({ username, password: password ?? username.toUpperCase() })
      .expect(400);
    expect(refused.body.error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path: 'password' }] });
    const { name, accessToken } = await registered(home);
    const changed = await world.http
      .post('/auth/password')
      .set(bearer(accessToken))
      .send({ currentPassword: PASSWORD, newPassword: password ?? name })
      .expect(400);
    expect(changed.body.error.details[0].path).toBe('newPassword');
    await login(name, PASSWORD, home).expect(200);
  });
});
