import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startWorld, until } from './browser.mjs';

/** What is new, for eyes and for screen readers, and what is read by that. */
let world;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());
afterEach(() => world.nothingWrong());

const say = (chat, who, content) => world.call('POST', `/chats/${chat.id}/messages`, { content }, who.id);
const row = (page, text) => page.locator('article', { hasText: text }).last();
const focusIs = (page, selector) =>
  page.waitForFunction((wanted) => document.activeElement.matches(wanted), selector);
/** How many messages of a chat are unread for somebody, as the server has it. */
const unreadOf = async (chat, who) =>
  (await world.call('GET', `/chats/${chat.id}/unread`, undefined, who.id)).unread;
const isUnread = (chat, who, count) =>
  until(
    `${count} are unread`,
    async () => (await unreadOf(chat, who)) === count,
    () => unreadOf(chat, who),
  );
/** The page of somebody who looks at another window until `window.isInFront`. */
async function behind(who, hash, options = {}) {
  const context = await world.context({ userId: who.id, ...options });
  await context.addInitScript(() => {
    document.hasFocus = () => window.isInFront === true;
  });
  const page = await context.newPage();
  await page.goto(`${(await world.site()).url}/#${hash}`);
  return page;
}
/** Below which message the line "New" is: the text of the first new one. */
const firstNew = (page) =>
  page.evaluate(() => document.querySelector('.divider')?.parentElement.querySelector('.body').textContent);
const newIs = (page, text) =>
  until(
    `new begins with: ${text}`,
    async () => (await firstNew(page))?.startsWith(text) === true,
    () => firstNew(page),
  );

test('what comes while another window is in front is marked as new from the first unread on; Escape reads it', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  await say(chat, ben, 'long ago');
  await world.call('POST', `/chats/${chat.id}/seen`, {}, ann.id);
  const page = await behind(ann, `/c/${chat.id}`);
  await row(page, 'long ago').waitFor();
  // One's own, from another device, is not new.
  await say(chat, ann, 'from my phone');
  await row(page, 'from my phone').waitFor();
  await say(chat, ben, 'one');
  await newIs(page, 'one');
  await say(chat, ben, 'two');
  await row(page, 'two').waitFor();
  assert.equal(await page.locator('.divider').count(), 1);
  await newIs(page, 'one');
  await page.waitForFunction(() => document.title.startsWith('(2) '));

  // They are seen when it comes to the front; those that come behind it after that are the new ones.
  await page.evaluate(() => {
    window.isInFront = true;
    window.dispatchEvent(new globalThis.Event('focus'));
  });
  await isUnread(chat, ann, 0);
  await newIs(page, 'one');
  await page.evaluate(() => (window.isInFront = false));
  await say(chat, ben, 'three');
  await newIs(page, 'three');

  await row(page, 'two').focus();
  await page.keyboard.press('Escape');
  await focusIs(page, '.composer textarea');
  await page.locator('.divider').waitFor({ state: 'detached' });
  await isUnread(chat, ann, 0);
  await page.waitForFunction(() => !document.title.startsWith('('));
  await page.context().close();
});

