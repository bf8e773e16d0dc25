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
const bodies = (page) => page.locator('.body');
const say = async (page, text) => {
  await field(page).fill(text);
  await field(page).press('Enter');
};
/** Waits until the field has this text. */
const written = (page, text) =>
  until(
    `the field has: ${text}`,
    async () => (await field(page).inputValue()) === text,
    () => field(page).inputValue(),
  );
/** Waits until the browser keeps these as what is still to be sent: then a reload loses nothing. */
const waiting = (page, all) => {
  const kept = async () =>
    Object.values(await keptIn(page, 'outbox'))
      .sort((one, other) => one.order - other.order)
      .map(({ input }) => input.content);
  return until(`it is kept: ${all.join()}`, async () => (await kept()).join() === all.join(), kept);
};
const row = (page, text) => page.locator('article', { hasText: text }).last();
const texts = (page) =>
  page.locator('.row .body').evaluateAll((all) =>
    all.map((one) =>
      [...one.childNodes]
        .filter(({ nodeType }) => nodeType === 3)
        .map(({ data }) => data)
        .join(''),
    ),
  );

test('an empty server offers people and chats, and a second window to chat with oneself', async () => {
  const { url } = await world.site();
  const context = await world.context();
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole('button', { name: 'Make four people and three chats' }).click();
  const second = page.waitForEvent('popup');
  await page.getByRole('link', { name: /second window/ }).click();
  const other = await second;
  await page.getByRole('button', { name: 'Alice Ahmadi' }).click();
  await other.getByRole('button', { name: 'Bob Brandt' }).click();
  await page.locator('a.chat').nth(2).waitFor();
  await until('there are three chats', async () => (await page.locator('a.chat').count()) === 3);
  await page.getByRole('link', { name: /Bob Brandt/ }).click();
  await other.getByRole('link', { name: /Alice Ahmadi/ }).click();
  await say(page, 'Are you there?');
  await row(other, 'Are you there?').waitFor();
  await page.reload();
  await row(page, 'Are you there?').waitFor();
  await context.close();
});

test('two people chat: typing, ticks, a reaction, a reply, an edit, a deletion', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const anns = await world.pageOf(ann.id, { hash: `/c/${chat.id}` });
  const bens = await world.pageOf(ben.id, { hash: `/c/${chat.id}` });
  for (const page of [anns, bens]) await page.locator('.chat-sub', { hasText: 'Online' }).waitFor();
  await field(anns).pressSequentially('Hel');
  await bens.locator('.typing-line', { hasText: 'ann is typing' }).waitFor();
  await say(anns, 'Hello, *Ben*');
  await row(bens, 'Hello, Ben').waitFor();
  await anns.locator('.row .ticks.seen').waitFor();

  await row(bens, 'Hello').hover();
  await row(bens, 'Hello').getByRole('button', { name: 'Reply' }).click();
  await bens.locator('.about', { hasText: 'Reply to ann' }).waitFor();
  await say(bens, 'Hello, Ann');
  await row(anns, 'Hello, Ann').locator('.quote', { hasText: 'Hello, Ben' }).waitFor();

  await row(anns, 'Hello, Ann').focus();
  await anns.keyboard.press('Enter');
  await anns.locator('.quick button').first().click();
  await bens.getByRole('button', { name: '👍 1' }).waitFor();

  await field(bens).focus();
  await bens.keyboard.press('ArrowUp');
  await written(bens, 'Hello, Ann');
  await field(bens).fill('Hello, Anna');
  await bens.keyboard.press('Enter');
  await row(anns, 'Hello, Anna').locator('.meta', { hasText: 'edited' }).waitFor();

  await row(bens, 'Hello, Anna').focus();
  await bens.keyboard.press('Delete');
  await bens.getByRole('button', { name: 'Delete for everyone' }).click();
  await row(anns, 'This message was deleted.').waitFor();
  await anns.context().close();
  await bens.context().close();
});

