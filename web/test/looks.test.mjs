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

/** What a finger has to hit: smaller than 44 px. Beside each other emoji groups are as wide as a phone lets them be. */
const tooSmall = (page) =>
  page.evaluate(() => {
    const LEAST = 44;
    const all = document.querySelectorAll('a[href], button, input, select, textarea, [role="option"]');
    return [...all].flatMap((one) => {
      // Within a sentence it is as high as that.
      if (one.closest('.body') || one.matches('.soft .link, [role="tab"]')) return [];
      const target = one.closest('label') ?? one;
      const { x, y, width, height } = target.getBoundingClientRect();
      const [midX, midY] = [x + width / 2, y + height / 2];
      const isHit = (atX, atY) => target.contains(document.elementFromPoint(atX, atY));
      // What is covered or scrolled out of sight, as a whole or in part.
      if (width === 0 || !isHit(midX, midY) || !isHit(midX, y + 1) || !isHit(midX, y + height - 1)) return [];
      const reach = (byX, byY) => {
        let px = 0;
        while (px < LEAST / 2 && isHit(midX + byX * (px + 1), midY + byY * (px + 1))) px++;
        return px;
      };
      const wide = reach(1, 0) + reach(-1, 0);
      const high = reach(0, 1) + reach(0, -1);
      // A point on the border between two may be of either.
      if (Math.min(wide, high) >= LEAST - 2) return [];
      return [`${one.className} "${(one.ariaLabel ?? one.textContent).slice(0, 40)}": ${wide} by ${high} px`];
    });
  });

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
        if (phone) faults.push(...(await tooSmall(page)).map((what) => `${name}: ${what}`));
      }
      await page.context().close();
      assert.deepEqual(faults, []);
    });
  }

/** Parts with a height of their own: what stands in them is not higher. */
const FIXED = '.list-head, .chat, .badge, .chat-head, .typing-line, .composer-row, .button, .details-head';

test('four times as large, and with text twice as large, nothing is cut off and nothing scrolls sideways', async () => {
  const page = await world.pageOf(people.alice, { phone: true, bypassCSP: true });
  const faults = [];
  const look = async (name) => {
    faults.push(...(await sideways(page)).map((what) => `${name}: ${what}`));
    faults.push(
      ...(await page.evaluate(
        ([parts, where]) =>
          [...document.querySelectorAll(parts)]
            .filter((one) => one.scrollHeight > one.clientHeight + 1)
            .map((one) => `${where}: ${one.className}: ${one.scrollHeight} px in ${one.clientHeight}`),
        [FIXED, name],
      )),
    );
    const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    if (wide > view) faults.push(`${name}: ${wide} px are wider than ${view}`);
  };
  const everywhere = async (how) => {
    await page.evaluate(() => (location.hash = '#/'));
    await page.locator('a.chat').first().waitFor();
    await look(`list, ${how}`);
    await settings(page);
    await page.locator('.levels').scrollIntoViewIfNeeded();
    await look(`settings, ${how}`);
    await page.keyboard.press('Escape');
    for (const chat of [people.team, people.house]) {
      await page.evaluate((id) => (location.hash = `#/c/${id}`), chat);
      await page.locator('article').first().waitFor();
      await look(`chat ${chat}, ${how}`);
      await details(page);
      await page.locator('.details .people').first().waitFor();
      await look(`details of ${chat}, ${how}`);
      await page.keyboard.press('Escape');
    }
  };
  // A desk of 1280 px at 400 %.
  await page.setViewportSize({ width: 320, height: 640 });
  await everywhere('400 %');
  await page.setViewportSize({ width: 390, height: 780 });
  await page.addStyleTag({ content: ':root { font-size: 200% !important; }' });
  await everywhere('text of 200 %');
  await page.context().close();
  assert.deepEqual(faults, []);
});
