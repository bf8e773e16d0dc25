import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { io } from 'socket.io-client';
import { startWorld, until } from './browser.mjs';
import { look, picture } from './look.mjs';

/** The page of operators in a real Chromium: what can be done there, what it looks like, and what axe finds. */
const LONGEST =
  'Maximiliane Donaudampfschifffahrtsgesellschaftskapitänswitwe von und zu Hohenlohe-Langenburg';
const HOSTILE = '<img src=x onerror=alert(1)> you will be sorry';
const PASSWORD = 'correct horse battery staple';

let world;
let people;
before(async () => {
  world = await startWorld({ auth: 'jwt' });
  people = await furnish();
});
after(() => world?.stop());

/** People with accounts and without, chats of each kind, and reports of each kind of message. */
async function furnish() {
  const { call } = world;
  const users = await call('PUT', '/users', {
    users: [
      { externalId: 'crm-bob', name: 'Bob Brandt' },
      { externalId: 'crm-layla', name: 'ليلى الحسن' },
      { externalId: 'customers/2026/eu-central/000000000000000000017', name: LONGEST },
      ...Array.from({ length: 52 }, (_, n) => ({ externalId: `crm-${n + 100}`, name: `Guest ${n + 1}` })),
    ],
  });
  const [bob, layla, maxi] = users.map(({ id }) => id);
  const account = { username: 'alice', password: PASSWORD };
  const alice = (await call('POST', '/auth/register', { ...account, name: 'Alice Ahmadi' })).user.id;
  await call('POST', '/auth/login', account);
  const direct = async (one, other) => (await call('POST', '/chats', { user1Id: one, user2Id: other })).id;
  const say = async (chat, who, content) =>
    (await call('POST', `/chats/${chat}/messages`, { content }, who)).id;
  const report = (message, who, reason) =>
    call('POST', `/messages/${message}/reports`, reason === undefined ? {} : { reason }, who);

  const withAlice = await direct(alice, bob);
  const threat = await say(withAlice, alice, HOSTILE);
  await call('PATCH', `/messages/${threat}`, { content: `${HOSTILE}!!` }, alice);
  await report(threat, bob, 'A threat. It has happened before.');
  const withLayla = await direct(layla, alice);
  await report(await say(withLayla, layla, 'مرحباً! هذه رسالة مزعجة جداً، اتصل بي الآن.'), alice, 'إزعاج');
  const withMaxi = await direct(maxi, bob);
  const long = 'Sehr geehrte Damen und Herren, kaufen Sie jetzt!\n'.repeat(30);
  await report(await say(withMaxi, maxi, long), bob);
  await call('POST', '/chats', {
    title: 'Verein zur Erhaltung der Donaudampfschifffahrt und ihrer Freundinnen und Freunde',
    memberIds: [alice, bob, layla, maxi],
  });
  await call('POST', '/chats', { title: 'نادي القراءة', memberIds: [layla, alice] });
  await direct(alice, alice);
  await call('POST', `/users/${maxi}/deactivate`, { reason: 'Advertising, again and again.' });
  return { alice, bob, layla, maxi, withAlice, say };
}

async function adminOf({ hash = '', key = world.server.apiKey, at = null, ...options } = {}) {
  const context = await world.context(options);
  const page = await context.newPage();
  await page.goto(`${(at ?? (await world.site())).url}/admin${hash}`);
  if (key !== null) await enter(page, key);
  return page;
}

async function enter(page, key) {
  await page.getByLabel('API key', { exact: true }).fill(key);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.locator('.screens').waitFor();
}

const screen = (page, name) => page.locator('.screens').getByRole('link', { name }).click();
const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { level: 2, name }).waitFor();