test('emoji are found by name and by group, by keys alone, and those picked last come first', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}` });
  const bens = await world.pageOf(ben.id, { hash: `/c/${chat.id}` });
  const panel = page.locator('.emoji-panel');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  const focusIs = (name) =>
    until(`the focus is at: ${name}`, async () => (await focused()) === name, focused);
  const first = (name) => panel.locator(`.emoji-choices button:first-child[aria-label="${name}"]`).waitFor();
  await page.getByRole('button', { name: 'Emoji' }).press('Enter');
  await focusIs('Search emoji');
  await page.keyboard.type('party pop');
  await first('party popper');
  await page.keyboard.press('Enter');
  await panel.waitFor({ state: 'detached' });
  await written(page, '🎉');

  await page.getByRole('button', { name: 'Emoji' }).click();
  await focusIs('Search emoji');
  await first('party popper');
  await page.keyboard.press('ArrowDown');
  await focusIs('party popper');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowUp');
  await focusIs('Search emoji');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowLeft');
  await focusIs('Flags');
  await panel.getByRole('button', { name: 'chequered flag' }).waitFor();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  await focusIs('Emoji');

  await say(page, 'Hello, Ben');
  await row(page, 'Hello, Ben').locator('.ticks.sent, .ticks.delivered, .ticks.seen').waitFor();
  await row(page, 'Hello, Ben').press('Enter');
  await page.locator('.quick').getByRole('button', { name: 'React' }).click();
  await page.getByLabel('Search emoji').fill('flag germany');
  await panel.getByRole('button', { name: 'flag: Germany' }).click();
  await bens.getByRole('button', { name: '🇩🇪 1' }).waitFor();
  await page.context().close();
  await bens.context().close();
});

test('the bell counts replies and reactions and leads to them; levels and quiet hours are kept', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const page = await world.pageOf(ann.id);
  const bell = (name) => page.getByRole('button', { name, exact: true });
  await bell('Notifications').waitFor();
  const { id } = await world.call(
    'POST',
    `/chats/${chat.id}/messages`,
    { content: 'Are you there?' },
    ann.id,
  );
  await world.call(
    'POST',
    `/chats/${chat.id}/messages`,
    { content: 'I am, <b>Ann</b>', replyToId: id },
    ben.id,
  );
  const party = encodeURIComponent('🎉');
  await world.call('PUT', `/messages/${id}/reactions/${party}`, {}, ben.id);
  await bell('Notifications, 2 new').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('reacted 🎉 to your message').waitFor();
  await dialog.getByText('I am, <b>Ann</b>').click();
  await dialog.waitFor({ state: 'detached' });
  await row(page, 'I am, <b>Ann</b>').waitFor();
  await bell('Notifications').waitFor();

  await page.getByRole('button', { name: 'Details', exact: true }).click();
  await page.locator('.details').getByLabel('Notifications').selectOption('Nothing');
  await bell('Notifications').click();
  await dialog.getByRole('button', { name: 'Settings' }).click();
  await dialog.getByLabel('In groups').selectOption('Mentions');
  await dialog.getByLabel('Quiet hours').and(page.locator(':enabled')).check();
  await dialog.getByRole('button', { name: 'Sun', exact: true }).click();
  await dialog.getByLabel('to', { exact: true }).fill('06:30');
  const kept = () => world.call('GET', `/users/${ann.id}/preferences`, undefined, ann.id);
  await until('quiet hours are kept', async () => (await kept()).quiet?.to === '06:30', kept);
  const { groups, quiet, timeZone } = await kept();
  assert.deepEqual([groups, quiet.from, quiet.days.includes('sun')], ['mentions', '22:00', false]);
  assert.equal(timeZone, await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone));
  await page.reload();
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  await page.waitForFunction(() => document.querySelector('.details select')?.value === 'none');
  await page.context().close();
});

test('what is written without a network goes out after a reload: all of it, in order, once', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const at = await world.site();
  const anns = await world.pageOf(ann.id, { hash: `/c/${chat.id}`, at });
  await say(anns, 'before');
  await anns.locator('[data-seq="1"]').waitFor();
  at.offline();
  for (const text of ['one', 'two', 'three']) await say(anns, text);
  await anns.waitForFunction(() => document.querySelectorAll('.row').length === 4);
  await waiting(anns, ['one', 'two', 'three']);
  await anns.reload();
  await row(anns, 'three').waitFor();
  at.online();
  const bens = await world.pageOf(ben.id, { hash: `/c/${chat.id}` });
  await row(bens, 'three').waitFor();
  const all = ['before', 'one', 'two', 'three'];
  await until(
    'all of it is there',
    async () => (await texts(bens)).join() === all.join(),
    () => texts(bens),
  );
  await anns.waitForFunction(() => document.querySelectorAll('[data-seq]').length === 4);
  const { messages } = await world.call('GET', `/chats/${chat.id}/messages`, undefined, ann.id);
  assert.deepEqual(
    messages.map(({ content }) => content),
    all,
  );
  await anns.context().close();
  await bens.context().close();
});

test('without a network a reload shows chats and what waits; with it again, the new version', async () => {
  const { ann, chat } = await world.server.people('ann', 'ben');
  const at = await world.site();
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}`, at, worker: true });
  await say(page, 'before');
  await page.locator('[data-seq="1"]').waitFor();
  await page.evaluate(() => globalThis.navigator.serviceWorker.ready.then(() => undefined));
  const kept = await page.evaluate(async () => {
    const [name] = await globalThis.caches.keys();
    const urls = (await (await globalThis.caches.open(name)).keys()).map(({ url }) => new URL(url).pathname);
    return { name, urls };
  });
  assert.match(kept.name, /^shell-[0-9a-f]{12}$/);
  assert.ok(kept.urls.includes('/') && kept.urls.length > 10, kept.urls.join());
  assert.ok(!kept.urls.some((path) => /config|users|chats|console/.test(path)), kept.urls.join());

  at.offline({ page: false });
  await say(page, 'without a network');
  await waiting(page, ['without a network']);
  await page.reload();
  await row(page, 'before').waitFor();
  await row(page, 'without a network').waitFor();
  await page.locator('a.chat', { hasText: 'ben' }).waitFor();
  // What was never opened is there as well.
  await page.locator('.me').click();
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await page.keyboard.press('Escape');

  at.online();
  await page.locator('[data-seq="2"]').waitFor();
  // The server has been replaced while it was away.
  await page.route(
    ({ pathname }) => pathname === '/',
    async (route) => {
      const response = await route.fetch();
      await route.fulfill({
        response,
        body: (await response.text()).replaceAll('/assets/index-', '/assets/new-'),
      });
    },
  );
  at.offline();
  at.online();
  await page.getByText('There is a new version of this page.').waitFor();
  await page.context().close();
});

