import fc from 'fast-check';
import { postgresUrl } from './postgres-url.js';
import { redisUrl } from './redis-url.js';

const said = (parse: (text: string) => unknown, text: string): string => {
  try {
    return JSON.stringify(parse(text));
  } catch (error) {
    return (error as Error).message;
  }
};

/** Passwords as generators make them, with what has to be escaped in a URL. */
const passwords = fc
  .tuple(
    fc.stringMatching(/^\d{3,5}$/),
    fc.constantFrom(...'/?#%@[]\\: '),
    fc.stringMatching(/^[a-z]{6,12}$/),
  )
  .chain(([digits, sign, rest]) => fc.constantFrom(digits + sign + rest, rest + sign + digits));

describe('A password that was not escaped', () => {
  it('does not show in what is said of a database, in part neither', () => {
    fc.assert(
      fc.property(passwords, (password) => {
        const url = `postgres://chat:${password}@db.example:5432/chat`;
        const text = said(postgresUrl, url);
        if (text === JSON.stringify(url)) {
          // Taken: then host and database, which errors show, are the ones that were meant.
          expect(new URL(url)).toMatchObject({ host: 'db.example:5432', pathname: '/chat' });
          return;
        }
        for (const part of password.split(/[^a-z\d]/)) expect(text).not.toContain(part);
        expect(text).toContain('escaped');
      }),
    );
  });

  it.each([
    'postgres://chat:12/ab@db/chat',
    'postgres://chat:12?ab@db/chat',
    'postgres://chat:12#ab@db/chat',
    'postgres://chat:1%zz@db/chat',
    'postgres://chat:1%@db/chat',
    'postgres://chat:1%ff@db/chat',
  ])('is refused: %s', (url) => expect(() => postgresUrl(url)).toThrow('%2F for /'));

  it.each([
    'postgres://chat:12%2Fab@db/chat',
    'postgresql://db/chat?sslmode=require',
    'postgres://chat:p@ss@db:5432/chat',
    'postgres://db:5432/chat?options=-c%20x%3Dy',
  ])('or that was, or that there is none, is taken: %s', (url) => expect(postgresUrl(url)).toBe(url));

  it('does not show in what is said of Redis', () => {
    fc.assert(
      fc.property(
        passwords,
        fc.constantFrom('redis://:', 'rediss://chat:', 'redis+cluster://:'),
        (password, head) => {
          const text = said(redisUrl, `${head}${password}@cache.example:6379`);
          if (text.startsWith('{')) {
            expect((JSON.parse(text) as { nodes: unknown }).nodes).toEqual([
              { host: 'cache.example', port: 6379 },
            ]);
            return;
          }
          for (const part of password.split(/[^a-z\d]/)) {
            if (!['redis', 'host', 'port', 'user', 'password'].includes(part))
              expect(text).not.toContain(part || '\0');
          }
        },
      ),
    );
  });
});
