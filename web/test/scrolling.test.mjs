import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWorld, until } from './browser.mjs';

/** The rules of scrolling, by pixel. */
let world;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());

const scroller = (page) => page.locator('.scroller');
const below = (page) => scroller(page).evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight);
const topOf = (page, seq) =>
  page.evaluate((n) => document.querySelector(`[data-seq="${n}"]`)?.getBoundingClientRect().top ?? null, seq);
/** A row in the middle of the view, and where it is. */
const held = async (page) => {
  const seq = await page.evaluate(() => {
    const { top } = document.querySelector('.scroller').getBoundingClientRect();
    const rows = [...document.querySelectorAll('[data-seq]')];
    return Number(rows.find((row) => row.getBoundingClientRect().top > top + 40).dataset.seq);
  });
  return { seq, top: await topOf(page, seq) };
};
/** Waits until the end of the chat is in sight. */
const isAtEnd = (page, what) =>
  until(
    what,
    async () => (await below(page)) <= 2,
    () => below(page),
  );
/** Waits until a row is where it was. */
const isWhere = async (page, { seq, top }) =>
  until(
    `row ${seq} is at ${top}`,
    async () => Math.abs((await topOf(page, seq)) - top) < 1,
    () => topOf(page, seq),
  );
const drawn = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

async function long(messages) {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const say = (content, who = ben) => world.call('POST', `/chats/${chat.id}/messages`, { content }, who.id);
  for (let first = 1; first <= messages; first += 20) {
    const turn = Array.from({ length: Math.min(20, messages - first + 1) }, (_, index) => first + index);
    await Promise.all(turn.map((n) => say(`${n} ${'word '.repeat((n * 7) % 40)}`, n % 3 ? ben : ann)));
  }
  return { ann, ben, chat, say };
}

test('what comes and grows moves nothing: at the bottom it follows, elsewhere the row keeps its pixel', async () => {
  const { ann, ben, chat, say } = await long(160);
  await world.call('POST', `/chats/${chat.id}/seen`, {}, ann.id);
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}` });
  await page.locator('[data-seq="160"]').waitFor();
  await isAtEnd(page, 'opens at the bottom');

  const last = await say('at the bottom it follows '.repeat(20));
  await page.locator('[data-seq="161"]').waitFor();
  await drawn(page);
  assert.ok((await below(page)) <= 2, 'follows a new message');
  await world.call('PUT', `/messages/${last.id}/reactions/${encodeURIComponent('👍')}`, {}, ben.id);
  await page.locator('.reaction').waitFor();
  await drawn(page);
  assert.ok((await below(page)) <= 2, 'follows a reaction');
  await page.locator('.composer textarea').fill('a\nb\nc\nd\ne');
  await drawn(page);
  assert.ok((await below(page)) <= 2, 'follows a growing composer');
  await page.locator('.composer textarea').fill('');

  // Up, page after page, to the beginning.
  await scroller(page).hover();
  await until('it comes to the beginning', async () => {
    await page.mouse.wheel(0, -600);
    await drawn(page);
    return (await topOf(page, 1)) !== null;
  });
  assert.ok((await page.locator('.row').count()) <= 160);
  await scroller(page).evaluate((one) => (one.scrollTop = one.scrollHeight / 2));
  await drawn(page);
  const before = await held(page);
  await say('elsewhere nothing moves');
  await page.waitForFunction(() => document.querySelector('.chat .badge'));
  await drawn(page);
  assert.ok(Math.abs((await topOf(page, before.seq)) - before.top) < 1, 'a new message below');
  const { messages } = await world.call(
    'GET',
    `/chats/${chat.id}/messages?limit=5&before=20`,
    undefined,
    ann.id,
  );
  for (const { id } of messages)
    await world.call('PUT', `/messages/${id}/reactions/${encodeURIComponent('🎉')}`, {}, ben.id);
  await page.waitForFunction(() => document.querySelectorAll('.reaction').length >= 5);
  await drawn(page);
  const moved = Math.abs((await topOf(page, before.seq)) - before.top);
  assert.ok(moved < 1, `reactions above moved it by ${moved} px`);

  await page.locator('.newest').click();
  await page.locator('[data-seq="162"]').waitFor();
  await isAtEnd(page, 'the round button leads to the newest');
  world.nothingWrong();
  await page.context().close();
});

test('loading earlier messages keeps the row in sight where it is', async () => {
  const { ann, chat } = await long(140);
  await world.call('POST', `/chats/${chat.id}/seen`, {}, ann.id);
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}` });
  await page.locator('[data-seq="140"]').waitFor();
  const worst = await page.evaluate(async () => {
    const view = document.querySelector('.scroller');
    // What is about to be painted: after all that the page does in a frame. A new observer is told last.
    const frame = () =>
      new Promise((done) => {
        requestAnimationFrame(() => {
          const observer = new ResizeObserver(() => {
            observer.disconnect();
            done();
          });
          observer.observe(document.body);
        });
      });
    let jump = 0;
    let moved = { jump };
    for (let turn = 0; turn < 150 && !document.querySelector('[data-seq="1"]'); turn++) {
      const top = view.getBoundingClientRect().top;
      const row = [...document.querySelectorAll('[data-seq]')].find(
        (one) => one.getBoundingClientRect().bottom > top,
      );
      const { seq } = row.dataset;
      const at = row.getBoundingClientRect().top;
      view.scrollTop -= 60;
      const by = at + 60;
      const expected = view.scrollTop > 0 ? by : null;
      const before = [view.scrollTop, view.scrollHeight];
      await frame();
      await frame();
      const now = document.querySelector(`[data-seq="${seq}"]`)?.getBoundingClientRect().top;
      if (expected === null || now === undefined || Math.abs(now - expected) <= jump) continue;
      jump = Math.abs(now - expected);
      moved = { jump, turn, seq, before, after: [view.scrollTop, view.scrollHeight] };
    }
    return moved;
  });
  assert.ok(worst.jump < 2, `a row jumped: ${JSON.stringify(worst)}`);
  await page.context().close();
});

