import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SRC = join(import.meta.dirname, '..');

/** Everything with which Node calls another server. */
const CALLS =
  /(?<![.\w])fetch\(|\bhttps?\.request\(|\bhttps\.get\(|https : http\)\.request|\b(http2|net|tls)\.(connect|createConnection)\(|\b(undici|axios)\b/;

/**
 * Those who call: what everybody goes through, the database, and the key server of JWT_JWKS_URL. That is the
 * operator's own address, which nobody else can set, and has its own bounds of time and size (docs/adr/0034).
 */
const CALLERS = ['commands/identity/remote-keys.ts', 'outbound/outbound.ts'];

it('Nothing calls other servers past the address guard but what docs/adr/0034 names', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.ts$/.test(file) && !/\.spec\.ts$/.test(file) && !file.startsWith('database/'));
  expect(files.length).toBeGreaterThan(300);
  // Not what comments say, nor a method of its own that is called so.
  const calls = (file: string) =>
    CALLS.test(readFileSync(join(SRC, file), 'utf8').replaceAll(/\/\*[^]*?\*\/|private fetch\(/g, ''));
  expect(files.filter(calls).sort()).toEqual(CALLERS);
});
