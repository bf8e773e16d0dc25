import { Passwords } from './passwords.js';

describe('Passwords', () => {
  const passwords = new Passwords();
  afterAll(() => passwords.onApplicationShutdown());
  const check = async (passwordHash: string | undefined, password: string) =>
    (await passwords.matching(password, () =>
      Promise.resolve(passwordHash === undefined ? undefined : { passwordHash }),
    )) !== null;

  it('are matched by their hash, and no other password is', async () => {
    const hash = await passwords.hash('correct horse');
    expect(hash).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/);
    expect(hash).not.toContain('correct');
    expect(await check(hash, 'correct horse')).toBe(true);
    expect(await check(hash, 'correct horsf')).toBe(false);
  });

  it('have each a salt of their own', async () => {
    expect(await passwords.hash('correct horse')).not.toBe(await passwords.hash('correct horse'));
  });

  it('are the same however their characters were typed', async () => {
    expect(await check(await passwords.hash('pässword'), 'pa\u0308ssword')).toBe(true);
  });

  it('of nobody match nothing, and that is not told at once either', async () => {
    const asked = performance.now();
    expect(await check(undefined, 'correct horse')).toBe(false);
    expect(performance.now() - asked).toBeGreaterThan(20);
  });

  it('whose hash is broken are an error, and the next are looked at all the same', async () => {
    await expect(check('$scrypt$ln=62,r=8,p=1$c2FsdA$c2FsdA', 'correct horse')).rejects.toThrow();
    expect(await check(await passwords.hash('correct horse'), 'correct horse')).toBe(true);
  });

  it('are matched by the setting of the hash, an older one too', async () => {
    const hash = '$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$A9lBa6RTbfBovWqamVIqXKovIl4Vk6OZyVojLJmYmSI';
    expect(await check(hash, 'correct horse')).toBe(true);
  });
});
