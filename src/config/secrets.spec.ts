import { randomBytes } from 'node:crypto';
import { weakSecret } from './secrets.js';

describe('A secret', () => {
  it.each([
    '',
    'short',
    'x'.repeat(64),
    'abc'.repeat(20),
    '0123456789'.repeat(5),
    'your-256-bit-secret-your-256-bit-secret',
    'change-me-please-change-me-please-now',
    'supersecretsupersecretsupersecret!',
    'MyPassword-MyPassword-MyPassword-1',
  ])('is weak: %j', (secret) => {
    expect(weakSecret(secret)).toMatch(/^expected /);
  });

  it('is good when it is random, in whatever alphabet', () => {
    for (let i = 0; i < 200; i++) {
      const bytes = randomBytes(32);
      for (const form of ['base64', 'base64url', 'hex'] as const) {
        expect(weakSecret(bytes.toString(form))).toBeNull();
      }
    }
  });

  it('is repeated by no reason', () => {
    for (const secret of ['Zq7x', 'Zq7x-changeme-'.repeat(5)])
      expect(weakSecret(secret)).not.toContain('Zq7x');
  });
});
