import { createHmac, randomBytes } from 'node:crypto';
import { exportSPKI, type JWTPayload, SignJWT } from 'jose';
import { bearer, mint, newApiKey, ownAccounts, refusal } from '../support/accounts.js';
import { AUDIENCE, ISSUER, KeyServer, Signer } from '../support/key-server.js';
import { World } from '../support/world.js';

const MINUTE = 60;
const now = () => Math.floor(Date.now() / 1_000);
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** The token with another payload or header, and the signature of the original. */
const altered = (token: string, header: object, payload: object): string => {
  const [before, claims, signature] = token.split('.') as [string, string, string];
  const merged = (part: string, changes: object) =>
    encoded({ ...(JSON.parse(Buffer.from(part, 'base64url').toString()) as object), ...changes });
  return `${merged(before, header)}.${merged(claims, payload)}.${signature}`;
};

/** Nobody is let in by it, on either edge, and both say why in the same way. */
const refused = async (world: World, token: string, code = 'TOKEN_INVALID'): Promise<void> => {
  const reply = await world.http.get('/auth/me').set(bearer(token)).expect(401);
  expect(reply.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  expect(reply.body.error.code).toBe(code);
  expect(await refusal(world, { token })).toEqual(reply.body.error);
};

describe('A forgery of a token that we sign', () => {
  const variables = ownAccounts();
  const key = newApiKey();
  const secret = Buffer.from(variables.JWT_SECRET);
  let world: World;
  let userId: number;
  let otherId: number;
  let good: string;
  beforeAll(async () => {
    world = await World.start({ ...variables, API_KEYS: key });
    ({ userId, accessToken: good } = await mint(world, key));
    ({ userId: otherId } = await mint(world, key));
  });
  afterAll(() => world.stop());

  const sign = (payload: JWTPayload = {}, header: object = {}, by: Uint8Array = secret) =>
    new SignJWT({
      iss: 'chat-messaging-api',
      aud: 'chat-messaging-api',
      sub: String(userId),
      exp: now() + MINUTE,
      ...payload,
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', ...header })
      .sign(by);

  /** With a header that jose would not sign. */
  const signedByHand = (header: object): string => {
    const [, claims] = good.split('.');
    const signed = `${encoded({ alg: 'HS256', typ: 'at+jwt', ...header })}.${claims}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };

  it('is unlike the one these are made from', async () => {
    for (const token of [good, await sign(), signedByHand({})])
      await world.http.get('/auth/me').set(bearer(token)).expect(200);
  });

  it.each<[string, () => Promise<string> | string]>([
    ['signed by another secret', () => sign({}, {}, randomBytes(32))],
    ['signed by nothing', () => sign({}, {}, Buffer.alloc(32))],
    [
      'signed by another algorithm',
      () => sign({}, { alg: 'HS512' }, Buffer.concat([secret, secret]).subarray(0, 64)),
    ],
    ['that says alg none', () => `${encoded({ alg: 'none', typ: 'at+jwt' })}.${good.split('.')[1]}.`],
    ['that says alg none, signed', () => altered(good, { alg: 'none' }, {})],
    ['that says alg nOnE', () => altered(good, { alg: 'nOnE' }, {})],
    ['that says RS256', () => altered(good, { alg: 'RS256' }, {})],
    ['of somebody else by the same signature', () => altered(good, {}, { sub: String(otherId) })],
    ['that lasts longer by the same signature', () => altered(good, {}, { exp: now() + 1e9 })],
    ['without its signature', () => good.slice(0, good.lastIndexOf('.') + 1)],
    ['with half of its signature', () => good.slice(0, -20)],
    ['with something after it', () => `${good}.x`],
    ['of another issuer', () => sign({ iss: ISSUER })],
    ['of no issuer', () => sign({ iss: undefined })],
    ['for another audience', () => sign({ aud: 'billing' })],
    ['for no audience', () => sign({ aud: undefined })],
    ['for another purpose', () => sign({}, { typ: 'refresh+jwt' })],
    ['for no purpose', () => sign({}, { typ: undefined })],
    ['for any purpose', () => sign({}, { typ: 'JWT' })],
    ['that never expires', () => sign({ exp: undefined })],
    ['that is not good yet', () => sign({ nbf: now() + MINUTE })],
    ['of nobody', () => sign({ sub: undefined })],
    ['of somebody there is not', () => sign({ sub: '987654321' })],
    ['of somebody whose id is none', () => sign({ sub: '1e3x' })],
    ['with a part that has to be understood', () => signedByHand({ crit: ['x'], x: 1 })],
    ['that is too long', () => sign({ padding: 'x'.repeat(9_000) })],
  ])('is refused on both edges: one %s', async (_, forge) => {
    await refused(world, await forge());
  });

  it('is told from one that has expired', async () => {
    await refused(world, await sign({ exp: now() - 1 }), 'TOKEN_EXPIRED');
    await refused(world, await sign({ exp: now() - 1 }, {}, randomBytes(32)), 'TOKEN_INVALID');
  });
});

describe('A forgery of a token that somebody else signs', () => {
  let world: World;
  let server: KeyServer;
  let signer: Signer;
  let stranger: Signer;
  let elliptic: Signer;
  beforeAll(async () => {
    [signer, stranger, elliptic] = await Promise.all([
      Signer.of('first'),
      Signer.of('first'),
      Signer.of('elliptic', 'ES256'),
    ]);
    server = await KeyServer.start();
    await server.show(signer, elliptic);
    world = await World.start({
      AUTH: 'jwt',
      JWT_JWKS_URL: server.url,
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: AUDIENCE,
      JWT_ALGORITHMS: 'RS256',
    });
  });
  afterAll(async () => {
    await world.stop();
    await server.stop();
  });

  it('is unlike the one these are made from', async () => {
    for (const header of [{}, { typ: 'JWT' }, { typ: 'at+jwt' }]) {
      await world.http
        .get('/auth/me')
        .set(bearer(await signer.sign({}, header)))
        .expect(200);
    }
  });

  it.each<[string, () => Promise<string>]>([
    ['signed by another key of that name', () => stranger.sign()],
    ['signed by a key that nobody knows', () => stranger.sign({}, { kid: 'unknown' })],
    ['that brings its own key', async () => stranger.sign({}, { kid: 'own', jwk: await stranger.jwk() })],
    ['that says where its key is', () => stranger.sign({}, { kid: 'own', jku: 'http://127.0.0.1:9/keys' })],
    ['signed by a known key in a way that is not pinned', () => elliptic.sign()],
    ['of another issuer', () => signer.sign({ iss: 'https://evil.example' })],
    ['of an issuer with something after it', () => signer.sign({ iss: `${ISSUER}.evil.example` })],
    ['for another audience', () => signer.sign({ aud: ['billing', 'mail'] })],
    ['for no audience', () => signer.sign({ aud: undefined })],
    ['to log out by', () => signer.sign({}, { typ: 'logout+jwt' })],
    ['that never expires', () => signer.sign({ exp: undefined })],
    ['that is not good yet', () => signer.sign({ nbf: now() + MINUTE })],
    ['of nobody', () => signer.sign({ sub: undefined })],
    ['of a blank', () => signer.sign({ sub: ' ' })],
    ['of a NUL', () => signer.sign({ sub: 'a\0b' })],
    ['of a long name', () => signer.sign({ sub: 'x'.repeat(257) })],
    [
      'of somebody else by the same signature',
      async () => altered(await signer.sign(), {}, { sub: 'admin' }),
    ],
    ['that says alg none', async () => altered(await signer.sign(), { alg: 'none' }, {})],
    [
      'signed by the public key as if it were a secret',
      async () =>
        new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'admin', exp: now() + MINUTE })
          .setProtectedHeader({ alg: 'HS256', kid: 'first' })
          .sign(Buffer.from(await exportSPKI(signer.pair.publicKey))),
    ],
  ])('is refused on both edges: one %s', async (_, forge) => {
    await refused(world, await forge());
  });

  it('creates no user', async () => {
    const rows = await world.sql<{ externalId: string }>('SELECT "externalId" FROM users');
    expect(rows).toEqual([{ externalId: 'somebody' }]);
  });

  it('is told from one that has expired', async () => {
    await refused(world, await signer.sign({ exp: now() - 1 }), 'TOKEN_EXPIRED');
  });

  it('does not cause a request to the key server each time', async () => {
    const before = server.asked;
    const tokens = await Promise.all(
      Array.from({ length: 30 }, (_, i) => stranger.sign({}, { kid: `unknown ${i}` })),
    );
    await Promise.all(tokens.map((token) => refused(world, token)));
    expect(server.asked - before).toBeLessThanOrEqual(5);
  });
});