test('the Enter of an input method does not send', async () => {
  const { ann, chat } = await world.server.people('ann', 'ben');
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}` });
  await field(page).focus();
  const session = await page.context().newCDPSession(page);
  await session.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 });
  await session.send('Input.dispatchKeyEvent', {
    type: 'keyDown',
    key: 'Enter',
    code: 'Enter',
    windowsVirtualKeyCode: 229,
  });
  assert.equal(await page.locator('.row').count(), 0);
  await session.send('Input.insertText', { text: '日本' });
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('x');
  await written(page, '日本\nx');
  await page.keyboard.press('Enter');
  await row(page, '日本').waitFor();
  await written(page, '');
  await page.context().close();
});

test('two tabs of one person: a draft is in both, and what one reads is read in the other', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const at = await world.site();
  const first = await world.pageOf(ann.id, { hash: `/c/${chat.id}`, at });
  const second = await first.context().newPage();
  await second.goto(`${at.url}/#/`);
  await second.locator('a.chat').waitFor();
  await field(first).fill('half a thought');
  await second.locator('.draft').waitFor();
  await field(first).fill('');
  await first.goto(`${at.url}/#/`);
  await world.call('POST', `/chats/${chat.id}/messages`, { content: 'news' }, ben.id);
  await second.locator('.chat .badge').waitFor();
  await first.bringToFront();
  await first.locator('a.chat').click();
  await second.locator('.chat .badge').waitFor({ state: 'detached' });
  await first.context().close();
});

