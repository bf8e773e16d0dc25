import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { startWorld, until } from './browser.mjs';
import { look } from './look.mjs';

/** Webhooks in the page of operators, with receivers on this machine that take and refuse. */
const LONGEST =
  'https://hooks.eu-central-1.example.com/services/customers/2026/000000000000000000017/chat-events?tenant=donaudampfschifffahrtsgesellschaft';

let world;
let receiver;
/** Status with which it answers, by path. */
const answers = new Map();

before(async () => {
  receiver = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(answers.get(request.url) ?? 204).end());
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  world = await startWorld({
    auth: 'jwt',
    env: {
      OUTBOUND_ALLOW: '127.0.0.1',
      OUTBOUND_PORTS: 'any',
      SINK_POLL_MS: '25',
      WEBHOOK_RETRIES: '20ms,20ms,5s',
      WEBHOOK_LOG: 'all',
    },
  });
});
after(async () => {
  await world?.stop();
  receiver?.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

const at = (path) => `http://127.0.0.1:${receiver.address().port}${path}`;
const button = (page, name) => page.getByRole('button', { name, exact: true });
const screen = (page) => page.locator('.screens').getByRole('link', { name: 'Webhooks' });
const webhooks = () => world.call('GET', '/webhooks');
const section = (page, name) => page.getByRole('region', { name, exact: true });

async function adminOf({ hash = '#/webhooks', ...options } = {}) {
  const context = await world.context(options);
  const page = await context.newPage();
  await page.goto(`${(await world.site()).url}/admin${hash}`);
  await page.getByLabel('API key', { exact: true }).fill(world.server.apiKey);
  await button(page, 'Open').click();
  await page.locator('.screens').waitFor();
  return page;
}

async function say(...texts) {
  const [one, other] = await world.call('PUT', '/users', {
    users: [
      { externalId: 'one', name: 'One' },
      { externalId: 'other', name: 'Other' },
    ],
  });
  const chat = await world.call('POST', '/chats', { user1Id: one.id, user2Id: other.id });
  for (const content of texts) await world.call('POST', `/chats/${chat.id}/messages`, { content }, one.id);
}

test('a webhook is added, its secret shown once, tested, changed and deleted', async () => {
  const page = await adminOf();
  await page.getByText('No webhooks yet').waitFor();
  await button(page, 'Add').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('URL').fill('http://169.254.169.254/latest');
  await button(dialog, 'Add').click();
  await dialog
    .getByRole('alert')
    .getByText(/^url: /)
    .waitFor();
  await world.refused(400);
  await dialog.getByLabel('URL').fill(at('/first'));
  await dialog.getByLabel('What it is for').fill('Mails');
  await dialog.getByLabel('A message was changed').check();
  await page.keyboard.press('Enter');
  const secret = await dialog.getByLabel('Secret').inputValue();
  assert.match(secret, /^whsec_.{40,}$/);
  await button(dialog, 'Done').click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('heading', { level: 2, name: 'Mails' }).waitFor();
  const [{ id, events }] = await webhooks();
  assert.deepEqual(events, ['newMessage', 'messageEdited']);
  assert.ok(!(await page.content()).includes(secret));

  await button(page, 'Send a test').click();
  await page.getByText(/^The test got through: HTTP 204/).waitFor();
  answers.set('/first', 500);
  await button(page, 'Send a test').click();
  await page.getByText(/^The test failed after \d+ ms: HTTP 500\. It failed itself/).waitFor();
  answers.delete('/first');
  await section(page, 'Log of tries').locator('.tries > li').nth(1).waitFor();

  await button(page, 'New secret…').click();
  await dialog.getByLabel('The former one counts as well').selectOption('hour');
  await button(dialog, 'Make it').click();
  await dialog.getByText(/events are signed with the former one as well/).waitFor();
  assert.notEqual(await dialog.getByLabel('Secret').inputValue(), secret);
  await page.keyboard.press('Escape');
  await button(page, 'Change…').click();
  await dialog.getByLabel('All').check();
  await button(dialog, 'Save').click();
  await page.getByText('All, also those that are added later').waitFor();
  assert.deepEqual((await webhooks())[0].events, ['*']);

  await button(page, 'Disable').click();
  await page.getByText('It was disabled. It is sent nothing until it is enabled.').waitFor();
  await say('while it is disabled');
  await button(page, 'Enable…').click();
  await dialog.getByLabel('From now on').check();
  await button(dialog, 'Enable').click();
  await button(page, 'Disable').waitFor();
  const [enabled] = await world.call('GET', '/audit?action=webhookEnabled');
  assert.deepEqual([enabled.details.webhookId, enabled.details.skip], [id, true]);

  await button(page, 'Delete…').click();
  await button(dialog, 'Delete').click();
  await page.getByText('No webhooks yet').waitFor();
  assert.deepEqual(await webhooks(), []);
  await page.context().close();
  world.nothingWrong();
});

test('dead events are seen and tried again, a receiver that is down says what comes next; pictures', async () => {
  answers.set('/refuses', 422);
  answers.set('/down', 503);
  const make = (url, description, events) => world.call('POST', '/webhooks', { url, description, events });
  const refuses = await make(at('/refuses'), 'Search index', ['newMessage', 'newChat', 'messageEdited']);
  const down = await make(at('/down'), '', ['newMessage']);
  const gone = await make(LONGEST, 'إشعارات البريد الإلكتروني للعملاء', ['*']);
  await world.call('POST', `/webhooks/${gone.id}/disable`);
  // One after the other is given up: for a time there are dead ones and such that wait.
  await say(...Array.from({ length: 60 }, (_, n) => `message ${n}`));
  const standing = (id) => world.call('GET', `/webhooks/${id}`);
  await until('it is down', async () => (await standing(down.id)).failures >= 3);
  await until('some are dead', async () => (await standing(refuses.id)).dead >= 2);

  const faults = [];
  for (const phone of [false, true]) {
    const page = await adminOf({ phone, bypassCSP: true });
    const lookAt = async (name) => {
      for (const dark of [false, true]) {
        await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
        const suffix = `${dark ? 'dark' : 'light'}-${phone ? 'phone' : 'desk'}`;
        faults.push(...(await look(page, `admin-${name}-${suffix}`, dark)));
      }
      const [wide, room] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      assert.ok(wide <= room, `${name}: ${wide} pixels in ${room}`);
    };
    const open = async (id) => {
      await screen(page).click();
      await page.locator(`.persons a[href="#/webhooks/${id}"]`).click();
      await section(page, 'Log of tries').waitFor();
    };
    await page.locator('.persons a').nth(2).waitFor();
    await lookAt('webhooks');
    await open(down.id);
    await page.getByText(/^Its receiver is down: HTTP 503\./).waitFor();
    await lookAt('webhook-down');
    await open(gone.id);
    await lookAt('webhook-disabled');
    await open(refuses.id);
    const events = section(page, 'Events that did not get through');
    await events.locator('.tries > li').nth(1).waitFor();
    await lookAt('webhook-dead');
    await events.getByRole('button', { name: /^Tried again \d/ }).click();
    await events
      .getByText(/again in a moment|waits for an earlier one/)
      .first()
      .waitFor();
    await lookAt('webhook-waiting');
    await button(page, 'Change…').click();
    await lookAt('webhook-change');
    await page.keyboard.press('Escape');
    await button(page, 'New secret…').click();
    await button(page, 'Make it').click();
    await page.getByRole('textbox', { name: 'Secret' }).waitFor();
    await lookAt('webhook-secret');
    await button(page, 'Done').click();
    await page.context().close();
  }
  const page = await adminOf({ hash: `#/webhooks/${refuses.id}` });
  const events = section(page, 'Events that did not get through');
  answers.delete('/refuses');
  await events
    .getByRole('button', { name: /^Try again: evt_/ })
    .first()
    .click();
  await until('the others came', async () => (await standing(refuses.id)).parked === 0);
  await events.getByRole('button', { name: /^Try all \d+ again$/ }).click();
  await events.getByText('No event was given up.').waitFor();
  await until('all came', async () => (await standing(refuses.id)).parked === 0);
  await page.context().close();
  assert.deepEqual(faults, []);
  world.nothingWrong();
});
