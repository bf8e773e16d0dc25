import { exportSPKI } from 'jose';
import type { AccountView, MessageView } from '../../src/contract/index.js';
import { bearer, newApiKey, newName, PASSWORD, refusal, refusalOrLater } from '../support/accounts.js';
import { AUDIENCE, excesses, ISSUER, KeyServer, Signer } from '../support/key-server.js';
import { inTime } from '../support/time.js';
import { eventually, World } from '../support/world.js';

const variables = (more: Record<string, string>) => ({
  AUTH: 'jwt',
  JWT_ISSUER: ISSUER,
  JWT_AUDIENCE: AUDIENCE,
  ...more,
});

describe('Tokens that somebody else signs', () => {
  const key = newApiKey();
  let world: World;
  let server: KeyServer;
  let first: Signer;
  beforeAll(async () => {
    [first, server] = await Promise.all([Signer.of('first'), KeyServer.start()]);
    await server.show(first);
    world = await World.start(variables({ JWT_JWKS_URL: server.url, API_KEYS: key }));
  });
  afterAll(async () => {
    await world.stop();
    await server.stop();
  });
  afterEach(async () => {
    server.mood = 'well';
    await server.show(first);
  });

  const me = (token: string) => world.http.get('/auth/me').set(bearer(token));
  it('create one user for their subject at first use, however many come at once', async () => {
    const token = await first.sign({ sub: 'crm|4711', name: 'Zoë' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => me(token).expect(200)));
    const [account] = answers.map(({ body }) => body as AccountView);
    expect(account).toMatchObject({ externalId: 'crm|4711', name: 'Zoë', username: null });
    for (const { body } of answers) expect(body).toEqual(account);
    expect(await world.sql(`SELECT id FROM users WHERE "externalId" = 'crm|4711'`)).toHaveLength(1);
  });

  it('belong to the user that the application created before', async () => {
    const externalId = newName();
    const { body } = await world.http
      .put('/users')
      .set('X-Api-Key', key)
      .send({ users: [{ externalId, name: 'As we call them' }] })
      .expect(200);
    const account = await me(await first.sign({ sub: externalId, name: 'As they call themselves' })).expect(
      200,
    );
    expect(account.body).toMatchObject({ id: body[0].id, name: 'As we call them' });
  });

  it('may have a subject as long as an externalId', async () => {
    const sub = `${newName()}|`.padEnd(256, 'é');
    const { body } = await me(await first.sign({ sub })).expect(200);
    expect(body).toMatchObject({ externalId: sub });
  });

  it.each([
    ['its `aud` is not as this server expects it', { aud: 'somebody else' }],
    ['its `iss` is not as this server expects it', { iss: 'https://elsewhere.example' }],
    ['it has no `exp`', { exp: undefined }],
    ['its `sub` must be text', { sub: 'x'.repeat(257) }],
  ])('are refused with what whoever issues them has to know: %s', async (why, claims) => {
    const { body } = await me(await first.sign({ sub: newName(), ...claims })).expect(401);
    expect(body.error).toMatchObject({ code: 'TOKEN_INVALID', message: expect.stringContaining(why) });
  });

  it('are not an API key, which a socket does not take', async () => {
    const refused = await refusal(world, { token: key });
    expect(refused).toMatchObject({
      code: 'TOKEN_INVALID',
      message: expect.stringContaining('/auth/tokens'),
    });
  });

  it('let people talk, on both edges', async () => {
    const [alice, bob] = await Promise.all(
      [newName(), newName()].map(async (sub) => {
        const token = await first.sign({ sub });
        const { id } = (await me(token).expect(200)).body as AccountView;
        const client = await world.bearer(id, token);
        expect(await client.next('ready')).toMatchObject({ user: { id, externalId: sub } });
        return { token, id, client };
      }),
    );
    const sent = await alice!.client.ok<MessageView>('sendMessage', { receiverId: bob!.id, content: 'hi' });
    expect(await bob!.client.next('newMessage')).toEqual(sent);
    const { body } = await world.http
      .get(`/chats/${sent.chatId}/messages`)
      .set(bearer(bob!.token))
      .expect(200);
    expect(body.messages).toEqual([sent]);
    const renewed = await first.sign({ sub: 'somebody else' });
    expect(await alice!.client.refused('authenticate', { token: renewed })).toBe('FORBIDDEN');
  });

  it('leave no registration, no login and no tokens of our own', async () => {
    const account = { username: newName(), password: PASSWORD };
    for (const [path, body] of [
      ['/auth/register', account],
      ['/auth/login', account],
      ['/auth/refresh', { refreshToken: 'x' }],
      ['/auth/logout', { refreshToken: 'x' }],
      ['/auth/tokens', { externalId: 'x' }],
    ] as const) {
      const reply = await world.http.post(path).set('X-Api-Key', key).send(body).expect(404);
      expect(reply.body.error.code).toBe('NOT_CONFIGURED');
    }
    const reply = await world.http.get('/users/1/sessions').set('X-Api-Key', key).expect(404);
    expect(reply.body.error.code).toBe('NOT_CONFIGURED');
  });

  it('are accepted by a new key as soon as the key server shows it, and by the old one as long as it does', async () => {
    const next = await Signer.of(newName());
    await server.show(first, next);
    await me(await next.sign()).expect(200);
    await me(await first.sign()).expect(200);
    const last = await Signer.of(newName());
    await server.show(last);
    await me(await last.sign()).expect(200);
    await me(await first.sign()).expect(401);
  });

  it.each(excesses)(
    'go on by known keys while the key server answers with too much, and nothing more of it is read: %s',
    async (mood) => {
      await eventually(async () => (await me(await first.sign())).status === 200);
      server.mood = mood;
      const asked = server.asked;
      const next = await Signer.of(newName());
      const token = await next.sign();
      const answers = await inTime(Promise.all([me(await first.sign()), me(token), me(token)]));
      expect(answers.map(({ status }) => status)).toEqual([200, 503, 503]);
      expect(answers[1].body.error).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
      // What is on its way in buffers of the system, and decompressed, is read before the connection is cut.
      if (mood !== 'a bomb') expect(server.written).toBeLessThan(32 * 1024 * 1024);
      expect(server.asked - asked).toBeLessThanOrEqual(2);
      server.mood = 'well';
      await server.show(first, next);
      await me(token).expect(200);
    },
  );

  it.each(['hanging', 'failing', 'nonsense'] as const)(
    'go on by known keys while the key server is %s; others are not accepted, and told so in time',
    async (mood) => {
      await eventually(async () => (await me(await first.sign())).status === 200);
      server.mood = mood;
      const next = await Signer.of(newName());
      const token = await next.sign();
      const [known, unknown, many, handshake] = await inTime(
        Promise.all([
          me(await first.sign()),
          me(token),
          Promise.all(Array.from({ length: 20 }, () => me(token))),
          refusalOrLater(world, { token }),
        ]),
      );
      expect(known.status).toBe(200);
      for (const { status, body } of [unknown, ...many]) {
        expect([status, body.error]).toMatchObject([
          503,
          { code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) },
        ]);
      }
      expect(handshake).toBe('later');
      server.mood = 'well';
      await server.show(first, next);
      await me(token).expect(200);
    },
  );
});

