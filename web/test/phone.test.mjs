import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startWorld } from './browser.mjs';

/** What is otherwise on a phone than at a desk; keyboards on the screen: scrolling.test.mjs. */
let world;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());
afterEach(() => world.nothingWrong());

const field = (page) => page.locator('.composer textarea');
const row = (page, text) => page.locator('article', { hasText: text }).last();

test('a phone shows the list or the chat, and a link leads back', async () => {
  const { ann } = await world.server.people('ann', 'ben');
  const page = await world.pageOf(ann.id, { phone: true });
  await page.locator('a.chat').tap();
  await field(page).waitFor();
  await page.locator('.list').waitFor({ state: 'hidden' });
  await field(page).fill('from a phone');
  await page.getByRole('button', { name: 'Send', exact: true }).tap();
  await row(page, 'from a phone').waitFor();
  await page.getByRole('link', { name: 'Back to chats' }).tap();
  await page.locator('a.chat').waitFor();
  await page.locator('.main').waitFor({ state: 'hidden' });
  await page.context().close();
});

test('the list says as well that the server is away; neither it nor a dialog lies under the camera', async () => {
  const { ann, chat } = await world.server.people('ann', 'ben');
  const at = await world.site();
  const page = await world.pageOf(ann.id, { at, phone: true });
  await page.locator('a.chat').waitFor();
  const session = await page.context().newCDPSession(page);
  const CAMERA = 50;
  await session.send('Emulation.setSafeAreaInsetsOverride', { insets: { top: CAMERA, bottom: 30 } });
  const topOf = async (selector) => (await page.locator(selector).boundingBox()).y;
  assert.ok((await topOf('.me')) >= CAMERA);
  at.offline();
  const line = page.locator('.connection');
  await line.waitFor();
  assert.ok((await topOf('.connection span')) >= CAMERA);
  const { y, height } = await line.boundingBox();
  const gap = (await topOf('.list')) - y - height;
  assert.ok(Math.abs(gap) < 1, `the list begins ${gap} px below the line`);
  await page.locator('.main .nothing').waitFor({ state: 'hidden' });

  await page.locator('a.chat').tap();
  await field(page).waitFor();
  await line.waitFor();
  assert.ok((await topOf('.connection span')) >= CAMERA);
  at.online();
  await line.waitFor({ state: 'detached' });
  for (const part of ['.chat-names h2', '.chat-head .icon-button:last-child'])
    assert.ok((await topOf(part)) >= CAMERA, part);
  await page.getByRole('button', { name: 'Details', exact: true }).last().tap();
  await page.getByRole('heading', { name: 'Details' }).waitFor();
  assert.ok((await topOf('.details-head h2')) >= CAMERA);
  await page.getByRole('button', { name: 'Close' }).tap();
  await page.evaluate(() => (location.hash = '#/'));
  await page.locator('.main').waitFor({ state: 'hidden' });
  await page.locator('.me').tap();
  await page.getByRole('dialog').waitFor();
  assert.ok((await topOf('dialog')) >= CAMERA);
  assert.ok(chat.id > 0);
  await page.context().close();
});

test('a long press opens the menu of a message, and so does a right click; a short one or a scroll does not', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  await world.call('POST', `/chats/${chat.id}/messages`, { content: 'press me' }, ben.id);
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}`, phone: true });
  await row(page, 'press me').waitFor();
  const session = await page.context().newCDPSession(page);
  const touch = async (type, by = 0) => {
    const { x, y } = await row(page, 'press me').locator('.body').boundingBox();
    await session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x: x + 5, y: y + 5 + by }],
    });
  };
  await touch('touchStart');
  await touch('touchEnd');
  await touch('touchStart');
  await touch('touchMove', 40);
  await touch('touchEnd');
  await touch('touchStart');
  await page.getByRole('menu').waitFor();
  await touch('touchEnd');
  await page.getByRole('menuitem', { name: 'Reply' }).tap();
  await page.locator('.about', { hasText: 'Reply to ben' }).waitFor();
  // A touch elsewhere closes it.
  await touch('touchStart');
  await page.getByRole('menu').waitFor();
  await touch('touchEnd');
  await page.getByRole('menuitem', { name: 'Reply' }).waitFor();
  await page.touchscreen.tap(200, 300);
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await page.context().close();

  const desk = await world.pageOf(ann.id, { hash: `/c/${chat.id}` });
  await row(desk, 'press me').locator('.body').click({ button: 'right' });
  await desk.getByRole('menuitem', { name: 'Copy text' }).click();
  await desk.getByRole('menu').waitFor({ state: 'detached' });
  await desk.context().close();
});
