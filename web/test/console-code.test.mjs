import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startWorld, until } from './browser.mjs';

/** With logins, and the programs that the console writes: they are pasted, and run. */
const root = join(import.meta.dirname, '..', '..');
const PASSWORD = 'correct horse battery staple';
const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import socketio, websocket, requests']).status === 0,
);

const worlds = {};
let alice;
let token;
before(async () => {
  worlds.open = await startWorld();
  worlds.jwt = await startWorld({ auth: 'jwt' });
  const account = { username: 'alice', password: PASSWORD };
  const { user } = await worlds.jwt.call('POST', '/auth/register', { ...account, name: 'Alice' });
  alice = user.id;
  token = (await worlds.jwt.call('POST', '/auth/tokens', { userId: alice })).accessToken;
});
after(async () => {
  for (const world of Object.values(worlds)) await world.stop();
});

async function consoleOf(world, hash = '') {
  const context = await world.context();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  // Without the way between: programs are given the address of the page.
  await page.goto(new URL(`/console${hash}`, world.server.directUrl).href);
  await page.locator('.commands').waitFor({ state: 'attached' });
  return page;
}

const button = (page, name) => page.getByRole('button', { name, exact: true });
const person = (page, name) => page.locator('.chip-of', { hasText: name });
const connected = (page, name) => person(page, name).getByText('connected', { exact: true }).waitFor();

async function addBy(page, way, secret, name) {
  await page.getByLabel('Add by').selectOption(way);
  if (name !== undefined) await page.getByLabel('Username').fill(name);
  await page.locator('.add input[type="password"]').fill(secret);
  await button(page, 'Add').click();
}

/** The program that is on the clipboard after a click. */
async function copied(page, language) {
  await button(page, language).click();
  await page
    .locator('#code')
    .and(page.getByLabel(language, { exact: true }))
    .waitFor();
  const shown = await page.locator('#code').textContent();
  await page.locator('.code .bar > .button').click();
  const clipboard = () => page.evaluate(() => globalThis.navigator.clipboard.readText());
  await until('it is on the clipboard', async () => (await clipboard()) === shown, clipboard);
  return shown;
}

const RUN = {
  JavaScript: [process.execPath, '--input-type=module', '-e'],
  'Our client': [process.execPath, '--input-type=module', '-e'],
  Python: [python, '-u', '-c'],
  curl: ['sh', '-ec'],
};

