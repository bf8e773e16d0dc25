import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startWorld, until } from './browser.mjs';
import { keptIn } from './kept.mjs';

let world;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());
afterEach(() => world.nothingWrong());

const field = (page) => page.locator('.composer textarea');
const row = (page, text) => page.locator('article', { hasText: text }).last();
const about = (page, text) => page.locator('.about', { hasText: text });
const say = (chat, who, content) => world.call('POST', `/chats/${chat.id}/messages`, { content }, who.id);

/** What the browser keeps beside the draft of a chat: the id it replies to, and where the caret is; null: nothing. */
async function keptOf(page, chat) {
  const text = await draftOf(page, `${chat.id}+`);
  if (text === null) return null;
  const { reply, caret } = JSON.parse(text);
  return [reply, caret?.[0] ?? null];
}

/** The text of a draft as the browser keeps it; null: none. */
const draftOf = async (page, draft) => (await keptIn(page, 'draft'))[draft]?.text ?? null;

test('what a draft replies to and its caret are there again when one comes back, and after a reload', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const question = await say(chat, ben, 'When does the train leave?');
  // So much comes after it that it is not on the first page.
  let last;
  for (let n = 1; n <= 60; n++) last = await say(chat, ben, `and ${n}`);
  await world.call('POST', `/chats/${chat.id}/seen`, {}, ann.id);
  const at = await world.site();
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}/${question.seq}`, at });
  const go = (to) => page.evaluate((hash) => (location.hash = hash), to);
  const caretIs = (place) =>
    page.waitForFunction((wanted) => {
      const area = document.querySelector('.composer textarea');
      return area && document.activeElement === area && area.selectionStart === wanted;
    }, place);
  await row(page, 'When does').press('r');
  await about(page, 'When does').waitFor();
  await page.keyboard.type('At eight');
  for (let n = 0; n < 5; n++) await page.keyboard.press('ArrowLeft');
  await caretIs(3);

  await go('#/');
  await field(page).waitFor({ state: 'detached' });
  await go(`#/c/${chat.id}`);
  await about(page, 'When does').waitFor();
  await caretIs(3);
  await page.keyboard.type('half past ');
  await until('it is written', async () => (await field(page).inputValue()) === 'At half past eight');
  await caretIs(13);

  const isKept = (reply, caret) =>
    until(`reply and caret are kept: ${reply}, ${caret}`, async () => {
      const kept = await keptOf(page, chat);
      return kept?.[0] === reply && kept[1] === caret;
    });
  await isKept(question.id, 13);

  // In another tab, too.
  const other = await page.context().newPage();
  await other.goto(`${at.url}/#/c/${chat.id}`);
  await about(other, 'When does').waitFor();
  await other.locator('.about button').click();
  await about(page, 'When does').waitFor({ state: 'detached' });
  await row(other, 'and 60').press('r');
  await about(page, 'and 60').waitFor();
  await other.close();
  await page.bringToFront();
  // The caret is that of the tab in which it was moved last.
  await field(page).focus();
  await field(page).evaluate((area) => {
    area.setSelectionRange(5, 5);
    area.setSelectionRange(13, 13);
  });
  await isKept(last.id, 13);
  await page.reload();
  await about(page, 'and 60').waitFor();
  await caretIs(13);

  await page.keyboard.press('Enter');
  await row(page, 'At half past eight').locator('.quote', { hasText: 'and 60' }).waitFor();
  await about(page, 'and 60').waitFor({ state: 'detached' });
  await go('#/');
  await field(page).waitFor({ state: 'detached' });
  await go(`#/c/${chat.id}`);
  await row(page, 'At half past eight').waitFor();
  await until('nothing of it is kept', async () => (await keptOf(page, chat)) === null);
  assert.equal(await page.locator('.about').count(), 0);

  // What is chosen and given up at once does not come back, nor take the focus.
  for (let n = 0; n < 8; n++) {
    await row(page, 'At half past eight').press('r');
    await page.locator('.about').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.about').waitFor({ state: 'detached' });
    await row(page, 'At half past eight').focus();
  }
  await until('nothing is kept any more', async () => (await keptOf(page, chat)) === null);
  // What comes back does so within the time of an answer of the server, and of a frame.
  await say(chat, ben, 'And then?');
  await row(page, 'And then?').waitFor();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  assert.equal(await page.locator('.about').count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'ARTICLE');
  await page.context().close();
});

