import { Passwords } from './passwords.js';

describe('Passwords', () => {
  const passwords = new Passwords();
  afterAll(() => passwords.onApplicationShutdown());
  const check = async (passwordHash: string | undefined, password: string) =>
    (await passwords.matching(password, () =>
      Promise.resolve(passwordHash === undefined ? undefined : { passwordHash }),
    )) !== null;

  it('match their own hash, and no other password does', async () => {
    const hash = await passwords.hash('correct horse');
    expect(hash).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/);
    expect(hash).not.toContain('correct');
    expect(await check(hash, 'correct horse')).toBe(true);
    expect(await check(hash, 'correct horsf')).toBe(false);
  });

  it('each have their own salt', async () => {
    expect(await passwords.hash('correct horse')).not.toBe(await passwords.hash('correct horse'));
  });

  it('match whatever Unicode form they are typed in', async () => {
    expect(await check(await passwords.hash('pässword'), 'pa\u0308ssword')).toBe(true);
  });

  it('of an unknown user do not match, and the check takes its time too', async () => {
    const start = performance.now();
    expect(await check(undefined, 'correct horse')).toBe(false);
    expect(performance.now() - start).toBeGreaterThan(20);
  });

  it('with a broken hash are an error, and the next check still works', async () => {
    await expect(check('$scrypt$ln=62,r=8,p=1$c2FsdA$c2FsdA', 'correct horse')).rejects.toThrow();
    expect(await check(await passwords.hash('correct horse'), 'correct horse')).toBe(true);
  });

  it('are checked with the parameters in the hash, also older ones', async () => {
    const hash = '$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$A9lBa6RTbfBovWqamVIqXKovIl4Vk6OZyVojLJmYmSI';
    expect(await check(hash, 'correct horse')).toBe(true);
  });
});