/** What a program prints until it ends by itself; or, where it goes on, until `said`. */
async function printed(language, code, said = null) {
  const [command, ...args] = RUN[language];
  const child = spawn(command, [...args, code], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let errors = '';
  child.stdout.on('data', (text) => {
    out += text;
    if (said?.test(out)) child.kill('SIGKILL');
  });
  child.stderr.on('data', (text) => (errors += text));
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (said === null) assert.equal(status, 0, `${language}: ${errors}\n${code}`);
  else assert.match(out, said, `${language}: ${errors}\n${code}`);
  return out;
}

const languages = Object.keys(RUN).filter(
  (one) => one !== 'Python' || python !== undefined || process.env.CI,
);

test('what is copied runs as it is, in each language, and does what the form would do', async () => {
  const { open: world } = worlds;
  const content = 'it\'s "so" `$HOME` \\n 👋 مرحبا';
  const input = JSON.stringify({ chatId: 1, content, metadata: { deep: { list: [true, null, 1.5] } } });
  const page = await consoleOf(world, `#/sendMessage?input=${encodeURIComponent(input)}`);
  await world.call('POST', '/chats', { user1Id: 1, user2Id: 2 });
  await page.getByLabel('User id', { exact: true }).fill('1');
  await button(page, 'Add').click();
  await connected(page, '(1)');
  const programs = [];
  for (const language of languages) programs.push([language, await copied(page, language)]);
  const outputs = await Promise.all(programs.map(([language, code]) => printed(language, code)));
  for (const output of outputs) assert.match(output, /"?seq"?'?: ?\d/);
  const { messages } = await world.call('GET', '/chats/1/messages', undefined, 1);
  assert.deepEqual(
    messages.map((one) => [one.senderId, one.content, one.metadata]),
    languages.map(() => [1, content, { deep: { list: [true, null, 1.5] } }]),
  );

  // Without a callback the answer is an event, which the program waits for.
  await page.getByLabel('Send by').selectOption('event');
  for (const language of languages.filter((one) => one === 'JavaScript' || one === 'Python'))
    await printed(language, await copied(page, language), /newMessage/);
  await page.context().close();
  world.nothingWrong();
});

test('with logins: by name and password, by a token, and the application by its key', async () => {
  const { jwt: world } = worlds;
  const page = await consoleOf(world);
  await addBy(page, 'login', 'wrong', 'alice');
  await page.getByRole('alert').waitFor();
  await world.refused(401);
  await addBy(page, 'login', PASSWORD, 'alice');
  await connected(page, `Alice (${alice})`);
  await addBy(page, 'token', token);
  await person(page, `Alice (${alice})`).nth(1).getByText('connected', { exact: true }).waitFor();
  await addBy(page, 'token', 'no.token.atall');
  await person(page, 'Token').getByText('refused', { exact: true }).waitFor();
  await addBy(page, 'key', world.server.apiKey);
  await person(page, 'Application').getByText('rest only').waitFor();

  // The application has no socket: what it sends is a request.
  await page.locator('.commands a', { hasText: /^getReports/ }).click();
  await page.locator('.form h2', { hasText: 'getReports' }).waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('status').filter({ hasText: 'Answered in' }).waitFor();

  // None of it is kept, in the address, in code, or in a file.
  const [own] = await world.call('GET', `/users/${alice}/sessions`);
  assert.ok(own);
  const secrets = [PASSWORD, token, world.server.apiKey];
  const keeps = await page.evaluate(() =>
    JSON.stringify([
      { ...globalThis.localStorage },
      { ...globalThis.sessionStorage },
      document.cookie,
      location.href,
    ]),
  );
  const shown = await page.locator('body').innerText();
  for (const secret of secrets) assert.ok(!`${keeps} ${shown}`.includes(secret));
  const stored = await page.evaluate(() => globalThis.indexedDB.databases());
  assert.deepEqual(stored, []);
  await page.reload();
  await page.locator('.commands').waitFor({ state: 'attached' });
  assert.equal(await page.locator('.chip-of').count(), 0);
  await page.context().close();
  world.nothingWrong();
});

test('with logins, what is copied has a place for the token or the key, and runs with it', async () => {
  const { jwt: world } = worlds;
  const page = await consoleOf(world, '#/getMe');
  await addBy(page, 'token', token);
  await connected(page, `Alice (${alice})`);
  const programs = [];
  for (const language of languages) {
    const code = await copied(page, language);
    assert.ok(!code.includes(token));
    programs.push([language, code.replace(/TOKEN( ?= ?)''/, `TOKEN$1'${token}'`)]);
  }
  const outputs = await Promise.all(programs.map(([language, code]) => printed(language, code)));
  for (const output of outputs) assert.match(output, /username"?'?: ?["']alice/);
  await addBy(page, 'key', world.server.apiKey);
  await page.locator('.commands a', { hasText: /^getAudit/ }).click();
  await page.locator('.form h2', { hasText: 'getAudit' }).waitFor();
  const code = await copied(page, 'curl');
  assert.match(
    await printed('curl', code.replace("API_KEY=''", `API_KEY='${world.server.apiKey}'`)),
    /^\[.*\]$/s,
  );
  await page.context().close();
  world.nothingWrong();
});

test('a link holds command and input, and none of the secrets in them', async () => {
  const { jwt: world } = worlds;
  const input = {
    kind: 'web',
    token: 'https://push.example/secret-of-a-device',
    keys: { p256dh: 'A'.repeat(87), auth: 'B'.repeat(22) },
  };
  const page = await consoleOf(world, `#/addPushTarget?input=${encodeURIComponent(JSON.stringify(input))}`);
  await page.locator('.form h2', { hasText: 'addPushTarget' }).waitFor();
  await page.waitForFunction(() => !location.href.includes('secret-of-a-device'));
  const link = decodeURIComponent(page.url());
  assert.ok(link.includes('"kind":"web"'), link);
  for (const secret of [input.token, input.keys.p256dh, input.keys.auth]) assert.ok(!link.includes(secret));
  const code = await copied(page, 'curl');
  for (const secret of [input.token, input.keys.auth]) assert.ok(!code.includes(secret));
  // What was in the link that somebody gave is in the form.
  assert.equal(await page.locator('#field-token').inputValue(), input.token);
  await page.context().close();
  world.nothingWrong();
});
