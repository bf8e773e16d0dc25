import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import webPush from 'web-push';
import { startWorld, until } from './browser.mjs';
import { look } from './look.mjs';

const { publicKey, privateKey } = webPush.generateVAPIDKeys();
let world;
before(async () => {
  const env = {
    VAPID_PUBLIC_KEY: publicKey,
    VAPID_PRIVATE_KEY: privateKey,
    VAPID_SUBJECT: 'mailto:push@example.org',
  };
  world = await startWorld({ env });
});
after(() => world?.stop());
afterEach(() => world.nothingWrong());

/** Stands for the push service of the browser's maker, which a test does not reach: all else of the browser is real. What
 * the server pushes, when the page is slow to say that it is used, stays on this machine. */
const subscriptions = (key) => {
  if (location.protocol === 'about:') return;
  const bytes = (text) =>
    Uint8Array.from(globalThis.atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const made = () =>
    globalThis.localStorage.getItem('test:subscribed') && {
      endpoint: 'https://localhost/a-device',
      // One of the keys that the server had before.
      options: {
        applicationServerKey: bytes(
          globalThis.localStorage.getItem('test:subscribed') === 'old'
            ? key.replace(/^B./, (two) => (two === 'BA' ? 'BB' : 'BA'))
            : key,
        ).buffer,
      },
      toJSON: () => ({
        endpoint: 'https://localhost/a-device',
        keys: { p256dh: key, auth: 'AAAAAAAAAAAAAAAAAAAAAA' },
      }),
      unsubscribe: async () => globalThis.localStorage.removeItem('test:subscribed'),
    };
  Object.assign(globalThis.PushManager.prototype, {
    getSubscription: async () => made() || null,
    subscribe: async ({ applicationServerKey }) => {
      if (applicationServerKey !== key) throw new TypeError(applicationServerKey);
      globalThis.localStorage.setItem('test:subscribed', 'yes');
      return made();
    },
  });
};

test('a device is told when it asks for it; what is pushed is shown, opened and taken away', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const context = await world.context({ userId: ann.id, worker: true });
  const { url } = await world.site();
  await context.grantPermissions(['notifications'], { origin: url });
  await context.addInitScript(subscriptions, publicKey);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const registered = new Promise((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [one] }) => one && resolve(one));
  });
  await session.send('ServiceWorker.enable');
  const sent = [];
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
  await page.goto(`${url}/#/`);
  await page.locator('.list').waitFor({ state: 'attached' });
  await page.evaluate(() => globalThis.navigator.serviceWorker.ready.then(() => undefined));
  await until('it says that it is used', () =>
    sent.some((frame) => frame.includes('"setActive",{"active":true}')),
  );

  await page.locator('.me').click();
  const settings = page.getByRole('dialog', { name: 'Settings' });
  const device = settings.getByLabel('Notifications on this device');
  await device.click();
  const targets = () => world.server.sql('SELECT "userId", kind, token FROM push_targets');
  await until('the server knows it', async () => (await targets()).length === 1);
  // The page knows of it when the server has answered: not before is anything shown for her.
  const is = async (on) => {
    await device
      .and(page.locator(':enabled'))
      .and(page.locator(on ? ':checked' : ':not(:checked)'))
      .waitFor();
  };
  await is(true);
  assert.deepEqual(await targets(), [{ userId: ann.id, kind: 'web', token: 'https://localhost/a-device' }]);
  await page.keyboard.press('Escape');

  await world.call('POST', `/chats/${chat.id}/messages`, { content: 'Are you there?' }, ben.id);
  const { registrationId } = await registered;
  const push = {
    type: 'message',
    chatId: chat.id,
    messageId: 1,
    seq: 1,
    title: 'ben',
    body: 'Are you there?',
    tag: `chat-${chat.id}`,
  };
  await session.send('ServiceWorker.deliverPushMessage', {
    origin: url,
    registrationId,
    data: JSON.stringify(push),
  });
  const [worker] = context.serviceWorkers();
  /** What is shown, read when it is its turn: a browser that is asked while it shows one may forget that one. */
  const shown = () =>
    worker.evaluate(() =>
      globalThis.navigator.locks.request('notifications', async () => {
        const all = await globalThis.registration.getNotifications();
        return all.map(({ title, body, tag }) => ({ title, body, tag }));
      }),
    );
  /** Waits until so many are shown. */
  const areShown = (what, count) => until(what, async () => (await shown()).length === count, shown);
  // A page is waited for as long as this machine may take.
  await worker.evaluate(() => {
    const { setTimeout: after } = globalThis;
    globalThis.setTimeout = (run, ms) => after(run, 15 * ms);
    const { AbortSignal } = globalThis;
    const { timeout } = AbortSignal;
    AbortSignal.timeout = (ms) => timeout.call(AbortSignal, 15 * ms);
  });
  await areShown('it is shown', 1);
  assert.deepEqual(await shown(), [{ title: 'ben', body: 'Are you there?', tag: `chat-${chat.id}` }]);

  await worker.evaluate(async () => {
    const [notification] = await globalThis.registration.getNotifications();
    globalThis.dispatchEvent(new globalThis.NotificationEvent('notificationclick', { notification }));
  });
  await page.waitForURL(`${url}/#/c/${chat.id}`);
  await areShown('it is closed', 0);

  // Of two pages the one that shows the chat comes to the front; the other, with the list alone, stays where it is.
  const group = await world.call('POST', '/chats', { title: 'A group', memberIds: [ben.id] }, ann.id);
  await page.goto(`${url}/#/c/${group.id}`);
  const elsewhere = await context.newPage();
  await elsewhere.goto(`${url}/#/`);
  await elsewhere.locator('.list').getByText('A group').waitFor();
  for (const one of [page, elsewhere])
    await one.evaluate(() => {
      globalThis.navigator.serviceWorker.addEventListener('message', ({ data }) => {
        if (data.type === 'open') globalThis.opened = data;
      });
    });
  const opened = (one) => one.evaluate(() => globalThis.opened?.chatId ?? null);
  await elsewhere.bringToFront();
  const deliver = (what) =>
    session.send('ServiceWorker.deliverPushMessage', {
      origin: url,
      registrationId,
      data: JSON.stringify(what),
    });
  await deliver({ ...push, seq: 7, chatId: group.id, tag: `chat-${group.id}` });
  await areShown('it is shown once more', 1);
  // Which page shows the chat is learned from those that listen already.
  await until('both pages answer', () =>
    worker.evaluate(async () => {
      const pages = await globalThis.clients.matchAll({ type: 'window' });
      const answers = await Promise.all(pages.map((one) => globalThis.whatIsShown(one)));
      return answers.length === 2 && answers.every((one) => one?.mine);
    }),
  );
  await worker.evaluate(async () => {
    const [notification] = await globalThis.registration.getNotifications();
    // A page is only brought to the front after a click of a person: what is asked for is noted.
    globalThis.WindowClient.prototype.focus = async function () {
      globalThis.focused = this.id;
      return this;
    };
    globalThis.dispatchEvent(new globalThis.NotificationEvent('notificationclick', { notification }));
  });
  await until('a page is chosen', () => worker.evaluate(() => Boolean(globalThis.focused)));
  await until('it is asked for', async () => (await opened(page)) === group.id);
  assert.equal(await opened(elsewhere), null);
  const hash = (one) => one.evaluate(() => globalThis.location.hash);
  assert.deepEqual([await hash(elsewhere), await hash(page)], ['#/', `#/c/${group.id}`]);
  await elsewhere.close();

  // What names no chat opens the list. (A page in sight takes it away: it is the list that it leads to.)
  await page.evaluate(() => {
    Object.defineProperty(globalThis.document, 'visibilityState', {
      get: () => 'hidden',
      configurable: true,
    });
  });
  await deliver({ title: '5 more chats', tag: 'more' });
  await areShown('it is shown, too', 1);
  await worker.evaluate(async () => {
    const [notification] = await globalThis.registration.getNotifications();
    globalThis.dispatchEvent(new globalThis.NotificationEvent('notificationclick', { notification }));
  });
  await until('the list is shown', async () => (await hash(page)) === '#/');
  await areShown('that one is closed', 0);
  await page.evaluate(() => delete globalThis.document.visibilityState);
  await page.goto(`${url}/#/c/${chat.id}`);

  // What was read elsewhere is taken away with the next push, by what that says is unread; what is newer than it stays.
  const tagsShown = async () => (await shown()).map(({ tag }) => tag).sort();
  const other = { ...push, chatId: 4711, tag: 'chat-4711', at: 2_000, unreadChats: [4711, 4712] };
  await deliver({ ...other, chatId: 4712, tag: 'chat-4712', at: 1_000, unreadChats: [4712] });
  // These two take nothing away: they may come while each other is shown.
  await deliver({ ...other, chatId: 4713, tag: 'chat-4713', at: 3_000, unreadChats: undefined });
  await deliver({ ...other, chatId: 4714, tag: 'chat-4714', at: 1_500, unreadChats: undefined });
  await areShown('three are shown', 3);
  await deliver(other);
  await until('one is taken away', async () => !(await tagsShown()).includes('chat-4714'));
  assert.deepEqual(await tagsShown(), ['chat-4711', 'chat-4712', 'chat-4713']);
  await worker.evaluate(async () => {
    for (const one of await globalThis.registration.getNotifications()) one.close();
  });
  await areShown('all are closed', 0);

  // Read here: what comes late is taken away.
  /** Whose pushes the browser gets: what is not hers the page leaves alone. */
  const pushesOf = (id) =>
    page.evaluate((owner) => globalThis.localStorage.setItem('chat:push', String(owner)), id);
  const late = async (seq, what) => {
    await pushesOf(4711);
    await deliver({ ...push, seq });
    await areShown(what, 1);
    await pushesOf(ann.id);
  };
  await page.locator('[data-seq="1"]').waitFor();
  await late(1, 'it is shown again');
  await world.call('POST', `/chats/${chat.id}/messages`, { content: 'and again' }, ben.id);
  await page.locator('[data-seq="2"]').waitFor();
  await areShown('it is taken away', 0);

  // What comes while it is taken away has the same tag, and stays; one turn does what is asked for meanwhile.
  await late(2, 'it is shown once more');
  await page.evaluate(() => {
    const { prototype } = globalThis.ServiceWorkerRegistration;
    const { getNotifications } = prototype;
    globalThis.lists = 0;
    const held = new Promise((resolve) => (globalThis.letGo = resolve));
    prototype.getNotifications = async function () {
      const all = await getNotifications.call(this);
      globalThis.lists++;
      await held;
      return all;
    };
    globalThis.document.dispatchEvent(new globalThis.Event('visibilitychange'));
  });
  await until('it looks at what is shown', () => page.evaluate(() => globalThis.lists > 0));
  await page.evaluate(() => {
    for (let nr = 0; nr < 5; nr++)
      globalThis.document.dispatchEvent(new globalThis.Event('visibilitychange'));
  });
  await deliver({ ...push, seq: 3, body: 'The next' });
  await until('the next one has come', () =>
    worker.evaluate(async () => {
      const { pending } = await globalThis.navigator.locks.query();
      const all = await globalThis.registration.getNotifications();
      // One of them is the page.
      return pending.length > 1 || all.some(({ body }) => body === 'The next');
    }),
  );
  await page.evaluate(() => globalThis.letGo());
  await until('it is shown', async () => (await shown())[0]?.body === 'The next', shown);
  // One more turn of the page at most: what it has asked for is over then.
  await page.evaluate(() => globalThis.navigator.locks.request('notifications', () => undefined));
  assert.deepEqual(
    (await shown()).map(({ body }) => body),
    ['The next'],
  );
  const lists = await page.evaluate(() => globalThis.lists);
  assert.ok(lists <= 4, `it looked ${lists} times`);

  // What is shown for her is not taken away by somebody else in another tab, who has read as far.
  await pushesOf(4711);
  await world.call('POST', `/chats/${chat.id}/messages`, { content: 'the third' }, ben.id);
  await page.locator('[data-seq="3"]').waitFor();
  await world.call('POST', `/chats/${chat.id}/messages`, { content: 'the fourth' }, ben.id);
  await page.locator('[data-seq="4"]').waitFor();
  assert.equal((await shown()).length, 1);
  await pushesOf(ann.id);

  await page.locator('.me').click();
  await device.click();
  await until('the server forgets it', async () => (await targets()).length === 0);
  await is(false);

  // Who leaves is told nothing more on this device.
  await device.click();
  await until('the server knows it again', async () => (await targets()).length === 1);
  await is(true);

  // At the next start it finds that the keys of the server were changed, and subscribes anew.
  await page.evaluate(() => globalThis.localStorage.setItem('test:subscribed', 'old'));
  await page.reload();
  await until('it has subscribed anew', () =>
    page.evaluate(() => globalThis.localStorage.getItem('test:subscribed') === 'yes'),
  );
  assert.equal((await targets()).length, 1);
  await page.locator('.me').click();
  await settings.getByRole('button', { name: 'Be somebody else' }).click();
  await page.locator('.start').waitFor();
  await until('the server forgets who has left', async () => (await targets()).length === 0);
  await until('so does the browser', () =>
    page.evaluate(() => globalThis.localStorage.getItem('test:subscribed') === null),
  );
  await context.close();
});

