import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { startWorld, until } from './browser.mjs';
import { look } from './look.mjs';

/** The console in a real Chromium: what it sends, what it shows, and what axe finds. */

let world;
let alice;
let bob;
before(async () => {
  world = await startWorld();
  alice = (await world.call('POST', '/users', { name: 'Alice' })).id;
  bob = (await world.call('POST', '/users', { name: 'Bob' })).id;
});
after(() => world?.stop());

async function consoleOf({ hash = '', ...options } = {}) {
  const context = await world.context(options);
  const page = await context.newPage();
  await page.goto(`${(await world.site()).url}/console${hash}`);
  await page.locator('.commands').waitFor({ state: 'attached' });
  return page;
}

async function add(page, id) {
  await page.getByLabel('User id', { exact: true }).fill(String(id));
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page
    .locator('.chip-of', { hasText: `(${id})` })
    .getByText('connected', { exact: true })
    .waitFor();
}

const choose = (page, id) =>
  page
    .locator('.chip-of', { hasText: `(${id})` })
    .getByRole('button')
    .first()
    .click();
const command = async (page, name) => {
  await page.locator('.commands a', { hasText: new RegExp(`^${name}(socket|REST)?$`) }).click();
  // A key before that would send what was chosen until then.
  await page.locator('.form h2', { hasText: new RegExp(`^${name}$`) }).waitFor();
};
const field = (page, name) => page.locator(`#field-${name}`);
const line = (page, kind, who, name) =>
  page.locator(`.line.${kind}`, { hasText: who }).filter({ has: page.getByText(name, { exact: true }) });
const status = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor();

/** Two people with a chat, made by the forms; its id. */
async function chatting(page) {
  await add(page, alice);
  await add(page, bob);
  await choose(page, alice);
  await command(page, 'createChat');
  await field(page, 'user2Id').fill(String(bob));
  await page.keyboard.press('Control+Enter');
  await status(page, 'Answered in');
  const chat = await page.locator('.answer .leaf', { hasText: /^id: / }).first().textContent();
  return Number(chat.slice('id: '.length));
}

test('two people: a chat and a message by form, the event at the other one, and by REST', async () => {
  const page = await consoleOf();
  const chat = await chatting(page);
  await command(page, 'sendMessage');
  await field(page, 'chatId').fill(String(chat));
  await field(page, 'content').fill('<img src=x onerror=alert(1)> hello');
  await page.getByRole('button', { name: /^Send Ctrl/ }).click();
  await status(page, 'Answered in');
  const heard = line(page, 'in', 'Bob', 'newMessage');
  await heard.getByRole('button').click();
  await heard.locator('.opened').getByText('"<img src=x onerror=alert(1)> hello"').waitFor();
  assert.match(await page.evaluate(() => location.hash), /^#\/sendMessage\?input=/);

  // The id of the chat has been seen, and is offered.
  await page.locator(`#field-chatId-seen option[value="${chat}"]`).waitFor({ state: 'attached' });

  await choose(page, bob);
  await page.getByLabel('Send by').selectOption('rest');
  await field(page, 'content').fill('by REST');
  await page.keyboard.press('Control+Enter');
  await line(page, 'in', 'Bob', 'sendMessage').locator('.edge').waitFor();
  await line(page, 'in', 'Alice', 'newMessage').first().waitFor();

  // Without a callback the answer is an event.
  await page.getByLabel('Send by').selectOption('event');
  await field(page, 'content').fill('no callback');
  await page.keyboard.press('Control+Enter');
  await status(page, 'The answer is an event');
  await assert.doesNotReject(line(page, 'in', 'Bob', 'newMessage').nth(1).waitFor());

  // The same clientId: the same message. Without a callback nothing in the page says when it is stored.
  const messages = async () =>
    (await world.call('GET', `/chats/${chat}/messages`, undefined, alice)).messages.length;
  await until('three are stored', async () => (await messages()) === 3, messages);
  await page.getByRole('button', { name: 'Send last again' }).click();
  await line(page, 'out', 'Bob', 'sendMessage').nth(2).waitFor();
  await page.getByLabel('from version').fill('0');
  await page.getByRole('button', { name: 'Sync', exact: true }).click();
  await line(page, 'in', 'Bob', 'sync').waitFor();
  assert.equal(await messages(), 3);
  await page.context().close();
  world.nothingWrong();
});

test('faults stand at their fields: before sending, and from the server', async () => {
  const page = await consoleOf({
    hash: `#/sendMessage?input=${encodeURIComponent('{"chatId":"x","content":"hi"}')}`,
  });
  await add(page, alice);
  await page.getByRole('button', { name: /^Send Ctrl/ }).click();
  await page.locator('#field-chatId-about .fault').waitFor();
  await page.locator('#field-chatId[aria-invalid="true"]').waitFor();
  await page.waitForFunction(() => document.activeElement.id === 'field-chatId');
  assert.equal(await page.locator('.line.out').count(), 0);

  await page.getByLabel('Check first').uncheck();
  await page.keyboard.press('Control+Enter');
  await status(page, 'VALIDATION_FAILED');
  await page.locator('#field-chatId-about .fault').waitFor();
  await line(page, 'in', 'Alice', 'sendMessage')
    .locator('.code-of', { hasText: 'VALIDATION_FAILED' })
    .waitFor();

  // As JSON it is the same input, and back.
  await page.getByRole('button', { name: 'JSON', exact: true }).click();
  assert.deepEqual(JSON.parse(await page.getByLabel('Input as JSON').inputValue()), {
    chatId: 'x',
    content: 'hi',
  });
  await page.getByLabel('Input as JSON').fill('{"chatId":1,"replyToId":7,"metadata":{"a":[1]}}');
  await page.getByRole('button', { name: 'Form', exact: true }).click();
  assert.equal(await field(page, 'replyToId').inputValue(), '7');
  assert.equal(await field(page, 'metadata').inputValue(), '{"a":[1]}');

  // A password is in no link, no code.
  await command(page, 'login');
  await field(page, 'username').fill('ann');
  await field(page, 'password').fill('correct horse');
  await page.getByRole('button', { name: 'curl' }).click();
  await page.locator('#code', { hasText: '"username":"ann"' }).waitFor();
  assert.doesNotMatch((await page.locator('#code').textContent()) + page.url(), /correct/);
  await page.context().close();
  world.nothingWrong();
});

test('a connection that is cut comes back; offline nothing is sent; filter, pause, clear', async () => {
  const page = await consoleOf();
  await add(page, alice);
  await page.getByRole('button', { name: 'Cut' }).click();
  await line(page, 'note', '', 'connected').nth(1).waitFor();
  await page.getByRole('button', { name: 'Go offline' }).click();
  await command(page, 'getChats');
  await page.keyboard.press('Control+Enter');
  await status(page, 'NOT_SENT');
  await page.getByRole('button', { name: 'Go online' }).click();
  await line(page, 'note', '', 'connected').nth(2).waitFor();
  await page.keyboard.press('Control+Enter');
  await status(page, 'Answered in');

  await page.getByLabel('Filter the log').fill('getChats');
  await page.waitForFunction(() => document.querySelectorAll('.line').length === 2);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const lines = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one));
  assert.ok(lines.some(({ name, direction }) => name === 'getChats' && direction === 'out'));
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: 'Go on (2)' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.line').length === 4);
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.line').length === 0);
  await page.context().close();
  world.nothingWrong();
});

