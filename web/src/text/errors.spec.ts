import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SENTENCES, sentenceOf } from './errors';

/** Every code of the server, and every one of the client's own. */
const codes = () => {
  const contract = readFileSync(
    join(import.meta.dirname, '../../../packages/client/src/contract.gen.ts'),
    'utf8',
  );
  const client = readFileSync(join(import.meta.dirname, '../../../packages/client/src/errors.ts'), 'utf8');
  const union = (source: string, name: string) =>
    [...(source.split(`export type ${name} =`)[1]?.split(';\n')[0] ?? '').matchAll(/'([A-Z_]+)'/g)].map(
      ([, code]) => code!,
    );
  return [...union(contract, 'ErrorCode'), ...union(client, 'ClientErrorCode')];
};

describe('What the page says of an error', () => {
  it('is a sentence for each code, and for no other', () => {
    expect(codes().length).toBeGreaterThan(20);
    expect(Object.keys(SENTENCES).sort()).toEqual(codes().sort());
    for (const sentence of Object.values(SENTENCES)) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  it('names the seconds to wait, and the field that is wrong', () => {
    expect(sentenceOf({ code: 'RATE_LIMITED', retryAfterMs: 2_400 })).toBe('That was too fast. Wait 3 s.');
    expect(
      sentenceOf({ code: 'VALIDATION_FAILED', details: [{ path: 'title', message: 'is too long' }] }),
    ).toBe('title: is too long');
    expect(sentenceOf({ code: 'REFUSED_BY_APPLICATION', details: { code: null, reason: 'No links.' } })).toBe(
      'No links.',
    );
    expect(sentenceOf({ code: 'REFUSED_BY_APPLICATION', details: { reason: null } })).toBe(
      SENTENCES.REFUSED_BY_APPLICATION,
    );
    expect(sentenceOf(new TypeError('x'))).toBe(SENTENCES.INTERNAL);
  });
});