test('unread messages: the line "New" in the upper third, once; sending goes to the newest', async () => {
  const { ann, chat, say } = await long(90);
  await world.call('POST', `/chats/${chat.id}/seen`, { seq: 30 }, ann.id);
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}` });
  await page.locator('.divider').waitFor();
  const place = () =>
    page.evaluate(() => {
      const [line, view] = ['.divider', '.scroller'].map((one) =>
        document.querySelector(one).getBoundingClientRect(),
      );
      return (line.top - view.top) / view.height;
    });
  await until('it is in the upper third', async () => (await place()) > 0 && (await place()) < 0.45, place);
  assert.equal(await page.locator('.divider').count(), 1);
  await page.locator('.newest .badge').waitFor();
  await page.locator('.composer textarea').fill('to the newest');
  await page.locator('.composer textarea').press('Enter');
  await page.locator('[data-seq="91"]').waitFor();
  await isAtEnd(page, 'sending leads to the newest');
  await page.locator('.divider').waitFor({ state: 'detached' });
  await say('and on');
  await page.locator('[data-seq="92"]').waitFor();
  await page.context().close();
});

test('a jump to what is replied to centres it, marks it and leads back', async () => {
  const { ann, chat } = await long(120);
  const { messages } = await world.call(
    'GET',
    `/chats/${chat.id}/messages?limit=1&before=4`,
    undefined,
    ann.id,
  );
  const input = { content: 'about the beginning', replyToId: messages[0].id };
  await world.call('POST', `/chats/${chat.id}/messages`, input, ann.id);
  await world.call('POST', `/chats/${chat.id}/seen`, {}, ann.id);
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}` });
  await page.locator('[data-seq="121"] .quote').click();
  await page.locator('[data-seq="3"].marked').waitFor();
  const place = () => topOf(page, 3);
  await until('it is in sight', async () => (await place()) > 60 && (await place()) < 700, place);
  await page.getByRole('button', { name: 'Back to where you were' }).click();
  await page.locator('[data-seq="121"].marked').waitFor();
  world.nothingWrong();
  await page.context().close();
});

test('back in a chat one is where one was', async () => {
  const { ann, chat } = await long(60);
  await world.call('POST', `/chats/${chat.id}/seen`, {}, ann.id);
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}` });
  await page.locator('[data-seq="60"]').waitFor();
  await scroller(page).evaluate((one) => (one.scrollTop -= 700));
  await drawn(page);
  const before = await held(page);
  await page.evaluate(() => (location.hash = '#/'));
  await page.locator('.nothing').waitFor();
  await page.evaluate((id) => (location.hash = `#/c/${id}`), chat.id);
  await page.locator(`[data-seq="${before.seq}"]`).waitFor();
  await isWhere(page, before);
  await page.context().close();
});