test('what a draft replies to goes with it also before it is shown, and outlives an edit', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const question = await say(chat, ben, 'When does the train leave?');
  await say(chat, ann, 'One moment');
  for (let n = 1; n <= 60; n++) await say(chat, ben, `and ${n}`);
  await say(chat, ann, 'I am looking');
  await world.call('POST', `/chats/${chat.id}/seen`, {}, ann.id);
  const at = await world.site();
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}/${question.seq}`, at });
  const isKept = (reply) =>
    until(`the reply is kept: ${reply}`, async () => ((await keptOf(page, chat))?.[0] ?? null) === reply);
  await row(page, 'When does').press('r');
  await about(page, 'When does').waitFor();

  // The field is empty, so this changes the last message of one's own.
  await field(page).press('ArrowUp');
  await about(page, 'One moment').waitFor();
  await field(page).fill('One moment, please');
  await field(page).press('Enter');
  await about(page, 'When does').waitFor();
  await field(page).press('ArrowUp');
  await about(page, 'One moment').waitFor();
  await field(page).press('Escape');
  await about(page, 'When does').waitFor();
  await isKept(question.id);

  // An edit that begins while it is asked for goes on; then the reply is shown.
  await page.goto('about:blank');
  await page.goto(`${at.url}/#/c/${chat.id}`);
  await row(page, 'I am looking').waitFor();
  await about(page, 'When does').waitFor();
  await page.evaluate(() => (location.hash = '#/'));
  await field(page).waitFor({ state: 'detached' });
  const answers = at.hold();
  await page.evaluate((hash) => (location.hash = hash), `#/c/${chat.id}`);
  await row(page, 'I am looking').press('e');
  await about(page, 'I am looking').waitFor();
  await field(page).fill('I have looked');
  await answers.release(0);
  await say(chat, ben, 'Well?');
  await row(page, 'Well?').waitFor();
  assert.equal(await field(page).inputValue(), 'I have looked');
  await field(page).press('Enter');
  await about(page, 'When does').waitFor();
  await page.keyboard.type('At eight');
  await isKept(question.id);
  await until('the text is kept', async () => (await draftOf(page, String(chat.id))) === 'At eight');

  // Enter comes before what shows it is there.
  let letGo;
  const held = new Promise((resolve) => (letGo = resolve));
  await page.route(/\/later-[^/]*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.reload();
  await page.waitForFunction(() => document.querySelector('.composer textarea')?.value === 'At eight');
  await field(page).press('Enter');
  await row(page, 'At eight').locator('.quote', { hasText: 'When does' }).waitFor();
  assert.equal(await page.locator('.about').count(), 0);
  letGo();
  await until('nothing is kept', async () => (await keptOf(page, chat)) === null);
  await page.context().close();
});

test('a reply that comes back does not take the focus: on a phone no keyboard opens', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const question = await say(chat, ben, 'When does the train leave?');
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}`, phone: true });
  const isWriting = () => page.evaluate(() => document.activeElement.tagName === 'TEXTAREA');
  await row(page, 'When does').press('r');
  await page.waitForFunction(() => document.activeElement.tagName === 'TEXTAREA');
  await until('it is kept', async () => (await keptOf(page, chat))?.[0] === question.id);
  await page.reload();
  await about(page, 'When does').waitFor();
  await say(chat, ben, 'Well?');
  await row(page, 'Well?').waitFor();
  assert.equal(await isWriting(), false);
  await row(page, 'When does').press('r');
  await page.waitForFunction(() => document.activeElement.tagName === 'TEXTAREA');
  await page.context().close();
});

test('a message that was refused is copied, sent again or removed, from its menu and below it', async () => {
  const { ann, ben } = await world.server.people('ann', 'ben');
  const group = await world.call('POST', '/chats', { title: 'Garden', memberIds: [ann.id] }, ben.id);
  const may = (sending) => world.call('PATCH', `/chats/${group.id}`, { sending }, ben.id);
  const at = await world.site();
  const page = await world.pageOf(ann.id, { hash: `/c/${group.id}`, at });
  await page
    .context()
    .grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(at.url).origin });
  const copied = () => page.evaluate(() => globalThis.navigator.clipboard.readText());
  const item = (name) => page.getByRole('menuitem', { name, exact: true });
  await field(page).waitFor();
  at.offline();
  for (const text of ['to keep', 'to remove', 'to remove, too']) {
    await field(page).fill(text);
    await field(page).press('Enter');
    await row(page, text).waitFor();
  }
  await may('admins');
  at.online();
  const failed = (text) => page.locator('article', { has: page.locator('.row-fault'), hasText: text });
  await failed('to keep').waitFor();
  await failed('to remove, too').waitFor();

  await failed('to keep').press('Enter');
  await item('Copy text').waitFor();
  assert.deepEqual(await page.getByRole('menuitem').allTextContents(), ['Try again', 'Copy text', 'Remove']);
  await item('Copy text').click();
  await until('its text is copied', async () => (await copied()) === 'to keep');
  await failed('to remove, too').getByRole('button', { name: 'Copy text' }).click();
  await until('the text of the other one is copied', async () => (await copied()) === 'to remove, too');
  await failed('to remove, too').getByRole('button', { name: 'Remove' }).click();
  await failed('to remove, too').waitFor({ state: 'detached' });
  await failed('to remove').press('Enter');
  await item('Remove').click();
  await failed('to remove').waitFor({ state: 'detached' });

  await may('all');
  await field(page).waitFor();
  await failed('to keep').press('Enter');
  await item('Try again').click();
  await page.locator('article[data-seq]', { hasText: 'to keep' }).waitFor();
  await page.locator('.row-fault').waitFor({ state: 'detached' });
  const { messages } = await world.call('GET', `/chats/${group.id}/messages`, undefined, ben.id);
  assert.deepEqual(
    messages.filter(({ type }) => type !== 'system').map(({ content }) => content),
    ['to keep'],
  );
  await page.context().close();
});