test('Escape leads back to the composer from anywhere; Shift Escape reads all, also far from the end', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  for (let n = 1; n <= 40; n++) await say(chat, ben, `${n} ${'word '.repeat(n % 9)}`);
  const page = await behind(ann, `/c/${chat.id}`);
  await page.locator('.divider').waitFor();
  const details = page.getByRole('button', { name: 'Details', exact: true }).last();
  await details.click();
  await page.getByRole('heading', { name: 'Details' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.details').waitFor({ state: 'detached' });
  await focusIs(page, '.composer textarea');
  await page.locator('.divider').waitFor({ state: 'detached' });

  // Far from the end it reads nothing, and closes no more than what is open before the chat.
  await page.locator('.find').click();
  await page.getByRole('combobox').waitFor();
  await page.keyboard.press('Shift+Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await focusIs(page, '.find');
  await page.keyboard.press('Escape');
  await focusIs(page, '.composer textarea');
  assert.equal(await unreadOf(chat, ann), 40);
  await details.focus();
  await page.keyboard.press('Shift+Escape');
  await isUnread(chat, ann, 0);

  // "U" makes it unread again from a message on, and leaves the chat.
  await page.locator('[data-seq="15"]').press('u');
  await page.locator('.nothing').waitFor();
  await isUnread(chat, ann, 26);
  await page.context().close();
});

test('opening a chat reads what was on the screen, and no more; far more of it has a way to its beginning', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const send = (n) => say(chat, ben, `${n} ${'word '.repeat((n * 7) % 40)}`);
  for (let n = 1; n <= 300; n += 25)
    await Promise.all(Array.from({ length: 25 }, (_, index) => send(n + index)));
  await world.call('POST', `/chats/${chat.id}/seen`, { seq: 10 }, ann.id);
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}` });
  await page.locator('.divider').waitFor();
  const seen = async () => 300 - (await unreadOf(chat, ann));
  await until('what is on the screen is read', async () => (await seen()) > 10, seen);
  const onScreen = await page.evaluate(() => {
    const { bottom } = document.querySelector('.scroller').getBoundingClientRect();
    const rows = [...document.querySelectorAll('[data-seq]')];
    return Number(rows.findLast((one) => one.getBoundingClientRect().top < bottom).dataset.seq);
  });
  assert.ok((await seen()) <= onScreen, `${await seen()} are read, ${onScreen} is the last on the screen`);
  assert.equal(Number(await page.locator('.divider').locator('..').getAttribute('data-seq')), 11);
  await page.context().close();
});

test('readers hear new messages one by one, and how many there were; rows say who, when and how far', async () => {
  const { ann, ben, cleo } = await world.server.people('ann', 'ben', 'cleo');
  const input = { title: 'Garden', memberIds: [ben.id, cleo.id] };
  const group = await world.call('POST', '/chats', input, ann.id);
  await say(group, ann, 'Who waters the beans?');
  const page = await world.pageOf(ann.id, { hash: `/c/${group.id}` });
  const log = page.getByRole('log');
  const labelIs = (pattern) =>
    until(
      `its label is ${pattern}`,
      async () => pattern.test((await row(page, 'Who waters').getAttribute('aria-label')) ?? ''),
      () => row(page, 'Who waters').getAttribute('aria-label'),
    );
  await labelIs(/^You, .*, sent$/);
  for (const [who, count] of [
    [ben, 1],
    [cleo, 2],
  ]) {
    await world.call('POST', `/chats/${group.id}/seen`, {}, who.id);
    await labelIs(new RegExp(`^You, .*, seen by ${count}$`));
  }
  await say(group, ben, 'I *do*');
  await until('the first one is said', async () => (await log.textContent()) === 'ben: I do');
  await Promise.all([1, 2, 3].map((n) => say(group, cleo, `me too ${n}`)));
  await until('the others are counted', async () => /^\d new messages$/.test(await log.textContent()));
  const [place, size] = await row(page, 'me too').evaluate((one) =>
    ['aria-posinset', 'data-seq'].map((name) => one.getAttribute(name)),
  );
  assert.equal(place, size);

  // What one sends is said, too.
  await page.locator('.composer textarea').fill('Thank you');
  await page.locator('.composer textarea').press('Enter');
  const statuses = page.locator('[role="status"]');
  await until('it is said', async () => (await statuses.allTextContents()).includes('sent'));

  await row(page, 'Thank you').focus();
  await page.keyboard.press('Control+Home');
  await focusIs(page, '.chat-head button');
  await row(page, 'Thank you').focus();
  await page.keyboard.press('Control+End');
  await focusIs(page, '.composer textarea');
  await page.context().close();
});