test('a command is found by its name, subject, words and route; its form has what is required first', async () => {
  const page = await consoleOf();
  const found = async (words, ...names) => {
    await page.getByLabel('Search commands').fill(words);
    await page.waitForFunction(
      (wanted) =>
        JSON.stringify([...document.querySelectorAll('.commands .name')].map((one) => one.textContent)) ===
        wanted,
      JSON.stringify(names),
    );
  };
  await found('webhooks rotate', 'rotateWebhookSecret');
  await found('/users/:userId/sessions', 'revokeSessions', 'getSessions');
  await found('nothing like this');
  await page.getByText('No command has “nothing like this”.').waitFor();
  await found('silence', 'silenceMember', 'unsilenceMember');
  await page.getByLabel('Search commands').press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.form h2', { hasText: /^silenceMember$/ }).waitFor();
  await page.getByLabel('Search commands').fill('');

  // All is made of the contract: folders, and in each form its fields, those that are required first.
  const contract = await world.call('GET', '/docs/contract.json');
  const folders = await page.locator('.commands h2').allTextContents();
  assert.deepEqual(folders, [...new Set(Object.values(contract.commands).map(({ subject }) => subject))]);
  for (const name of [
    'createGroup',
    'createWebhook',
    'markChatsAsDelivered',
    'getReports',
    'addPushTarget',
  ]) {
    const { properties = {}, required = [] } = contract.commands[name].input;
    await command(page, name);
    const fields = page.locator('.one-field');
    const names = await fields.locator('label > .name').allTextContents();
    assert.deepEqual(names.toSorted(), Object.keys(properties).sort());
    const needed = await fields.locator('label:has(.needed) > .name').allTextContents();
    assert.deepEqual(needed, names.slice(0, required.length));
    assert.deepEqual(needed.toSorted(), required.toSorted());
    for (const [key, { enum: choices }] of Object.entries(properties))
      if (choices)
        assert.deepEqual((await field(page, key).locator('option').allTextContents()).slice(1), choices);
  }
  await page.context().close();
  world.nothingWrong();
});

