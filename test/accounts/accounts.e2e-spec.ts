import pg from 'pg';
import { accountView, sessionView, type SessionView } from '../../src/contract/index.js';
import {
  bearer,
  connected,
  loggedIn,
  newName,
  ownAccounts,
  PASSWORD,
  register,
} from '../support/accounts.js';
import { StatementLog } from '../support/statements.js';
import { waitingForLock } from '../support/database-locks.js';
import { World } from '../support/world.js';

describe('Accounts', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(ownAccounts());
  });
  afterAll(() => world.stop());

  const login = (username: string, password = PASSWORD) =>
    world.http.post('/auth/login').send({ username, password });
  const refresh = (refreshToken: string) => world.http.post('/auth/refresh').send({ refreshToken });
  const me = (token: string) => world.http.get('/auth/me').set(bearer(token));

  describe('Registering', () => {
    it('makes a user, and logs them in', async () => {
      const username = newName();
      const { body } = await world.http
        .post('/auth/register')
        .send({ username, password: PASSWORD, name: 'Zoë' })
        .expect(201)
        .expect('Cache-Control', 'private, no-store');
      const session = sessionView.strict().parse(body);
      expect(session.user).toMatchObject({ username, name: 'Zoë', externalId: null });
      expect(accountView.strict().parse((await me(session.accessToken).expect(200)).body)).toEqual(
        session.user,
      );
    });

    it('takes a name once, upper and lower case alike, however many ask at once', async () => {
      const [name, password] = [newName(), PASSWORD];
      const names = [name, name.toUpperCase(), name, name];
      const answers = await Promise.all(
        names.map((username) => world.http.post('/auth/register').send({ username, password })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
      const refused = answers.find(({ status }) => status === 409)!;
      expect(refused.body.error).toMatchObject({ code: 'CONFLICT', details: [{ path: 'username' }] });
      await login(name.toUpperCase()).expect(200);
    });

    it('takes another id when somebody else takes its id at the same moment', async () => {
      await register(world);
      const other = new pg.Client({ connectionString: world.config.database.url! });
      await other.connect();
      await other.query('BEGIN');
      await other.query('INSERT INTO users (id) SELECT last_value + 1 FROM users_id_seq');
      const registering = register(world);
      await waitingForLock(world);
      await other.query('COMMIT');
      await other.end();
      await registering;
    });

    it.each([
      ['a short password', { password: '1234567' }],
      ['a long password', { password: 'x'.repeat(257) }],
      ['no password', { password: undefined }],
      ['a password that is no text', { password: { $ne: '' } }],
      ['a name with a space', { username: 'a b c' }],
      ['a name with a letter that looks like another', { username: 'аdmin' }],
      ['no name', { username: '' }],
    ])('is refused with %s', async (_, fault) => {
      const fields = { username: newName(), password: PASSWORD, ...fault };
      const { body } = await world.http.post('/auth/register').send(fields).expect(400);
      expect(body.error.details[0].path).toBe(Object.keys(fault)[0]);
      expect(JSON.stringify(body)).not.toContain('1234567');
    });
  });

  describe('Logging in', () => {
    it('begins a session of its own each time', async () => {
      const { user } = await register(world);
      const [one, other] = await Promise.all([login(user.username!), login(user.username!)]);
      expect(one.body.user).toEqual(user);
      expect(one.body.refreshToken).not.toBe(other.body.refreshToken);
      await refresh(one.body.refreshToken).expect(200);
      await refresh(other.body.refreshToken).expect(200);
    });

    it('answers a wrong password and an unknown name alike', async () => {
      const { user } = await register(world);
      const wrong = await login(user.username!, 'another password').expect(401);
      const unknown = await login(newName()).expect(401);
      expect(wrong.body.error.code).toBe('CREDENTIALS_WRONG');
      expect(wrong.body).toEqual(unknown.body);
    });

    it('keeps a bounded number of sessions, the latest', async () => {
      const session = await register(world);
      await world.sql(
        `INSERT INTO sessions ("userId", "tokenHash", "refreshedAt", "expiresAt")
         SELECT $1, '\\x00', now() + n * interval '1 second', now() + interval '1 day' FROM generate_series(1, 200) n`,
        [session.user.id],
      );
      await login(session.user.username!).expect(200);
      const [row] = await world.sql<{ count: string }>(`SELECT count(*) FROM sessions WHERE "userId" = $1`, [
        session.user.id,
      ]);
      expect(Number(row!.count)).toBe(100);
      await refresh(session.refreshToken).expect(401);
    });
  });

  describe('Refreshing', () => {
    it('spends a token with its answer: no statement comes after that might fail', async () => {
      const log = new StatementLog();
      const { refreshToken } = await register(world);
      const registering = log.take().filter((name) => name.startsWith('accounts.'));
      await refresh(refreshToken).expect(200);
      const refreshing = log.take().filter((name) => name.startsWith('accounts.'));
      log.stop();
      expect(registering.at(-1)).toBe('accounts.beginSession');
      expect(refreshing).toEqual(['accounts.rotateSession']);
    });

    it('gives new tokens, and again from those', async () => {
      let session = await register(world);
      for (let i = 0; i < 3; i++) {
        const next = sessionView.strict().parse((await refresh(session.refreshToken).expect(200)).body);
        expect(next.user).toEqual(session.user);
        expect(next.refreshToken).not.toBe(session.refreshToken);
        session = next;
      }
      await me(session.accessToken).expect(200);
    });

    /** As if that many seconds had passed since the last refresh of this person. */
    const later = (userId: number, seconds: number) =>
      world.sql(
        `UPDATE sessions SET "refreshedAt" = "refreshedAt" - make_interval(secs => $2) WHERE "userId" = $1`,
        [userId, seconds],
      );

    it('with the token that was just spent gives the same new one again, which works', async () => {
      const first = await loggedIn(world);
      const second = (await refresh(first.refreshToken).expect(200)).body as SessionView;
      await later(first.user.id, 25);
      const again = sessionView.strict().parse((await refresh(first.refreshToken).expect(200)).body);
      expect(again).toMatchObject({
        user: second.user,
        refreshToken: second.refreshToken,
        refreshExpiresAt: second.refreshExpiresAt,
      });
      for (const { accessToken } of [second, again]) await me(accessToken).expect(200);
      const third = (await refresh(again.refreshToken).expect(200)).body as SessionView;
      expect(third.refreshToken).not.toBe(second.refreshToken);
    });

    it('with one token many times at once gives all the same, and nobody is logged out', async () => {
      const { refreshToken } = await loggedIn(world);
      const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken).expect(200)));
      const sessions = answers.map(({ body }) => body as SessionView);
      expect(new Set(sessions.map((session) => session.refreshToken)).size).toBe(1);
      for (const { accessToken } of sessions) await me(accessToken).expect(200);
      await refresh(sessions[0]!.refreshToken).expect(200);
    });

    it('with a token that was spent longer ago ends the session', async () => {
      const first = await loggedIn(world);
      const second = (await refresh(first.refreshToken).expect(200)).body as SessionView;
      await later(first.user.id, 31);
      expect((await refresh(first.refreshToken).expect(401)).body.error.code).toBe('TOKEN_REUSED');
      expect((await refresh(second.refreshToken).expect(401)).body.error.code).toBe('TOKEN_INVALID');
    });

    it('with one before the token that was just spent ends the session at once', async () => {
      const first = await loggedIn(world);
      const second = (await refresh(first.refreshToken).expect(200)).body as SessionView;
      await refresh(second.refreshToken).expect(200);
      expect((await refresh(first.refreshToken).expect(401)).body.error.code).toBe('TOKEN_REUSED');
    });

    it('gives nothing again once the session was ended', async () => {
      const first = await loggedIn(world);
      await refresh(first.refreshToken).expect(200);
      await world.http.post('/auth/logout').send({ refreshToken: first.refreshToken }).expect(200);
      expect((await refresh(first.refreshToken).expect(401)).body.error.code).toBe('TOKEN_INVALID');
    });

    it('stores the new token as its hash only', async () => {
      const first = await loggedIn(world);
      const { body } = await refresh(first.refreshToken).expect(200);
      const rows = await world.sql<object>('SELECT s::text AS text FROM sessions s');
      const secret = Buffer.from((body as SessionView).refreshToken, 'base64url').subarray(16);
      for (const { text } of rows as { text: string }[]) {
        expect(text).not.toContain(secret.subarray(0, 16).toString('hex'));
      }
    });

    it('leaves the other sessions of the person alone', async () => {
      const first = await loggedIn(world);
      const other = (await login(first.user.username!).expect(200)).body as SessionView;
      await refresh(first.refreshToken).expect(200);
      await later(first.user.id, 31);
      await refresh(first.refreshToken).expect(401);
      await refresh(other.refreshToken).expect(200);
    });

    it('ends when the session has expired', async () => {
      const { user, refreshToken } = await loggedIn(world);
      await world.sql(`UPDATE sessions SET "expiresAt" = now() WHERE "userId" = $1`, [user.id]);
      expect((await refresh(refreshToken).expect(401)).body.error.code).toBe('TOKEN_EXPIRED');
    });

    it('takes no access token, nor what somebody made up', async () => {
      const { accessToken, refreshToken } = await loggedIn(world);
      const flipped = `${refreshToken.slice(0, -2)}${refreshToken.endsWith('AA') ? 'BB' : 'AA'}`;
      for (const token of ['x', 'A'.repeat(64), `${refreshToken}A`]) {
        expect((await refresh(token).expect(401)).body.error.code).toBe('TOKEN_INVALID');
      }
      await refresh(accessToken).expect(400);
      await refresh(flipped).expect(401);
    });
  });

  it('have no session any more after logging out, which may be done twice', async () => {
    const { refreshToken } = await loggedIn(world);
    for (let i = 0; i < 2; i++) {
      const { body } = await world.http.post('/auth/logout').send({ refreshToken }).expect(200);
      expect(body).toEqual({ loggedOut: true });
    }
    await refresh(refreshToken).expect(401);
  });

  describe('Changing the password', () => {
    const change = (token: string, currentPassword: string, newPassword: string) =>
      world.http.post('/auth/password').set(bearer(token)).send({ currentPassword, newPassword });

    it('ends every session but the one it begins', async () => {
      const first = await register(world);
      const other = (await login(first.user.username!).expect(200)).body as SessionView;
      const { body } = await change(first.accessToken, PASSWORD, 'another password').expect(200);
      const after = sessionView.strict().parse(body);
      await refresh(first.refreshToken).expect(401);
      await refresh(other.refreshToken).expect(401);
      await refresh(after.refreshToken).expect(200);
      await login(first.user.username!).expect(401);
      await login(first.user.username!, 'another password').expect(200);
    });

    it('needs the current one', async () => {
      const { accessToken } = await register(world);
      const { body } = await change(accessToken, 'a guess at it', 'another password').expect(401);
      expect(body.error.code).toBe('CREDENTIALS_WRONG');
    });

    it('is done once when two change it at once', async () => {
      const { accessToken, user } = await register(world);
      const answers = await Promise.all(
        ['password one', 'password two'].map((password) => change(accessToken, PASSWORD, password)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
      const [row] = await world.sql<{ count: string }>(`SELECT count(*) FROM sessions WHERE "userId" = $1`, [
        user.id,
      ]);
      expect(Number(row!.count)).toBe(1);
    });
  });

  it('leave no password and no token in the database', async () => {
    const { refreshToken, accessToken } = await register(world);
    const rows = await world.sql<{ row: string }>(
      `SELECT c::text AS row FROM credentials c UNION ALL SELECT s::text FROM sessions s
       UNION ALL SELECT encode("tokenHash", 'escape') FROM sessions`,
    );
    const all = rows.map(({ row }) => row).join('\n');
    const secret = Buffer.from(refreshToken, 'base64url').subarray(16).toString('hex');
    for (const text of [PASSWORD, refreshToken, accessToken, secret]) expect(all).not.toContain(text);
  });

  it('are refused in a flood of logins beyond a bound, while chat goes on', async () => {
    const [alice, bob] = await Promise.all([connected(world), connected(world)]);
    const flood = Array.from({ length: 120 }, () => login(alice.session.user.username!, 'a guess at it'));
    const answers = Promise.all(flood);
    for (let i = 0; i < 50; i++) {
      await alice.ok('sendMessage', { receiverId: bob.userId, content: `message ${i}` });
      expect(await bob.next('newMessage')).toMatchObject({ content: `message ${i}` });
    }
    const codes = (await answers).map(({ status, body }) => {
      if (status === 503) expect(body.error.retryAfterMs).toBeGreaterThan(0);
      return body.error.code as string;
    });
    expect(new Set(codes)).toEqual(new Set(['CREDENTIALS_WRONG', 'OVERLOADED']));
    await login(alice.session.user.username!).expect(200);
  });
});

describe('Closed registration', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), REGISTRATION: 'closed' });
  });
  afterAll(() => world.stop());

  it('lets nobody register', async () => {
    const { body } = await world.http
      .post('/auth/register')
      .send({ username: newName(), password: PASSWORD })
      .expect(404);
    expect(body.error.code).toBe('NOT_CONFIGURED');
  });
});
