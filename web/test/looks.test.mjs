import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWorld } from './browser.mjs';
import { look } from './look.mjs';
import { furnish } from './people.mjs';

/** Every screen, in both themes, at a desk and on a phone: a picture of it, what axe finds, and what is too wide. */

let world;
let people;
before(async () => {
  world = await startWorld();
  people = await furnish(world.server.directUrl);
});
after(() => world?.stop());

const details = (page) => page.getByRole('button', { name: 'Details', exact: true }).last().click();
const settings = (page) => page.locator('.me').click();
const open = (name) => (page) => page.getByRole('button', { name, exact: true }).first().click();

const ofGroup = (name) => async (page) => {
  await details(page);
  await open(name)(page);
};

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
      await page.locator('article').last().press('r');
    },
    '.about',
  ],
  menu: [
    () => `/c/${people.hike}`,
    async (page) => {
      await page.locator('article').last().press('Enter');
    },
    '[role="menu"]',
  ],
  emoji: [
    () => `/c/${people.withBob}`,
    async (page) => {
      await open('Emoji')(page);
      await page.getByRole('tab', { name: 'Animals and nature' }).click();
    },
    '.emoji-choices button[aria-label="dog face"]',
  ],
  'emoji-found': [
    () => `/c/${people.withBob}`,
    async (page) => {
      await open('Emoji')(page);
      await page.getByLabel('Search emoji').fill('heart');
    },
    '.emoji-choices button[aria-label="red heart"]',
  ],
  inbox: ['/', (page) => page.locator('.bell').click(), '.inbox-entry'],
  quiet: [
    '/',
    async (page) => {
      await settings(page);
      // It can be set once the preferences are known.
      await page.getByLabel('Quiet hours').and(page.locator(':enabled')).check();
      await page.locator('.quiet-days').scrollIntoViewIfNeeded();
    },
    '.quiet',
  ],
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

/** The same, each theme and each size once: what is made of the same parts. */
const others = {
  'public-groups': [
    '/',
    async (page) => {
      await open('New chat')(page);
      await open('Find public groups')(page);
    },
    '.two-lines',
  ],
  'own-group': [
    () => `/c/${people.house}`,
    async (page) => {
      await details(page);
      await page.getByText('Silenced until').scrollIntoViewIfNeeded();
    },
    '.details .people',
  ],
  rules: [() => `/c/${people.house}`, ofGroup('Rules'), '.dialog .choices'],
  links: [
    () => `/c/${people.house}`,
    async (page) => {
      await ofGroup('Invitation links')(page);
      await open('Make a link')(page);
    },
    '.made',
  ],
  banned: [() => `/c/${people.house}`, ofGroup('Banned people'), '.dialog .two-lines'],
  silence: [
    () => `/c/${people.house}`,
    async (page) => {
      await details(page);
      await page.getByRole('button', { name: 'Actions for Bob Brandt' }).click();
      await page.getByRole('menuitem', { name: 'Silence' }).click();
      await page.getByLabel('Another time').check();
    },
    '.dialog input[type="datetime-local"]',
  ],
  ban: [
    () => `/c/${people.house}`,
    async (page) => {
      await details(page);
      await page.getByRole('button', { name: 'Actions for Maximiliane' }).click();
      await page.getByRole('menuitem', { name: 'Ban' }).click();
    },
    '.dialog textarea',
  ],
  'message-details': [
    () => `/c/${people.house}`,
    async (page) => {
      await page.locator('article', { hasText: 'Tuesday' }).press('Enter');
      await page.getByRole('menuitem', { name: 'Message details' }).click();
    },
    '.edits li',
  ],
  announcements: [() => `/c/${people.news}`, null, '.composer.cannot'],
  'slow-mode': [() => `/c/${people.market}`, null, '.slow'],
  join: [() => `/join/${people.code}`, null, '.join .avatar'],
};

/** What scrolls up and down, and sideways as well because something in it is too wide. */
const sideways = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.dialog-body, .details-body, .scroller, .chats')]
      .filter((one) => one.scrollWidth > one.clientWidth)
      .map((one) => `${one.className} is ${one.scrollWidth} wide and shows ${one.clientWidth}`),
  );

for (const dark of [false, true])
  for (const phone of [false, true]) {
    const suffix = `${dark ? 'dark' : 'light'}-${phone ? 'phone' : 'desk'}`;
    test(`every screen, ${suffix}: a picture, nothing serious for axe, nothing too wide`, async () => {
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
      for (const [name, [where, act, there]] of Object.entries(
        dark === phone ? { ...screens, ...others } : screens,
      )) {
        await page.goto('about:blank');
        await page.goto(`${at.url}/#${typeof where === 'string' ? where : where()}`);
        await page.locator('a.chat').first().waitFor({ state: 'attached' });
        if (/^\/c\//.test(page.url().split('#')[1])) await page.locator('article').first().waitFor();
        if (act) await act(page);
        await page.locator(there).first().waitFor();
        faults.push(...(await look(page, `${name}-${suffix}`, dark)));
        faults.push(...(await sideways(page)).map((what) => `${name}: ${what}`));
      }
      await page.context().close();
      assert.deepEqual(faults, []);
    });
  }