test('a keyboard on the screen covers neither the composer nor the end of the chat, and zooming in is none', async () => {
  const { ann, chat } = await long(40);
  await world.call('POST', `/chats/${chat.id}/seen`, {}, ann.id);
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}`, phone: true });
  await page.locator('[data-seq="40"]').waitFor();
  const { width, height } = page.viewportSize();
  const inset = () =>
    page.evaluate(() => document.documentElement.style.getPropertyValue('--keyboard-inset'));
  const isInset = (px) =>
    page.waitForFunction(
      (wanted) => document.documentElement.style.getPropertyValue('--keyboard-inset') === wanted,
      `${px}px`,
    );
  /** Waits until the composer ends there, and so does the chat above it. */
  const endsAt = async (bottom) => {
    await page.waitForFunction((wanted) => {
      const row = document.querySelector('.composer-row').getBoundingClientRect();
      return row.bottom <= wanted && row.bottom > wanted - 40;
    }, bottom);
    await isAtEnd(page, 'the end stays in sight');
  };
  await isInset(0);

  // As on Android: the page becomes smaller.
  await page.setViewportSize({ width, height: height - 300 });
  await endsAt(height - 300);
  await isInset(0);
  await page.setViewportSize({ width, height });
  await endsAt(height);

  // As on an iPhone, which this browser cannot be: the page stays as high, and what is seen of it becomes smaller.
  const cover = (...by) =>
    page.evaluate((each) => {
      const view = globalThis.visualViewport;
      for (const px of each) {
        delete view.height;
        const all = view.height;
        if (px > 0) Object.defineProperty(view, 'height', { configurable: true, get: () => all - px });
        view.dispatchEvent(new globalThis.Event('resize'));
        document.body.getBoundingClientRect();
      }
    }, by);
  await cover(300);
  await isInset(300);
  await endsAt(height - 300);
  // It goes and comes again before anything is drawn.
  await drawn(page);
  await cover(0, 300);
  await drawn(page);
  await endsAt(height - 300);
  // Up in the chat the row that is read keeps its place.
  await scroller(page).evaluate((one) => (one.scrollTop -= 300));
  await drawn(page);
  const read = await held(page);
  await cover(0);
  await isInset(0);
  await isWhere(page, read);

  // A dialog with a field, too.
  await page.evaluate(() => (location.hash = '#/'));
  await page.getByRole('button', { name: 'New chat' }).first().tap();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await cover(300);
  await page.waitForFunction(
    (wanted) => document.querySelector('dialog').getBoundingClientRect().bottom <= wanted,
    height - 300,
  );
  assert.ok((await dialog.boundingBox()).y >= 0);
  await cover(0);
  await isInset(0);

  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setPageScaleFactor', { pageScaleFactor: 2 });
  await page.waitForFunction(() => globalThis.visualViewport.scale === 2);
  await drawn(page);
  assert.equal(await inset(), '0px');
  world.nothingWrong();
  await page.context().close();
});

test('a browser whose fields do not grow by themselves: the end of the chat stays in sight while one writes', async () => {
  const { ann, chat } = await long(40);
  await world.call('POST', `/chats/${chat.id}/seen`, {}, ann.id);
  const context = await world.context({ userId: ann.id, bypassCSP: true });
  await context.addInitScript(() => {
    const { CSS } = globalThis;
    const { supports } = CSS;
    CSS.supports = (...asked) => asked[0] !== 'field-sizing' && supports.apply(CSS, asked);
  });
  const page = await context.newPage();
  await page.goto(`${(await world.site()).url}/#/c/${chat.id}`);
  await page.addStyleTag({ content: '.composer textarea { field-sizing: fixed !important; }' });
  await page.locator('[data-seq="40"]').waitFor();
  const field = page.locator('.composer textarea');
  const height = () => field.evaluate((one) => one.offsetHeight);
  const empty = await height();
  for (const lines of [1, 2, 6]) {
    await field.fill('line\n'.repeat(lines));
    await until('the field grows', async () => (await height()) >= empty + lines * 22, height);
    await field.press('x');
    await drawn(page);
    await isAtEnd(page, 'the end stays in sight');
  }
  await field.fill('');
  await until('and becomes small again', async () => (await height()) === empty, height);
  await isAtEnd(page, 'the end stays in sight');
  world.nothingWrong();
  await context.close();
});

