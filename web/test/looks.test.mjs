import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startWorld } from './browser.mjs';
import { furnish } from './people.mjs';

/** Every screen, in both themes, at a desk and on a phone: a picture of it, and what axe finds. */
const pictures = process.env.WEB_PICTURES ?? join(import.meta.dirname, 'pictures');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let world;
let people;
before(async () => {
  mkdirSync(pictures, { recursive: true });
  world = await startWorld();
  people = await furnish(world.server.directUrl);
});
after(() => world?.stop());

const details = (page) => page.getByRole('button', { name: 'Details', exact: true }).last().click();
const settings = (page) => page.locator('.me').click();
const open = (name) => (page) => page.getByRole('button', { name, exact: true }).first().click();

/** By name: where it is, what to do there, and what has to be there then. */
const screens = {
  list: ['/', null, 'a.chat'],
  chat: [() => `/c/${people.withBob}`, null, 'article'],
  group: [() => `/c/${people.hike}`, null, '.reactions'],
  code: [() => `/c/${people.team}`, null, 'pre'],
  arabic: [() => `/c/${people.withLayla}`, null, 'article'],
  'longest-name': [() => `/c/${people.withMaxi}`, details, '.details-actions'],
  details: [() => `/c/${people.team}`, details, '.details .people'],
  reply: [
    () => `/c/${people.hike}`,
    async (page) => {
      await page.locator('article').last().focus();
      await page.keyboard.press('r');
    },
    '.about',
  ],
  menu: [
    () => `/c/${people.hike}`,
    async (page) => {
      await page.locator('article').last().focus();
      await page.keyboard.press('Enter');
    },
    '[role="menu"]',
  ],
  emoji: [() => `/c/${people.withBob}`, open('Emoji'), '.emoji-panel'],
  'new-chat': ['/', open('New chat'), '.dialog .person'],
  'new-group': [
    '/',
    async (page) => {
      await open('New chat')(page);
      await open('New group')(page);
      await page.getByRole('option', { name: 'Carol Costa' }).click();
    },
    '.chip',
  ],
  settings: ['/', settings, '.dialog .choices'],
  help: [
    '/',
    async (page) => {
      await page.locator('a.chat').first().waitFor({ state: 'attached' });
      await settings(page);
      await open('Keyboard')(page);
    },
    '.keys',
  ],
  'go-to': ['/', (page) => page.locator('.find').click(), '[role="option"]'],
};

/** Structure is the same in both themes: in the dark one only its colours are looked at. */
const optionsOf = (dark) => ({
  resultTypes: ['violations'],
  ...(dark ? { runOnly: { type: 'rule', values: ['color-contrast'] } } : {}),
});

async function look(page, name, dark) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (options) => globalThis.axe.run(document, options),
    optionsOf(dark),
  );
  const faults = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, impact, nodes }) =>
        `${name}: ${impact} ${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join('\n')}`,
    );
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  return faults;
}

for (const dark of [false, true])
  for (const phone of [false, true]) {
    const suffix = `${dark ? 'dark' : 'light'}-${phone ? 'phone' : 'desk'}`;
    test(`every screen, ${suffix}: a picture, and nothing serious for axe`, async () => {
      const faults = [];
      const at = await world.site();
      const start = await world.context({ dark, phone, bypassCSP: true });
      const first = await start.newPage();
      await first.goto(at.url);
      await first.getByRole('button', { name: 'Alice Ahmadi' }).waitFor();
      faults.push(...(await look(first, `start-${suffix}`, dark)));
      await start.close();
      const page = await world.pageOf(people.alice, { dark, phone, bypassCSP: true, at });
      await page.locator('a.chat').first().waitFor({ state: 'attached' });
      for (const [name, [where, act, there]] of Object.entries(screens)) {
        await page.goto('about:blank');
        await page.goto(`${at.url}/#${typeof where === 'string' ? where : where()}`);
        await page.locator('a.chat').first().waitFor({ state: 'attached' });
        if (where !== '/') await page.locator('article').first().waitFor();
        if (act) await act(page);
        await page.locator(there).first().waitFor();
        faults.push(...(await look(page, `${name}-${suffix}`, dark)));
      }
      await page.context().close();
      assert.deepEqual(faults, []);
    });
  }
