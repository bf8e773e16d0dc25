import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { startWorld } from './browser.mjs';
import { look } from './look.mjs';

const OLD = 'correct horse battery';
const NEW = 'staple of another kind';

let world;
before(async () => {
  world = await startWorld({ auth: 'jwt' });
});
after(() => world?.stop());
// What the server refuses here is meant to be refused.
afterEach(() => {
  const others = world.faults.splice(0).filter((fault) => !/status of 40[01] /.test(fault));
  assert.deepEqual(others, []);
});

const button = (page, name) => page.getByRole('button', { name, exact: true });

async function enter(page, name, password, url) {
  await page.goto(url);
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(password);
}

test('with passwords: register, sign in, another password, and an end to all sessions', async () => {
  const at = await world.site();
  const faults = [];
  const first = await world.context({ bypassCSP: true });
  const page = await first.newPage();
  await page.goto(at.url);
  await button(page, 'Sign in').waitFor();
  faults.push(...(await look(page, 'sign-in-light-desk', false)));
  await button(page, 'New here? Create an account').click();
  await page.getByLabel('User name').fill('maximiliane');
  await page.getByLabel('Name that others see').fill('Maximiliane Donaudampfschifffahrtsgesellschaft');
  await page.getByLabel('Password').fill('12345678');
  await button(page, 'Create account').click();
  await page.getByRole('alert').waitFor();
  faults.push(...(await look(page, 'register-light-desk', false)));
  await page.getByLabel('Password').fill(OLD);
  await button(page, 'Create account').click();
  await page.getByText('No chats yet').waitFor();

  const second = await world.context({ bypassCSP: true, dark: true, phone: true });
  const other = await second.newPage();
  await enter(other, 'maximiliane', 'a wrong one', at.url);
  await button(other, 'Sign in').click();
  await other.getByText('User name or password is wrong.').waitFor();
  faults.push(...(await look(other, 'sign-in-dark-phone', true)));
  await other.getByLabel('Password').fill(OLD);
  await button(other, 'Sign in').click();
  await other.getByText('No chats yet').waitFor();

  await page.locator('.me').click();
  await button(page, 'Change password').click();
  await page.getByLabel('Current password').fill(OLD);
  await page.getByLabel('New password').fill(NEW);
  faults.push(...(await look(page, 'password-light-desk', false)));
  await button(page, 'Change password').click();
  await page.getByText(/Your password is changed/).waitFor();
  // The other device is out, this one is not.
  await button(other, 'Sign in').waitFor();
  await page.reload();
  await page.getByText('No chats yet').waitFor();
  await page.waitForFunction(() => !document.querySelector('.connection'));
  await other.getByLabel('User name').fill('maximiliane');
  await other.getByLabel('Password').fill(NEW);
  await button(other, 'Sign in').click();
  await other.locator('.me').click();
  await button(other, 'Sign out everywhere').scrollIntoViewIfNeeded();
  faults.push(...(await look(other, 'account-dark-phone', true)));
  await button(other, 'Sign out everywhere').click();
  await button(other.getByRole('dialog', { name: 'Sign out everywhere' }), 'Sign out everywhere').click();
  await button(other, 'Sign in').waitFor();
  await button(page, 'Sign in').waitFor();
  assert.deepEqual(faults, []);
  await first.close();
  await second.close();
});

test('with tokens of another service: one of them, and one that has run out', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const token = (seconds) => {
    const text = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1_000);
    const said = {
      sub: 'crm-7',
      iss: 'https://id.example.com',
      aud: 'chat',
      iat: now - 60,
      exp: now + seconds,
    };
    const body = `${text({ alg: 'EdDSA', typ: 'JWT' })}.${text(said)}`;
    return `${body}.${sign(null, Buffer.from(body), privateKey).toString('base64url')}`;
  };
  const foreign = await startWorld({
    auth: 'jwt',
    databaseUrl: world.server.clusterUrl,
    env: {
      JWT_SECRET: '',
      JWT_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }),
      JWT_ALGORITHMS: 'EdDSA',
      JWT_ISSUER: 'https://id.example.com',
      JWT_AUDIENCE: 'chat',
    },
  });
  try {
    const context = await foreign.context({ bypassCSP: true });
    const page = await context.newPage();
    await page.goto((await foreign.site()).url);
    await page.getByLabel('Access token').fill(token(-10));
    assert.deepEqual(await look(page, 'token-light-desk', false), []);
    await button(page, 'Connect').click();
    await page.getByText('Your session has ended. Sign in again.').waitFor();
    await page.getByLabel('Access token').fill(token(600));
    await button(page, 'Connect').click();
    await page.getByText('No chats yet').waitFor();
    await page.reload();
    await page.getByText('No chats yet').waitFor();
    foreign.nothingWrong();
  } finally {
    await foreign.stop();
  }
});