describe('A key server that is away at the start', () => {
  it('accepts nobody until it can be reached', async () => {
    const gone = await KeyServer.start();
    await gone.stop();
    const world = await World.start(variables({ JWT_JWKS_URL: gone.url }));
    const signer = await Signer.of('first');
    const token = await signer.sign();
    await world.http.get('/auth/me').set(bearer(token)).expect(503);
    await world.http.get('/health/ready').expect(200);
    const back = await KeyServer.start(gone.port);
    await back.show(signer);
    await eventually(async () => (await world.http.get('/auth/me').set(bearer(token))).status === 200);
    await world.stop();
    await back.stop();
  });
});

describe('A public key', () => {
  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('of %s does instead of a key server', async (alg) => {
    const signer = await Signer.of('first', alg);
    const pem = (await exportSPKI(signer.pair.publicKey)).replaceAll('\n', '\\n');
    const world = await World.start(variables({ JWT_PUBLIC_KEY: pem, JWT_ALGORITHMS: alg }));
    await world.http
      .get('/auth/me')
      .set(bearer(await signer.sign()))
      .expect(200);
    const stranger = await Signer.of('first', alg);
    await world.http
      .get('/auth/me')
      .set(bearer(await stranger.sign()))
      .expect(401);
    await world.stop();
  });
});