test('a wrong key is told so; a right one is in memory alone, unless the tab keeps it', async () => {
  const page = await adminOf({ key: null });
  await page.getByLabel('API key', { exact: true }).fill('not-the-key');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('The server does not know this key.').waitFor();
  await world.refused(401);
  await enter(page, world.server.apiKey);
  await page.getByText('All is well.').waitFor();
  const kept = () =>
    page.evaluate(() =>
      JSON.stringify([{ ...globalThis.sessionStorage }, { ...globalThis.localStorage }, location.href]),
    );
  assert.ok(!(await kept()).includes(world.server.apiKey));
  await page.reload();
  await page.getByLabel('Keep it for this tab').check();
  await enter(page, world.server.apiKey);
  await page.reload();
  await page.getByText('All is well.').waitFor();
  await button(page, 'Forget key').click();
  await page.getByLabel('API key', { exact: true }).waitFor();
  assert.ok(!(await kept()).includes(world.server.apiKey));
  await page.context().close();
  world.nothingWrong();
});

test('reports are worked off by keys, and opened again; their text is text', async () => {
  const page = await adminOf({ hash: '#/reports' });
  const cards = page.locator('.report');
  await cards.nth(2).waitFor();
  await cards.first().getByText(`${HOSTILE}!!`).waitFor();
  assert.equal(await cards.locator('img').count(), 0);
  await page.locator('.screens .badge', { hasText: '3' }).waitFor();
  await cards.first().getByRole('button', { name: 'Resolve' }).press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.report').length === 2);
  // The focus is at the next one: Tab comes to its buttons.
  await page.waitForFunction(() => document.activeElement?.matches('.report'));
  await page.locator('.screens .badge', { hasText: '2' }).waitFor();
  await page.getByRole('link', { name: 'Resolved' }).click();
  await cards.getByText('Alice Ahmadi').waitFor();
  await button(page, 'Open again').click();
  await page.getByText('No report was resolved yet').waitFor();
  const reports = await world.call('GET', '/reports?status=open');
  assert.equal(reports.length, 3);
  await page.context().close();
  world.nothingWrong();
});

test('a person is found, shut out and let back, and logged out; their messages are not shown', async () => {
  const page = await adminOf({ hash: '#/people' });
  await button(page, 'More').waitFor();
  const search = page.getByLabel('Find a person');
  for (const [words, found] of [
    ['ali', 'Alice Ahmadi'],
    ['crm-bob', 'Bob Brandt'],
    ['external:crm-layla', 'ليلى الحسن'],
    [String(people.maxi), LONGEST],
  ]) {
    await search.fill(words);
    await page.waitForFunction(
      (name) => [...document.querySelectorAll('.persons .name')].some((one) => one.textContent === name),
      found,
    );
  }
  await search.fill('nobody of this name');
  await page.getByText('Nobody found').waitFor();
  await search.fill('alice');
  await page.locator('.persons a', { hasText: 'Alice Ahmadi' }).click();
  await heading(page, 'Alice Ahmadi');
  await page.locator('.lines').getByText('Notes to themselves').waitFor();
  await page.locator('.lines').getByText('Bob Brandt').waitFor();
  const sessions = page.locator('[aria-label="Sessions"] .lines li');
  await until(
    'both sessions are shown',
    async () => (await sessions.count()) === 2,
    () => sessions.count(),
  );
  assert.ok(!(await page.locator('body').textContent()).includes('you will be sorry'));

  await button(page, 'End sessions…').click();
  await page.getByRole('dialog').getByRole('button', { name: 'End sessions' }).click();
  await page.getByText('Logged in nowhere.').waitFor();
  await page.locator('.entries').getByText('Sessions ended').waitFor();

  await button(page, 'Deactivate…').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('How long').selectOption('day');
  await dialog.getByLabel('Reason').fill('Spam');
  await dialog.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByText(/Shut out since .*, until /).waitFor();
  await page.locator('.persons a', { hasText: 'Alice Ahmadi' }).getByText('shut out').waitFor();
  assert.equal((await world.call('GET', `/users/${people.alice}`)).deactivated, true);
  await button(page, 'Shut out').click();
  const shutOut = page.locator('.shut-out');
  await shutOut.getByText('Advertising, again and again.').waitFor();
  await shutOut.getByText('until let back').waitFor();
  const row = shutOut.filter({ hasText: 'Alice Ahmadi' });
  await row.getByText(/^until \d/).waitFor();
  await row.getByText('Spam').waitFor();
  await button(page, 'Let back: Alice Ahmadi').click();
  await row.waitFor({ state: 'detached' });
  await button(page, 'Deactivate…').waitFor();
  assert.equal((await world.call('GET', `/users/${people.alice}`)).deactivated, false);
  // What is done at the person is seen in the list.
  await world.call('POST', `/users/${people.alice}/deactivate`);
  await page.reload();
  await enter(page, world.server.apiKey);
  await button(page, 'Shut out').click();
  await row.waitFor();
  await button(page, 'Let back').last().click();
  await row.waitFor({ state: 'detached' });
  await page.context().close();
  world.nothingWrong();
});