test('where the server keeps words out of pushes the switch for them is off, and says why; pictures', async () => {
  const env = {
    VAPID_PUBLIC_KEY: publicKey,
    VAPID_PRIVATE_KEY: privateKey,
    VAPID_SUBJECT: 'mailto:push@example.org',
    PUSH_PREVIEW: 'off',
  };
  const silent = await startWorld({ env, databaseUrl: world.server.clusterUrl });
  try {
    const { ann } = await silent.server.people('ann');
    for (const phone of [false, true]) {
      const page = await silent.pageOf(ann.id, { phone, bypassCSP: true });
      await page.locator('.me').click();
      const words = page.getByLabel('Notifications show the message');
      await page.getByText('its operator has turned this off').waitFor();
      await page.getByLabel('Quiet hours').and(page.locator(':enabled')).waitFor();
      assert.deepEqual([await words.isChecked(), await words.isDisabled()], [false, true]);
      await words.scrollIntoViewIfNeeded();
      for (const dark of [false, true]) {
        await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
        const suffix = `${dark ? 'dark' : 'light'}-${phone ? 'phone' : 'desk'}`;
        assert.deepEqual(await look(page, `push-silent-${suffix}`, dark), []);
      }
      await page.context().close();
    }
    silent.nothingWrong();
  } finally {
    await silent.stop();
  }
});

