import type { SessionView } from '../../src/contract/index.js';
import { bearer, newName, ownAccounts, PASSWORD } from '../support/accounts.js';
import { World } from '../support/world.js';

jest.setTimeout(60_000);

describe('A login with `cookie: true`', () => {
  let world: World;
  let username: string;
  let session: SessionView;
  /** What the browser keeps, as it sends it. */
  let cookie: string;

  const post = (path: string, headers: Record<string, string> = {}) =>
    world.http.post(path).set({ cookie, host: 'chat.example.com', ...headers });
  const setBy = (headers: Record<string, unknown>) => (headers['set-cookie'] as string[] | undefined) ?? [];
  const kept = (headers: Record<string, unknown>) => setBy(headers)[0]!.split(';')[0]!;

  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), TRUST_PROXY: '1', ALLOWED_ORIGINS: '*' });
    username = newName();
  });
  afterAll(() => world.stop());

  it('keeps the refresh token out of reach of scripts', async () => {
    const input = { username, password: PASSWORD, cookie: true };
    const { headers, body } = await world.http.post('/auth/register').send(input).expect(201);
    session = body as SessionView;
    expect(session.refreshToken).toBe('');
    expect(setBy(headers)).toEqual([
      expect.stringMatching(
        /^chat_refresh=[\w-]{64}; HttpOnly; SameSite=Strict; Path=\/auth; Max-Age=\d{6,}$/,
      ),
    ]);
    cookie = kept(headers);
  });

  it('is refreshed by the cookie, which is replaced, and twice at once is the same', async () => {
    const [one, other] = await Promise.all([post('/auth/refresh').send({}), post('/auth/refresh')]);
    expect([one.status, other.status]).toEqual([200, 200]);
    expect((one.body as SessionView).refreshToken).toBe('');
    expect(kept(one.headers)).toBe(kept(other.headers));
    expect(kept(one.headers)).not.toBe(cookie);
    cookie = kept(one.headers);
    session = one.body as SessionView;
    await world.http.get('/auth/me').set(bearer(session.accessToken)).expect(200);
  });

  it('has a cookie for TLS only where a trusted proxy says that there is TLS', async () => {
    const { headers } = await post('/auth/refresh', { 'x-forwarded-proto': 'https' }).expect(200);
    expect(setBy(headers)[0]).toMatch(/; Secure$/);
    cookie = kept(headers);
  });

  it.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'https://chat.example.com:8443' }],
    [{ origin: 'https://sub.chat.example.com' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('does nothing for pages of other origins, whatever ALLOWED_ORIGINS says: %j', async (headers) => {
    for (const path of ['/auth/refresh', '/auth/logout']) {
      const answer = await post(path, headers as Record<string, string>)
        .send({})
        .expect(403);
      expect(answer.body).toMatchObject({ error: { code: 'FORBIDDEN' } });
      expect(setBy(answer.headers)).toEqual([]);
    }
    const input = { username, password: PASSWORD, cookie: true };
    await world.http
      .post('/auth/login')
      .set({ host: 'chat.example.com', ...headers })
      .send({ ...input, refreshToken: cookie.split('=')[1] })
      .expect(403);
  });

  it('is not replaced by another session that a foreign page sends in the body', async () => {
    const login = await world.http.post('/auth/login').send({ username, password: PASSWORD }).expect(200);
    const foreign = { origin: 'https://sub.chat.example.com' };
    const { refreshToken } = login.body as SessionView;
    const refreshed = await post('/auth/refresh', foreign).send({ refreshToken }).expect(200);
    expect(setBy(refreshed.headers)).toEqual([]);
    const last = (refreshed.body as SessionView).refreshToken;
    const loggedOut = await post('/auth/logout', foreign).send({ refreshToken: last }).expect(200);
    expect(setBy(loggedOut.headers)).toEqual([]);
  });

  it('serves the page of the host itself', async () => {
    const own = { origin: 'https://chat.example.com', 'sec-fetch-site': 'same-origin' };
    const { headers } = await post('/auth/refresh', own).send({}).expect(200);
    cookie = kept(headers);
  });

  it('gives way to a token in the body, which needs no own page', async () => {
    const refreshToken = cookie.split('=')[1]!;
    const { body } = await world.http
      .post('/auth/refresh')
      .set('origin', 'https://app.example')
      .send({ refreshToken })
      .expect(200);
    expect((body as SessionView).refreshToken).not.toBe('');
    cookie = `chat_refresh=${(body as SessionView).refreshToken}`;
  });

  it('is ended by the cookie, which is forgotten', async () => {
    const { headers } = await post('/auth/logout').send({}).expect(200);
    expect(setBy(headers)).toEqual(['chat_refresh=; HttpOnly; SameSite=Strict; Path=/auth; Max-Age=0']);
    await post('/auth/refresh').send({}).expect(401);
    cookie = '';
    expect((await post('/auth/refresh').send({}).expect(400)).body).toMatchObject({
      error: { code: 'VALIDATION_FAILED', details: [{ path: 'refreshToken' }] },
    });
  });

  it('sets none unless it is asked for', async () => {
    const { headers, body } = await world.http
      .post('/auth/login')
      .send({ username, password: PASSWORD })
      .expect(200);
    expect((body as SessionView).refreshToken).toMatch(/^[\w-]{64}$/);
    expect(setBy(headers)).toEqual([]);
  });
});
