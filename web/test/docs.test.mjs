import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWorld, until } from './browser.mjs';
import { look } from './look.mjs';

/** The documents in a real Chromium: searched, copied from, read on a phone, without script, and a request tried. */

let world;
let site;
before(async () => {
  world = await startWorld();
  site = await world.site();
});
after(() => world?.stop());

async function docsOf(path = '/docs', options = {}) {
  const context = await world.context(options);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  await page.goto(`${site.url}${path}`);
  await page.locator('main h1').waitFor();
  if (options.script !== false) await ready(page);
  return page;
}

/** The search is there when the script of the page is. */
const ready = (page) => page.getByRole('combobox').waitFor();
const pathOf = (page) => new URL(page.url()).pathname + new URL(page.url()).hash;
const found = (page) => page.getByRole('option');

test('a command, an event, an error code, a variable and a heading are found with the keyboard', async () => {
  const page = await docsOf();
  for (const [words, title, path] of [
    ['rate_limited', 'RATE_LIMITED', '/docs/reference/errors#rate_limited'],
    ['REDIS_URL', 'REDIS_URL', '/docs/reference/configuration#redis_url'],
    ['markassee', 'markAsSeen', '/docs/reference/protocol#markasseen'],
    ['new secret', 'A new secret', '/docs/guides/webhooks#a-new-secret'],
    ['getting', 'Getting started', '/docs/guides/getting-started'],
  ]) {
    await page.keyboard.press('/');
    await page.keyboard.type(words);
    await found(page).first().waitFor();
    if (title) assert.ok((await found(page).first().textContent()).startsWith(title), words);
    await page.keyboard.press('Enter');
    await until(
      `“${words}” leads to ${path}`,
      () => pathOf(page).startsWith(path),
      () => pathOf(page),
    );
    await ready(page);
    const { hash } = new URL(page.url());
    if (hash) assert.ok(await page.locator(`[id="${hash.slice(1)}"]`).isVisible());
  }
  await page.keyboard.press('/');
  await page.keyboard.type('message');
  await found(page).nth(1).waitFor();
  const first = await page.locator('[aria-selected="true"]').textContent();
  await page.keyboard.press('ArrowDown');
  assert.notEqual(await page.locator('[aria-selected="true"]').textContent(), first);
  await page.keyboard.press('Escape');
  await found(page).first().waitFor({ state: 'hidden' });
  await page.getByRole('combobox').fill('xyzzy');
  await page.getByText('Nothing found.').waitFor();
  await page.context().close();
  world.nothingWrong();
});

test('code is copied whole, headings have addresses, and the theme stays', async () => {
  const page = await docsOf('/docs/guides/getting-started');
  const figure = page.locator('figure.code', { hasText: 'emitWithAck' });
  await figure.getByRole('button', { name: 'Copy' }).click();
  const code = await figure.locator('code').textContent();
  const clipboard = () => page.evaluate(() => globalThis.navigator.clipboard.readText());
  await until('it is on the clipboard', async () => (await clipboard()) === code, clipboard);
  assert.ok(code.startsWith("import { io } from 'socket.io-client';\n"));
  await page.getByRole('link', { name: 'Link to With curl' }).click();
  assert.equal(pathOf(page), '/docs/guides/getting-started#with-curl');
  for (const name of ['With Python', 'Examples']) {
    await page.locator('.toc').getByRole('link', { name }).click();
    await page.locator('.toc a[data-read]', { hasText: name }).waitFor();
  }

  const themeOf = () => page.evaluate(() => document.documentElement.dataset.theme);
  const paper = () => page.evaluate(() => globalThis.getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.getByRole('button', { name: 'Theme' }).click();
  assert.equal(await themeOf(), 'dark');
  assert.notEqual(await paper(), light);
  await page.reload();
  assert.equal(await themeOf(), 'dark');
  await page.context().close();
  world.nothingWrong();
});

test('without script all can be read, and on a phone the menu opens and closes', async () => {
  for (const phone of [true, false]) {
    const plain = await docsOf('/docs/guides/sync', { script: false, phone });
    await plain.getByRole('navigation', { name: 'Documents' }).getByRole('link', { name: 'Errors' }).click();
    await plain.getByRole('heading', { level: 1, name: 'Errors' }).waitFor();
    assert.equal(await plain.getByRole('button', { name: 'Copy' }).count(), 0);
    await plain.context().close();
  }

  const page = await docsOf('/docs/guides/sync', { phone: true });
  const menu = page.getByRole('button', { name: 'Menu' });
  const errors = page.getByRole('navigation', { name: 'Documents' }).getByRole('link', { name: 'Errors' });
  assert.equal(await errors.isVisible(), false);
  await menu.click();
  await errors.waitFor();
  await page.keyboard.press('Escape');
  await errors.waitFor({ state: 'hidden' });
  await menu.click();
  await errors.click();
  await page.getByRole('heading', { level: 1, name: 'Errors' }).waitFor();
  await page.context().close();
  world.nothingWrong();
});

test('the page for REST sends a request, and shows the answer', async () => {
  const context = await world.context();
  const page = await context.newPage();
  await page.goto(`${site.url}/docs/rest`);
  const route = page.locator('#operations-chats-createChat');
  await route.locator('.opblock-summary-control').click();
  await route.getByRole('button', { name: 'Try it out' }).click();
  await route.getByRole('button', { name: 'Execute' }).click();
  await route
    .locator('.live-responses-table .response-col_status')
    .getByText(/^20[01]/)
    .waitFor();
  await route.locator('.live-responses-table').getByText('"user2Id"').first().waitFor();
  await page.context().close();
  world.nothingWrong();
});

test('desk and phone, light and dark: a picture, and nothing serious for axe', async () => {
  const faults = [];
  for (const phone of [false, true]) {
    const page = await docsOf('/docs', { phone, bypassCSP: true });
    for (const [name, path] of [
      ['start', '/docs'],
      ['guide', '/docs/guides/getting-started'],
      ['errors', '/docs/reference/errors'],
      ['configuration', '/docs/reference/configuration'],
      ['decision', '/docs/decisions/0031-the-page'],
      ['client', '/docs/packages/client'],
    ]) {
      await page.goto(`${site.url}${path}`);
      for (const dark of [false, true]) {
        await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
        const suffix = `${dark ? 'dark' : 'light'}-${phone ? 'phone' : 'desk'}`;
        faults.push(...(await look(page, `docs-${name}-${suffix}`, dark)));
      }
      const [wide, room] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      assert.ok(wide <= room, `${name}: ${wide} pixels in ${room}`);
    }
    if (phone) {
      await page.goto(`${site.url}/docs/guides/getting-started`);
      await page.getByRole('button', { name: 'Menu' }).click();
      for (const dark of [false, true]) {
        await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
        faults.push(...(await look(page, `docs-menu-${dark ? 'dark' : 'light'}-phone`, dark)));
      }
      await page.keyboard.press('Escape');
    }
    await page.getByRole('combobox').fill('message');
    await found(page).nth(3).waitFor();
    for (const dark of [false, true]) {
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      const suffix = `${dark ? 'dark' : 'light'}-${phone ? 'phone' : 'desk'}`;
      faults.push(...(await look(page, `docs-search-${suffix}`, dark)));
    }
    await page.context().close();
  }
  assert.deepEqual(faults, []);
});