test('what pushes say, and whether other devices are told as well, is set once for all pages of a person', async () => {
  const { ann } = await world.server.people('ann');
  const [page, other] = [await world.pageOf(ann.id), await world.pageOf(ann.id)];
  const sent = [];
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
  // The frames of a socket that is open already are not told.
  await page.reload();
  for (const one of [page, other]) await one.locator('.me').click();
  const words = (one) => one.getByLabel('Notifications show the message');
  const devices = (one) => one.getByLabel('Notify other devices while I use one');
  for (const one of [page, other])
    for (const box of [words(one), devices(one)]) {
      await box.and(one.locator(':enabled')).waitFor();
      assert.ok(await box.isChecked());
    }
  const kept = async () => {
    const { preview, whenActive } = await world.call(
      'GET',
      `/users/${ann.id}/preferences`,
      undefined,
      ann.id,
    );
    return [preview, whenActive];
  };
  const commands = () => sent.flatMap((frame) => /"updatePreferences",(\{[^}]*\})/.exec(frame)?.[1] ?? []);

  await words(page).uncheck();
  await until('the other page shows it', async () => !(await words(other).isChecked()));
  assert.deepEqual(await kept(), [false, 'unread']);
  await devices(page).uncheck();
  await until('the other page shows that, too', async () => !(await devices(other).isChecked()));
  assert.deepEqual(await kept(), [false, 'never']);
  assert.deepEqual(commands(), ['{"preview":false}', '{"whenActive":"never"}']);

  await devices(other).check();
  await until('it comes back', () => devices(page).isChecked());
  assert.deepEqual([await words(page).isChecked(), ...(await kept())], [false, false, 'unread']);

  // It uses a device as long as it shows: the browser of a test hides no page by itself.
  const said = () => sent.flatMap((frame) => /"setActive",(\{[^}]*\})/.exec(frame)?.[1] ?? []);
  await until('it says that it is used', () => said().at(-1) === '{"active":true}');
  await page.evaluate(() => {
    Object.defineProperty(globalThis.document, 'visibilityState', {
      get: () => 'hidden',
      configurable: true,
    });
    globalThis.document.dispatchEvent(new globalThis.Event('visibilitychange'));
  });
  await until('it says that it is not any more', () => said().at(-1) === '{"active":false}');
  await page.context().close();
  await other.context().close();
});