test('a person is exported to a whole file; elsewhere the page asks for no message, and shows none', async () => {
  const page = await adminOf({ key: null });
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await enter(page, world.server.apiKey);
  // Each figure has a chart, and each chart the same in words.
  const charts = page.locator('.tile svg[role="img"]');
  await charts.nth(7).waitFor();
  for (const chart of await charts.all()) assert.match(await chart.getAttribute('aria-label'), /: \S/);

  await screen(page, 'People');
  await page.getByLabel('Find a person').fill('bob');
  await page.locator('.persons a', { hasText: 'Bob Brandt' }).click();
  await page.locator('.lines').getByText('Alice Ahmadi').waitFor();
  await screen(page, 'Audit');
  await page.locator('.entries > li').first().waitFor();
  await screen(page, 'People');
  await page.goto(page.url().replace(/#.*$/, `#/people/${people.bob}`));
  await heading(page, 'Bob Brandt');
  assert.ok(!(await page.locator('body').textContent()).includes('you will be sorry'));
  assert.deepEqual(
    asked.filter((path) => /message|sync|unread/i.test(path)),
    [],
  );

  const download = page.waitForEvent('download');
  await button(page, 'Export').click();
  const file = await download;
  assert.equal(file.suggestedFilename(), `person-${people.bob}.jsonl`);
  const lines = readFileSync(await file.path(), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([lines[0].type, lines.at(-1).type], ['header', 'end']);
  assert.ok(lines.some(({ type, data }) => type === 'user' && data.name === 'Bob Brandt'));
  await page.getByText('The export was saved.').waitFor();
  await page.locator('.entries').getByText('Exported').waitFor();
  await page.context().close();
  world.nothingWrong();
});

test('who is erased is asked for twice, and it is seen how far that is', async () => {
  const { id } = await world.call('POST', '/users', { name: 'Gone Tomorrow' });
  await people.say((await world.call('POST', '/chats', { user1Id: id, user2Id: people.bob })).id, id, 'hi');
  const page = await adminOf({ hash: `#/people/${id}` });
  await button(page, 'Erase…').click();
  const dialog = page.getByRole('dialog');
  const last = dialog.getByRole('button', { name: 'Erase for ever' });
  assert.equal(await last.isDisabled(), true);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await button(page, 'Erase…').click();
  await dialog.getByLabel('Type their id').fill(String(id));
  await last.click();
  await page.locator('.erasure').getByText('Erased', { exact: true }).waitFor();
  await page.locator('.erasure').getByText('1 emptied').waitFor();
  await heading(page, `Person ${id}`);
  await screen(page, 'Audit');
  await page.getByLabel('To whom').fill(String(id));
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.entries > li').length === 2);
  await page.locator('.entries').getByText('Erasure started').waitFor();
  await page.context().close();
  world.nothingWrong();
});

/** As if some minutes had gone by: what is asked is answered by the server as ever. */
async function watched(page) {
  const { accessToken: token } = await world.call('POST', '/auth/tokens', { userId: people.layla });
  const sockets = [];
  for (let step = 0; step < 16; step++) {
    for (let n = 0; n < (step * 7) % 11; n++) await people.say(people.withAlice, people.bob, `${step} ${n}`);
    const answered = page.waitForResponse((response) => response.url().endsWith('/status'));
    if (step > 3) sockets.push(io(world.server.directUrl, { forceNew: true, auth: { token } }));
    await page.clock.fastForward(28_000);
    await answered;
  }
  return () => sockets.forEach((socket) => socket.disconnect());
}

test('desk and phone, light and dark: a picture, and nothing serious for axe', async () => {
  const faults = [];
  const at = await world.site();
  for (const phone of [false, true]) {
    const page = await adminOf({ phone, bypassCSP: true, key: null, at });
    const lookAt = async (name) => {
      for (const dark of [false, true]) {
        await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
        const suffix = `${dark ? 'dark' : 'light'}-${phone ? 'phone' : 'desk'}`;
        faults.push(...(await look(page, `admin-${name}-${suffix}`, dark)));
      }
      const [wide, room] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      assert.ok(wide <= room, `${name}: ${wide} pixels in ${room}`);
    };
    await page.getByLabel('API key', { exact: true }).waitFor();
    await lookAt('key');
    await page.clock.install();
    await enter(page, world.server.apiKey);
    await page.getByText('All is well.').waitFor();
    await lookAt('overview-new');
    const leave = await watched(page);
    await lookAt('overview');
    // A node in trouble: what the server says, made worse on its way to the browser.
    await page.route('**/status', async (route) => {
      const response = await route.fetch();
      const status = await response.json();
      const worse = {
        status: 'degraded',
        degraded: ['redis'],
        redis: 'down',
        eventLoopDelay: { p50Ms: 40, p99Ms: 912 },
      };
      await route.fulfill({
        response,
        json: { ...status, ...worse, pool: { busy: 10, idle: 0, waiting: 14 } },
      });
    });
    for (let step = 0; step < 4; step++) {
      const answered = page.waitForResponse((response) => response.url().endsWith('/status'));
      await page.clock.fastForward(5_000);
      await answered;
    }
    await page.getByText('The node is at its limit.').first().waitFor();
    await lookAt('overview-bad');
    await page.unroute('**/status');
    leave();
    await page.clock.resume();
    await screen(page, 'Reports');
    await page.locator('.report').nth(2).waitFor();
    await lookAt('reports');
    await page.goto(`${at.url}/admin#/reports/dismissed`);
    await page.getByText('No report was dismissed yet').waitFor();
    await lookAt('reports-none');
    await screen(page, 'People');
    await page.locator('.persons a').nth(10).waitFor();
    await lookAt('people');
    await button(page, 'Shut out').click();
    await page.locator('.shut-out').waitFor();
    await lookAt('people-shut-out');
    for (const [name, id] of [
      ['person', people.alice],
      ['person-arabic', people.layla],
      ['person-longest', people.maxi],
    ]) {
      await page.goto(`${at.url}/admin#/people/${id}`);
      await page.locator('.lines').first().waitFor();
      await page.locator('.chat-line').first().waitFor();
      await lookAt(name);
    }
    await page.goto(`${at.url}/admin#/people/${people.alice}`);
    await button(page, 'Erase…').click();
    await lookAt('erase');
    await page.keyboard.press('Escape');
    await button(page, 'Deactivate…').click();
    await lookAt('deactivate');
    await page.keyboard.press('Escape');
    await screen(page, 'Audit');
    await page.locator('.entries > li').first().waitFor();
    await lookAt('audit');
    await page.context().close();
  }
  assert.deepEqual(faults, []);
  world.nothingWrong();
});

test('in open mode it asks for no key, and says what that means', async () => {
  const open = await startWorld();
  try {
    const context = await open.context();
    const page = await context.newPage();
    await page.goto(`${(await open.site()).url}/admin`);
    await page.getByText('Open mode: whoever reaches this server can do all of this').waitFor();
    await page.getByText('All is well.').waitFor();
    await picture(page, 'admin-open-light-desk');
    await screen(page, 'Reports');
    await page.getByText('No reports to work off').waitFor();
    await screen(page, 'People');
    await page.getByText('There is nobody here yet').waitFor();
    await picture(page, 'admin-people-none-light-desk');
    open.nothingWrong();
  } finally {
    await open.stop();
  }
});