test('the list says how many unread chats are above and below what is seen of it, and leads to the nearest', async () => {
  const { ann, ben } = await world.server.people('ann', 'ben');
  const rows = await world.server.sql(
    `WITH made AS (
       INSERT INTO chats (type, title, "memberCount", "lastActivityAt")
       SELECT 'group', 'Group ' || n, 2, now() - interval '1 day' FROM generate_series(1, 40) n
       RETURNING id
     )
     INSERT INTO chat_members ("chatId", "userId", role)
     SELECT id, person, 'member' FROM made, unnest($1::bigint[]) person RETURNING "chatId" AS id`,
    [[ann.id, ben.id]],
  );
  const ids = [...new Set(rows.map(({ id }) => id))];
  const write = (id) => world.call('POST', `/chats/${id}/messages`, { content: 'news' }, ben.id);
  // From the end: three that are unread, one of them muted; fifteen that are read; one that is unread, at the top.
  for (const id of ids.slice(0, 19)) await write(id);
  for (const id of ids.slice(3, 18)) await world.call('POST', `/chats/${id}/seen`, {}, ann.id);
  const muted = { mutedUntil: '2099-01-01T00:00:00.000Z' };
  await world.call('PATCH', `/chats/${ids[1]}/membership`, muted, ann.id);

  const page = await world.pageOf(ann.id);
  const list = page.locator('.chats');
  const chip = (name) => page.getByRole('button', { name, exact: true });
  const focusIs = (id) =>
    page.waitForFunction((href) => document.activeElement.getAttribute('href') === href, `#/c/${id}`);
  await chip('2 unread chats below').waitFor();
  await page.getByRole('button', { name: /above$/ }).waitFor({ state: 'detached' });

  // By keys alone: it stands before the list, and the focus goes to the chat.
  await page.locator('.tabs button').last().focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await focusIs(ids[2]);
  await chip('1 unread chat above').waitFor();
  await page.getByRole('button', { name: /below$/ }).waitFor({ state: 'detached' });

  await list.evaluate((one) => (one.scrollTop = one.scrollHeight));
  await chip('3 unread chats above').click();
  await focusIs(ids[0]);
  await chip('1 unread chat above').click();
  await focusIs(ids[18]);
  await until('the list is at its top', async () => (await list.evaluate((one) => one.scrollTop)) === 0);
  await chip('2 unread chats below').waitFor();

  // It counts what comes, and no longer what is read elsewhere.
  for (const id of ids.slice(0, 1)) await world.call('POST', `/chats/${id}/seen`, {}, ann.id);
  await chip('1 unread chat below').waitFor();
  await page.setViewportSize({ width: 1280, height: 2_000 });
  await chip('1 unread chat below').waitFor({ state: 'detached' });

  // The view ends where the last one begins: it comes into sight where rows are lower, and an invitation moves it out.
  const last = list.locator(`a[href="#/c/${ids[2]}"]`);
  const { y } = await last.boundingBox();
  await page.setViewportSize({ width: 1280, height: Math.round(y) });
  await chip('1 unread chat below').waitFor();
  await page.evaluate(() => (document.documentElement.dataset.density = 'compact'));
  await chip('1 unread chat below').waitFor({ state: 'detached' });
  const top = (await last.boundingBox()).y;
  await page.setViewportSize({ width: 1280, height: Math.round(top) + 40 });
  await drawn(page);
  await chip('1 unread chat below').waitFor({ state: 'detached' });
  await world.call('PUT', `/users/${ann.id}/group-adds`, { groupAdds: 'invited' }, ann.id);
  await world.call('POST', '/chats', { title: 'Garden', memberIds: [ann.id] }, ben.id);
  await page.evaluate(() => globalThis.dispatchEvent(new globalThis.Event('focus')));
  await page.locator('.invitation').waitFor();
  await chip('1 unread chat below').waitFor();
  world.nothingWrong();
  await page.context().close();
});
