import { createHash, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { ConfigFault } from './config.js';
import type { Algorithm, Environment } from './environment.js';
import { LOOPBACK_HOSTS } from './loopback.js';

/** Accounts are ours: users register and log in here, tokens are signed with our secret. */
export interface OwnTokens {
  readonly kind: 'own';
  readonly secret: KeyObject;
  readonly accessSeconds: number;
  readonly refreshDays: number;
  /** Whether anybody may register. */
  readonly registration: boolean;
}

/** Accounts are those of another issuer, who signs tokens with a private key. */
export interface ForeignTokens {
  readonly kind: 'foreign';
  readonly keys: URL | KeyObject;
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly Algorithm[];
}

export interface JwtAuth {
  readonly mode: 'jwt';
  readonly tokens: OwnTokens | ForeignTokens;
  /** SHA-256 of each API key: the keys themselves are not kept. */
  readonly apiKeyHashes: readonly Buffer[];
}

/** `open` trusts the user id that a client sends; `jwt` requires a token or an API key. */
export type AuthConfig = { readonly mode: 'open' } | JwtAuth;

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Minimum bytes of a secret or API key: the output size of HMAC-SHA256 (RFC 7518, section 3.2). */
const MIN_SECRET_BYTES = 32;

/** Words that placeholders of secrets are made of. */
const PLACEHOLDER_WORDS =
  /change|replace|default|example|placeholder|password|secret|insecure|super|very|long|strong|random|your|this|here|with|keyboard|cat|token|auth|chat|jwt|key|bit|my|me|to|in|at|least|production|characters|bytes/g;

/** Minimum number of different characters left in a secret when the words of placeholders are taken out. */
const MIN_DISTINCT = 8;

function secretFault(secret: string): string | null {
  if (Buffer.byteLength(secret) < MIN_SECRET_BYTES) return `expected at least ${MIN_SECRET_BYTES} bytes`;
  const left = secret
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .replaceAll(PLACEHOLDER_WORDS, '');
  return new Set(left).size < MIN_DISTINCT
    ? 'expected a secret that nobody can guess, not a placeholder: `openssl rand -base64 48` makes one'
    : null;
}

/** Whether tokens of the algorithm can be verified with the key. */
function fits(algorithm: Algorithm, key: KeyObject): boolean {
  if (algorithm === 'EdDSA') return key.asymmetricKeyType === 'ed25519';
  if (algorithm.startsWith('ES')) {
    const curves: Partial<Record<Algorithm, string>> = {
      ES256: 'prime256v1',
      ES384: 'secp384r1',
      ES512: 'secp521r1',
    };
    return key.asymmetricKeyDetails?.namedCurve === curves[algorithm];
  }
  return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048;
}

function publicKeyOf(pem: string, algorithms: readonly Algorithm[], faults: ConfigFault[]): KeyObject | null {
  const fault = (message: string) => void faults.push({ variable: 'JWT_PUBLIC_KEY', message });
  // Node would silently derive the public key from it.
  if (pem.includes('PRIVATE KEY')) fault('expected the public key: remove the private one from here');
  else {
    try {
      const key = createPublicKey(pem.replaceAll('\\n', '\n'));
      if (algorithms.every((algorithm) => fits(algorithm, key))) return key;
      fault('expected a key that fits JWT_ALGORITHMS; an RSA key needs at least 2048 bits');
    } catch {
      fault('expected a public key in PEM; line breaks may be written as \\n');
    }
  }
  return null;
}

function foreignTokens(env: Environment, production: boolean, faults: ConfigFault[]): ForeignTokens | null {
  const { JWT_JWKS_URL: url, JWT_PUBLIC_KEY: pem, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = env;
  const before = faults.length;
  if (url !== null && pem !== null) {
    faults.push({
      variable: 'JWT_PUBLIC_KEY',
      message: 'expected only one of JWT_JWKS_URL and JWT_PUBLIC_KEY: remove the other',
    });
  }
  if (url !== null && production && url.protocol !== 'https:' && !LOOPBACK_HOSTS.has(url.hostname)) {
    faults.push({ variable: 'JWT_JWKS_URL', message: 'expected https in production' });
  }
  for (const [variable, value] of Object.entries({ JWT_ISSUER: issuer, JWT_AUDIENCE: audience })) {
    if (value === null) {
      faults.push({
        variable,
        message: 'expected a value, because JWT_JWKS_URL or JWT_PUBLIC_KEY is set: tokens must contain it',
      });
    }
  }
  const algorithms = Object.freeze(env.JWT_ALGORITHMS);
  const keys = url ?? (pem === null ? null : publicKeyOf(pem, algorithms, faults));
  if (faults.length > before || keys === null || issuer === null || audience === null) return null;
  return Object.freeze({ kind: 'foreign', keys, issuer, audience, algorithms });
}

function ownTokens(env: Environment, faults: ConfigFault[]): OwnTokens | null {
  const { JWT_SECRET: secret } = env;
  const fault =
    secret === null
      ? 'expected a secret, because AUTH=jwt is set; or set JWT_JWKS_URL or JWT_PUBLIC_KEY for tokens of another issuer'
      : secretFault(secret);
  if (fault !== null || secret === null) {
    faults.push({ variable: 'JWT_SECRET', message: fault ?? '' });
    return null;
  }
  return Object.freeze({
    kind: 'own',
    secret: createSecretKey(Buffer.from(secret)),
    accessSeconds: env.ACCESS_TOKEN_SECONDS,
    refreshDays: env.REFRESH_TOKEN_DAYS,
    registration: env.REGISTRATION === 'open',
  });
}

function apiKeyHashes({ API_KEYS: keys, JWT_SECRET: secret }: Environment, faults: ConfigFault[]): Buffer[] {
  const fault = keys.map(secretFault).find((message) => message !== null);
  if (fault !== undefined) faults.push({ variable: 'API_KEYS', message: `${fault}, each` });
  if (secret !== null && keys.includes(secret)) {
    faults.push({ variable: 'API_KEYS', message: 'expected keys that differ from JWT_SECRET' });
  }
  return keys.map(sha256);
}

/** The authentication part of the configuration; `open` where it has faults. */
export function parseAuth(env: Environment, faults: ConfigFault[]): AuthConfig {
  const foreign = env.JWT_JWKS_URL !== null || env.JWT_PUBLIC_KEY !== null;
  if (env.AUTH === null && (foreign || env.JWT_SECRET !== null)) {
    faults.push({
      variable: 'AUTH',
      message:
        'expected jwt, because JWT_SECRET, JWT_JWKS_URL or JWT_PUBLIC_KEY is set; or open, which ignores them',
    });
  }
  if (env.AUTH !== 'jwt') return Object.freeze({ mode: 'open' });
  if (foreign && env.JWT_SECRET !== null) {
    const message =
      'expected either this or the keys of another issuer (JWT_JWKS_URL, JWT_PUBLIC_KEY), not both';
    faults.push({ variable: 'JWT_SECRET', message });
  }
  const tokens = foreign ? foreignTokens(env, env.NODE_ENV === 'production', faults) : ownTokens(env, faults);
  const hashes = apiKeyHashes(env, faults);
  return tokens === null
    ? Object.freeze({ mode: 'open' })
    : Object.freeze({ mode: 'jwt', tokens, apiKeyHashes: Object.freeze(hashes) });
}
