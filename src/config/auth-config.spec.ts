import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { JwtAuth } from './auth-config.js';
import { parseConfig } from './config.js';

const SECRET = '8cuHDXJ2ViTqsSePfHV1JcQ1pUzqVYvfMz3yRcX5bwo=';
const KEY = 'k3y-Zr8Qw1Vn6Tb0Yx4Lm9Pd2Gh7Js5Kf';

const own = { AUTH: 'jwt', JWT_SECRET: SECRET };
const foreign = { AUTH: 'jwt', JWT_ISSUER: 'https://login.example', JWT_AUDIENCE: 'chat' };

const authOf = (variables: Record<string, string>) => parseConfig(variables).config.auth as JwtAuth;
const faultsOf = (variables: Record<string, string>) =>
  parseConfig(variables).faults.map(({ variable }) => variable);
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const good = rsa(2_048);

describe('AUTH=jwt', () => {
  it('takes a secret, and has a default for the rest', () => {
    expect(faultsOf(own)).toEqual([]);
    expect(authOf(own)).toMatchObject({
      mode: 'jwt',
      tokens: { kind: 'own', accessSeconds: 900, refreshDays: 30, registration: true },
      apiKeyHashes: [],
    });
  });

  it('shows neither the secret nor an API key when it is printed', () => {
    const auth = authOf({ ...own, API_KEYS: KEY });
    for (const text of [JSON.stringify(auth), String(Object.values(auth))]) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(KEY);
    }
    expect(auth.apiKeyHashes).toHaveLength(1);
  });

  it.each([
    ['none', ''],
    ['a short one', SECRET.slice(0, 31)],
    ['one letter', 'x'.repeat(64)],
    ['two letters', 'xy'.repeat(32)],
    ['the usual word', 'secret'.repeat(8)],
    ["the documents' example", 'your-256-bit-secret-your-256-bit-secret'],
    ['a wish', 'change-me-change-me-change-me-change-me'],
    ['another wish', 'please_replace_this_default_jwt_secret_key_!!'],
    ['boasting', 'SuperSecretJwtKeySuperSecretJwtKey'],
  ])('refuses a secret that can be guessed: %s', (_, secret) => {
    expect(faultsOf({ AUTH: 'jwt', JWT_SECRET: secret })).toEqual(['JWT_SECRET']);
  });

  it.each([
    ['a short one', 'abc'],
    ['one of two', `${KEY},short`],
    ['a placeholder', 'your-api-key-here-change-me-please-xx'],
    ['the secret', SECRET],
  ])('refuses an API key that is %s', (_, keys) => {
    expect(faultsOf({ ...own, API_KEYS: keys })).toEqual(['API_KEYS']);
  });

  it('must be set when keys for tokens are set', () => {
    expect(faultsOf({ JWT_SECRET: SECRET })).toEqual(['AUTH']);
    expect(faultsOf({ JWT_JWKS_URL: 'https://login.example/keys' })).toEqual(['AUTH']);
    expect(faultsOf({ JWT_SECRET: SECRET, AUTH: 'open' })).toEqual([]);
  });

  it('is enough for production', () => {
    expect(faultsOf({ ...own, NODE_ENV: 'production', ALLOWED_ORIGINS: 'https://app.example' })).toEqual([]);
  });
});

describe('Tokens of another issuer', () => {
  it('are checked by a key server, for an issuer and an audience', () => {
    const variables = { ...foreign, JWT_JWKS_URL: 'https://login.example/keys' };
    expect(faultsOf(variables)).toEqual([]);
    expect(authOf(variables)).toMatchObject({
      tokens: { kind: 'foreign', issuer: 'https://login.example', audience: 'chat', algorithms: ['RS256'] },
    });
  });

  it.each([
    ['RS256', good.publicKey],
    ['RS256,PS512', good.publicKey],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
    ['EdDSA', generateKeyPairSync('ed25519').publicKey],
  ])('are checked by a public key of %s', (algorithms, key) => {
    for (const text of [pem(key), pem(key).replaceAll('\n', '\\n')]) {
      expect(faultsOf({ ...foreign, JWT_PUBLIC_KEY: text, JWT_ALGORITHMS: algorithms })).toEqual([]);
    }
  });

  it.each([
    ['of another kind', { JWT_PUBLIC_KEY: pem(good.publicKey), JWT_ALGORITHMS: 'ES256' }],
    ['too small', { JWT_PUBLIC_KEY: pem(rsa(1_024).publicKey) }],
    [
      'a private one',
      { JWT_PUBLIC_KEY: good.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    ],
    ['none', { JWT_PUBLIC_KEY: 'nonsense' }],
    ['one of two', { JWT_PUBLIC_KEY: pem(good.publicKey), JWT_JWKS_URL: 'https://login.example/keys' }],
  ])('are not checked by a key that is %s', (_, variables) => {
    const { faults } = parseConfig({ ...foreign, ...variables });
    expect(faults.map(({ variable }) => variable)).toEqual(['JWT_PUBLIC_KEY']);
    expect(JSON.stringify(faults)).not.toContain('MII');
  });

  it.each(['HS256', 'none', 'RS256,HS256', 'rs256', ','])('are not signed by %s', (algorithms) => {
    const variables = { ...foreign, JWT_JWKS_URL: 'https://login.example/keys' };
    expect(faultsOf({ ...variables, JWT_ALGORITHMS: algorithms })).toEqual(['JWT_ALGORITHMS']);
  });

  it('need an issuer and an audience, and no secret of ours', () => {
    const url = { AUTH: 'jwt', JWT_JWKS_URL: 'https://login.example/keys' };
    expect(faultsOf(url).sort()).toEqual(['JWT_AUDIENCE', 'JWT_ISSUER']);
    expect(faultsOf({ ...url, ...foreign, JWT_SECRET: SECRET })).toEqual(['JWT_SECRET']);
  });

  it('need a key server with https in production', () => {
    const url = (JWT_JWKS_URL: string) => ({
      ...foreign,
      NODE_ENV: 'production',
      ALLOWED_ORIGINS: 'https://app.example',
      JWT_JWKS_URL,
    });
    expect(faultsOf(url('http://login.example/keys'))).toEqual(['JWT_JWKS_URL']);
    expect(faultsOf(url('http://127.0.0.1:8080/keys'))).toEqual([]);
    expect(faultsOf(url('ftp://login.example/keys'))).toContain('JWT_JWKS_URL');
  });
});
