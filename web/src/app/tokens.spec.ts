import { subjectOf } from './tokens';

describe('Whom a token is of', () => {
  const tokenOf = (claims: unknown) =>
    `e30.${btoa(JSON.stringify(claims)).replaceAll('+', '-').replaceAll('/', '_')}.signature`;

  it('is its subject, whenever it was issued', () => {
    for (const iat of [1, 2]) expect(subjectOf(tokenOf({ sub: 'ann', iat }))).toBe('ann');
    expect(subjectOf(tokenOf({ sub: '>>>???' }))).toBe('>>>???');
  });

  it.each(['secret', 'a.b.c', tokenOf({ iat: 1 }), tokenOf(null)])(
    'is the token itself where it says none: %s',
    (token) => {
      expect(subjectOf(token)).toBe(token);
    },
  );
});