test('texts that mean harm stay texts', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const hostile = [
    '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>',
    '\u202Eevil right to left',
    'W'.repeat(9_000),
    'Z\u0334\u0321\u0322'.repeat(300),
    '👨‍👩‍👧‍👦'.repeat(40),
    '[x](javascript:alert(1)) javascript:alert(1)',
    '*'.repeat(5_000),
  ];
  for (const content of hostile) await world.call('POST', `/chats/${chat.id}/messages`, { content }, ben.id);
  for (const phone of [false, true]) {
    const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}`, phone });
    await page.waitForFunction((n) => document.querySelectorAll('.row').length === n, hostile.length);
    assert.equal(await page.locator('.row img, .row script, .row a').count(), 0);
    assert.doesNotMatch(await page.title(), /owned/);
    const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= view, `${wide} px are wider than ${view}`);
    const timeline = await page.locator('.scroller').evaluate((one) => [one.scrollWidth, one.clientWidth]);
    assert.ok(timeline[0] <= timeline[1], `${timeline[0]} px are wider than ${timeline[1]}`);
    await page.context().close();
  }
});

test('keys: to a chat, among messages, reply, edit, and back to the composer', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  for (const [who, content] of [
    [ben, 'first'],
    [ann, 'second'],
    [ben, 'third'],
  ])
    await world.call('POST', `/chats/${chat.id}/messages`, { content }, who.id);
  const page = await world.pageOf(ann.id);
  await page.locator('a.chat').waitFor();
  // What listens to keys comes right after the first sight of the page.
  await until('it is asked where to go', async () => {
    await page.keyboard.press('Control+k');
    return page.getByRole('combobox').isVisible();
  });
  await page.getByRole('combobox').fill('ben');
  await page.getByRole('option', { name: 'ben', exact: true }).first().waitFor();
  await page.keyboard.press('Enter');
  await row(page, 'third').waitFor();
  await page.keyboard.press('Shift+F6');
  const focused = () => page.evaluate(() => document.activeElement.querySelector('.body')?.firstChild.data);
  const focusIs = (text) =>
    until(`the focus is at: ${text}`, async () => (await focused()) === text, focused);
  await focusIs('third');
  await page.keyboard.press('ArrowUp');
  await focusIs('second');
  await page.keyboard.press('e');
  await written(page, 'second');
  await page.keyboard.press('Escape');
  await written(page, '');
  await row(page, 'first').press('r');
  await page.locator('.about', { hasText: 'Reply to ben' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.about').waitFor({ state: 'detached' });
  await row(page, 'first').press('Escape');
  await page.waitForFunction(() => document.activeElement.tagName === 'TEXTAREA');
  await row(page, 'first').press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.context().close();
});

test('a new group, its members, a role, a name; and a person who is blocked', async () => {
  const { ann, ben, cleo } = await world.server.people('ann', 'ben', 'cleo');
  const page = await world.pageOf(ann.id);
  await page.getByRole('button', { name: 'New chat' }).first().click();
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByLabel('Name of the group').fill('Three of us');
  await page.getByLabel('Search people').fill('cleo');
  await page.getByRole('option', { name: 'cleo' }).last().click();
  await page.getByRole('button', { name: 'Create group' }).click();
  await page.getByRole('heading', { name: 'Three of us' }).waitFor();
  await say(page, 'Welcome');
  await row(page, 'Welcome').waitFor();
  await page.getByRole('button', { name: 'Details' }).click();
  await page.getByRole('button', { name: 'Actions for cleo' }).click();
  await page.getByRole('menuitem', { name: 'Make admin' }).click();
  await page.locator('.role', { hasText: 'Admin' }).waitFor();
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByLabel('Name of the group').fill('Trio');
  await page.keyboard.press('Enter');
  await page.locator('.chat-title', { hasText: 'Trio' }).waitFor();
  await page.locator('a.chat', { hasText: 'ben' }).click();
  await page.getByRole('heading', { name: 'ben', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Details' }).click();
  await page.getByRole('button', { name: 'Block' }).click();
  await page.locator('.dialog-foot').getByRole('button', { name: 'Block' }).click();
  await page.getByText('You have blocked this person.').waitFor();
  await page.locator('.composer').getByRole('button', { name: 'Unblock' }).click();
  await field(page).waitFor();
  assert.ok(ben.id + cleo.id > 0 && (await bodies(page).count()) >= 0);
  await page.context().close();
});
