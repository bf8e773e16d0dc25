import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startWorld, until } from './browser.mjs';
import { look } from './look.mjs';

/** What is shown while the server has not answered, and when it does not. */
let world;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());
afterEach(() => world.nothingWrong());

const button = (page, name) => page.getByRole('button', { name, exact: true });
/** The network is there again, and the browser says so. */
const back = (page, at) => {
  at.online();
  return page.evaluate(() => globalThis.dispatchEvent(new globalThis.Event('online')));
};
const field = (page) => page.locator('.composer textarea');

test('what takes longer than a moment has rows of the right height, and a mark that it comes', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  await world.call('POST', `/chats/${chat.id}/messages`, { content: 'at last' }, ben.id);
  const at = await world.site();
  const answers = at.hold();
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}`, at, bypassCSP: true });
  const delayOf = (selector, pseudo) =>
    page.waitForFunction(
      ([wanted, part]) => {
        const one = document.querySelector(wanted);
        // Not before 300 ms.
        return one && globalThis.getComputedStyle(one, part).animationDelay.includes('0.3s');
      },
      [selector, pseudo],
    );
  await delayOf('.waits', null);
  await delayOf('.busy', '::after');
  assert.equal((await page.locator('.chat-sub').textContent()).trim(), '');
  const height = await page.evaluate(
    () => globalThis.getComputedStyle(document.querySelector('.waits')).backgroundSize,
  );
  assert.deepEqual(await look(page, 'waiting-light-desk', false), []);
  await answers.release(0);
  await page.locator('a.chat').waitFor();
  await page.locator('article', { hasText: 'at last' }).waitFor();
  await page.locator('.waits, .busy').first().waitFor({ state: 'detached' });
  assert.match(height, new RegExp(` ${(await page.locator('a.chat').boundingBox()).height}px`));
  await page.context().close();
});

test('who is there is asked again where the server did not say', async () => {
  const { ann } = await world.server.people('ann', 'ben');
  const context = await world.context();
  const page = await context.newPage();
  let isDown = true;
  await page.route(
    ({ pathname }) => pathname === '/users',
    (route) => (isDown ? route.abort() : route.continue()),
  );
  await page.goto((await world.site()).url);
  await page.getByText('There is no connection.').waitFor();
  // Whether anybody is there is not known.
  assert.equal(await page.getByText('There is nobody here yet.').count(), 0);
  isDown = false;
  await button(page, 'Try again').click();
  await page.locator('.start-people button').first().waitFor();
  assert.ok(ann.id > 0);
  await context.close();
});

test('without a connection dialogs say so, and show what they are for when it is back', async () => {
  const { ann, chat } = await world.server.people('ann', 'ben');
  const at = await world.site();
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}`, at });
  await page.locator('.me').click();
  await page.getByLabel('Others see when I am online').and(page.locator(':enabled')).waitFor();
  await page.keyboard.press('Escape');
  at.offline();
  await page.locator('.connection').waitFor();

  await page.locator('.me').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('There is no connection.').first().waitFor();
  await back(page, at);
  await dialog.getByLabel('Others see when I am online').and(page.locator(':enabled')).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });

  at.offline();
  await page.locator('.connection').waitFor();
  await button(page, 'New chat').first().click();
  await dialog.getByText('There is no connection.').waitFor();
  await back(page, at);
  await dialog.locator('.person', { hasText: 'ben' }).first().waitFor();

  // How many are found is said within the dialog: outside of it nothing is heard.
  await dialog.getByLabel('Search people').fill('ben');
  const said = () => dialog.getByRole('status').textContent();
  await until('it is said', async () => /^\d+ found$/.test(await said()), said);
  await dialog.getByLabel('Search people').fill('nobody of that name');
  await until('that nobody is found is said', async () => (await said()) === 'Nothing found', said);
  await page.context().close();
});

test('one that waits for long says so; the outbox shows what was refused, and an empty one that all is sent', async () => {
  const { ann, ben } = await world.server.people('ann', 'ben');
  const group = await world.call('POST', '/chats', { title: 'Garden', memberIds: [ann.id] }, ben.id);
  const at = await world.site();
  const page = await world.pageOf(ann.id, { hash: `/c/${group.id}`, at, bypassCSP: true });
  await page.getByRole('heading', { name: 'Garden' }).waitFor();
  at.offline();
  await field(page).fill('without a network');
  await field(page).press('Enter');
  await page.locator('.row-note', { hasText: 'Waiting for the network' }).waitFor();
  // What waits is changed where it waits.
  await field(page).press('ArrowUp');
  await until('it is there', async () => (await field(page).inputValue()) === 'without a network');
  await field(page).fill('changed on the way');
  await field(page).press('Enter');
  await page.locator('article', { hasText: 'changed on the way' }).waitFor();
  await world.call('PATCH', `/chats/${group.id}`, { sending: 'admins' }, ben.id);
  await back(page, at);
  await button(page, '1 message was not sent').click();
  const dialog = page.getByRole('dialog', { name: 'Not sent yet' });
  await dialog.getByText('changed on the way').waitFor();
  await dialog.getByText('To Garden').waitFor();
  assert.deepEqual(await look(page, 'outbox-light-desk', false), []);
  await world.call('PATCH', `/chats/${group.id}`, { sending: 'all' }, ben.id);
  await field(page).waitFor({ state: 'attached' });
  await button(dialog, 'Try all again').click();
  await dialog.getByText('Everything has been sent.').waitFor();
  assert.deepEqual(await look(page, 'outbox-empty-light-desk', false), []);
  const { messages } = await world.call('GET', `/chats/${group.id}/messages`, undefined, ben.id);
  assert.deepEqual(
    messages.filter(({ type }) => type !== 'system').map(({ content }) => content),
    ['changed on the way'],
  );
  await page.context().close();
});

test('a part of the page that is not there any more says so, and the rest goes on', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}` });
  // As after the server was replaced by one with a newer page.
  let isGone = true;
  await page.route(/\/assets\/(settings|details)-/, (route) =>
    isGone ? route.fulfill({ status: 404 }) : route.continue(),
  );
  const told = button(page, 'A part of this page could not be loaded. Load the page again');
  const settings = page.locator('.me');
  await settings.click();
  await told.waitFor();
  await world.refused(404);
  await look(page, 'part-not-loaded-light-desk', false);
  await world.call('POST', `/chats/${chat.id}/messages`, { content: 'it goes on' }, ben.id);
  await page.locator('article', { hasText: 'it goes on' }).waitFor();
  await field(page).fill('it does');
  await field(page).press('Enter');
  await page.locator('article', { hasText: 'it does' }).waitFor();
  isGone = false;
  await told.click();
  await page.locator('article', { hasText: 'it does' }).waitFor();
  await told.waitFor({ state: 'detached' });
  await settings.click();
  await page.getByRole('dialog').waitFor();
  await page.context().close();
});