test('an example is filled in; sent twice is two at once, and one message', async () => {
  const page = await consoleOf();
  const chat = await chatting(page);
  await command(page, 'sendMessage');
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  assert.equal(await field(page, 'content').inputValue(), 'Hello!');
  assert.equal(await field(page, 'clientId').inputValue(), '');
  await field(page, 'chatId').fill(String(chat));
  const messages = async () =>
    (await world.call('GET', `/chats/${chat}/messages`, undefined, alice)).messages.length;
  const before = await messages();
  await page.keyboard.press('Control+Enter');
  await status(page, 'Answered in');
  await page.getByRole('button', { name: 'Send last twice' }).click();
  await line(page, 'in', 'Alice', 'sendMessage').nth(2).waitFor();
  const sent = page
    .locator('.line', { hasText: 'Alice' })
    .filter({ has: page.getByText('sendMessage', { exact: true }) });
  const kinds = await sent.evaluateAll((lines) =>
    lines.map((one) => (one.classList.contains('out') ? 'out' : 'in')),
  );
  assert.deepEqual(kinds, ['out', 'in', 'out', 'out', 'in', 'in']);
  assert.equal(await messages(), before + 1);
  await page.context().close();
  world.nothingWrong();
});

test('the log in columns: one for each; a chat and what failed are found', async () => {
  const page = await consoleOf();
  const chat = await chatting(page);
  await command(page, 'sendMessage');
  await field(page, 'chatId').fill(String(chat));
  await field(page, 'content').fill('to Bob');
  await page.keyboard.press('Control+Enter');
  await line(page, 'in', 'Bob', 'newMessage').waitFor();
  await page.getByRole('button', { name: 'Columns' }).click();
  const column = (name) => page.getByRole('region', { name: new RegExp(`^Log of ${name}`) });
  const names = (of) => of.locator('.line .what > span:first-child').allTextContents();
  const heard = column('Bob').locator('.line.in', { hasText: 'newMessage' });
  await heard.getByRole('button').click();
  await heard.locator('.opened').getByText('"to Bob"').waitFor();
  // What the contract says of the event.
  const { events } = await world.call('GET', '/docs/contract.json');
  await heard.locator('.opened').getByText(events.newMessage.summary).waitFor();
  assert.ok(!(await names(column('Bob'))).includes('sendMessage'));
  assert.ok((await names(column('Alice'))).includes('sendMessage'));
  assert.ok(!(await names(column('Alice'))).includes('newMessage'));
  await page.getByRole('button', { name: 'Columns' }).click();

  const filter = page.getByLabel('Filter the log');
  const all = await page.locator('.line').count();
  await filter.fill(`chat:${chat}`);
  await page.waitForFunction((most) => document.querySelectorAll('.line').length < most, all);
  const ofChat = await names(page.locator('.lines'));
  assert.ok(ofChat.includes('newMessage') && !ofChat.includes('ready'), ofChat.join());
  await filter.fill('chat:999999');
  await page.getByText('No line fits the filter.').waitFor();
  await filter.fill('');
  await field(page, 'chatId').fill('999999');
  await page.keyboard.press('Control+Enter');
  await status(page, 'NOT_FOUND');
  await page.getByLabel('Lines').selectOption('failed');
  assert.deepEqual(await page.locator('.line .code-of').allTextContents(), ['NOT_FOUND']);
  await page.getByLabel('Lines').selectOption('all');
  await filter.fill('not_found');
  await page.waitForFunction(() => document.querySelectorAll('.line').length === 1);
  await page.context().close();
  world.nothingWrong();
});

test('desk and phone, light and dark: a picture, and nothing serious for axe', async () => {
  const faults = [];
  const show = (page, name) => page.getByRole('button', { name, exact: true }).click();
  for (const phone of [false, true]) {
    const page = await consoleOf({
      phone,
      bypassCSP: true,
      hash: `#/createChat?input={"user1Id":${alice},"user2Id":${bob}}`,
    });
    const lookAt = async (name) => {
      for (const dark of [false, true]) {
        await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
        const suffix = `${dark ? 'dark' : 'light'}-${phone ? 'phone' : 'desk'}`;
        faults.push(...(await look(page, `console-${name}-${suffix}`, dark)));
      }
      const [wide, room] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      assert.ok(wide <= room, `${name}: ${wide} pixels in ${room}`);
    };
    await lookAt('start');
    if (phone) await show(page, 'People');
    await add(page, bob);
    await add(page, alice);
    if (phone) {
      await lookAt('people');
      await show(page, 'Commands');
      await lookAt('commands');
      await show(page, 'Form');
    }
    await page.keyboard.press('Control+Enter');
    await status(page, 'Answered in');
    await lookAt('form');
    if (phone) await show(page, 'Log');
    await page.locator('.line.in').last().getByRole('button').first().click();
    await lookAt('log');
    await page.locator('.line.in').last().getByRole('button').first().click();
    await page.getByRole('button', { name: 'Columns' }).click();
    await lookAt('columns');
    await page.context().close();
  }
  assert.deepEqual(faults, []);
});
