import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWorld, until } from './browser.mjs';
import { longPast } from './long-past.mjs';

/** What a page does in a very long chat, and in a flood: by counts, which are the same on every machine. */

const MESSAGES = 100_000;
const CHATS = 500;
/** Of the browser's speed it has that part: what takes long comes to light. */
const SLOWDOWN = 4;
/** Rows in the document; elements of one; rows that come in one frame. */
const MOST_ROWS = 160;
const MOST_ELEMENTS = 12;
const MOST_AT_ONCE = 24;

let world;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());

/**
 * In a page: scrolls by so many pixels in each of so many frames.
 *
 * @returns by how many pixels a row was elsewhere than where the scroll put it, and the most rows, elements, and rows that
 *   came in one frame
 */
async function scrolled([frames, px]) {
  const view = document.querySelector('.scroller');
  const most = { jump: 0, rows: 0, elements: 0, atOnce: 0 };
  let came = 0;
  const observer = new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      came += [...addedNodes].filter((one) => one.className?.includes('row ')).length;
  });
  observer.observe(view.querySelector('[role="feed"]'), { childList: true });
  // What is about to be painted: after all that the page does in a frame. A new observer is told last.
  const frame = () =>
    new Promise((done) => {
      requestAnimationFrame(() => {
        const last = new ResizeObserver(() => {
          last.disconnect();
          done();
        });
        last.observe(document.body);
      });
    });
  for (let nr = 0; nr < frames; nr++) {
    const { top } = view.getBoundingClientRect();
    const row = [...view.querySelectorAll('[data-seq]')].find(
      (one) => one.getBoundingClientRect().bottom > top,
    );
    // Where its message begins: a day's heading above it goes when earlier messages come.
    const message = row.lastElementChild;
    const at = message.getBoundingClientRect().top;
    const from = view.scrollTop;
    view.scrollTop += px;
    const by = from - view.scrollTop;
    came = 0;
    await frame();
    if (row.isConnected)
      most.jump = Math.max(most.jump, Math.abs(message.getBoundingClientRect().top - at - by));
    const rows = view.querySelectorAll('.row').length;
    most.rows = Math.max(most.rows, rows);
    most.elements = Math.max(most.elements, view.querySelectorAll('.row, .row *').length / rows);
    most.atOnce = Math.max(most.atOnce, came);
  }
  observer.disconnect();
  return most;
}

/**
 * In a page: looks on until all of these texts are in it. `looksOn` is then how many frames that took, how often the page
 * was drawn meanwhile, and which rows that were there were changed.
 */
function lookOnUntil(texts) {
  globalThis.looksOn = new Promise((done) => {
    const there = new Set(document.querySelectorAll('.row'));
    const counts = { frames: 0, drawings: 0, rows: [] };
    const changed = new Set();
    const observer = new MutationObserver((changes) => {
      counts.drawings++;
      for (const { target } of changes) {
        const row = (target.closest ? target : target.parentElement)?.closest('.row');
        if (there.has(row)) changed.add(row.dataset.seq);
      }
    });
    observer.observe(document.querySelector('#app'), {
      // What is said to readers of the screen a moment later is no drawing.
      attributeFilter: ['aria-label', 'aria-posinset', 'class', 'style', 'tabindex'],
      characterData: true,
      childList: true,
      subtree: true,
    });
    const frame = () => {
      counts.frames++;
      if (texts.some((text) => !document.body.textContent.includes(text))) {
        requestAnimationFrame(frame);
        return;
      }
      observer.disconnect();
      done({ ...counts, rows: [...changed] });
    };
    requestAnimationFrame(frame);
  });
}

test('a chat of 100,000 messages: few rows at a time, none jumps, and a flood is drawn once a frame', async () => {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  await longPast(world, chat.id, [ann.id, ben.id], MESSAGES);
  const others = [];
  for (let nr = 1; nr <= 5; nr++)
    others.push(await world.call('POST', '/chats', { title: `Group ${nr}`, memberIds: [ben.id] }, ann.id));
  const at = await world.site();
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}`, at });
  await page.locator(`[data-seq="${MESSAGES}"]`).waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });

  // Up, until much more is behind than is drawn, and down again.
  const firstSeq = () => page.evaluate(() => Number(document.querySelector('[data-seq]').dataset.seq));
  const worst = await page.evaluate(scrolled, [20, -300]);
  await until('it came up', async () => {
    const next = await page.evaluate(scrolled, [20, -300]);
    for (const name of Object.keys(worst)) worst[name] = Math.max(worst[name], next[name]);
    return (await firstSeq()) <= MESSAGES - 2 * MOST_ROWS;
  });
  const down = await page.evaluate(scrolled, [40, 300]);
  for (const name of Object.keys(worst)) worst[name] = Math.max(worst[name], down[name]);
  assert.ok(worst.jump < 2, `a row jumped: ${JSON.stringify(worst)}`);
  assert.ok(worst.rows <= MOST_ROWS, `${worst.rows} rows`);
  assert.ok(worst.elements <= MOST_ELEMENTS, `${worst.elements} elements of a row`);
  assert.ok(worst.atOnce <= MOST_AT_ONCE, `${worst.atOnce} rows in one frame`);

  await page.locator('.composer textarea').fill('and one more');
  await page.locator('.composer textarea').press('Enter');
  await page.locator(`[data-seq="${MESSAGES + 1}"]`, { hasText: 'and one more' }).waitFor();
  await page.waitForFunction(() => {
    const { scrollHeight, scrollTop, clientHeight } = document.querySelector('.scroller');
    return scrollHeight - scrollTop - clientHeight <= 2;
  });

  // A flood, in the open chat and beside it: it waits before the page, and comes at once.
  const chats = [chat, ...others];
  const wire = at.hold();
  for (let turn = 0; turn < 25; turn++)
    await Promise.all(
      chats.map(({ id }) =>
        world.call('POST', `/chats/${id}/messages`, { content: `flood ${turn}.` }, ben.id),
      ),
    );
  const events = 25 * chats.length;
  const held = () => wire.text().split('"newMessage"').length - 1;
  await until('all of it waits', () => held() >= events, held);
  await page.evaluate(lookOnUntil, ['flood 24.']);
  await wire.release(0);
  const { frames, drawings, rows } = await page.evaluate(() => globalThis.looksOn);
  assert.ok(drawings <= 3 * frames + 10, `${drawings} drawings in ${frames} frames`);
  assert.ok(drawings < events, `${drawings} drawings of ${events} events`);
  // The one before them stands no longer last, and has been received: no other is touched.
  assert.deepEqual(
    rows.filter((seq) => Number(seq) < MESSAGES - 1),
    [],
    'rows that nothing has happened to',
  );
  // Readers of the screen hear of how many messages each is one.
  await page.waitForFunction(
    (total) =>
      [...document.querySelectorAll('.row')].every(
        (row) => row.getAttribute('aria-setsize') === String(total),
      ),
    MESSAGES + 1 + 25,
  );
  world.nothingWrong();
  await page.context().close();
});

test('500 chats: the list has them all, page after page, and an event draws its own chat', async () => {
  const { ann, ben } = await world.server.people('ann', 'ben');
  await world.server.sql(
    `WITH made AS (
       INSERT INTO chats (type, title, "memberCount", "lastActivityAt")
       SELECT 'group', 'Group ' || n, 2, now() - n * interval '1 minute' FROM generate_series(1, $1::int) n
       RETURNING id
     )
     INSERT INTO chat_members ("chatId", "userId", role)
     SELECT id, person, 'member' FROM made, unnest($2::bigint[]) person`,
    [CHATS, [ann.id, ben.id]],
  );
  const page = await world.pageOf(ann.id);
  const chats = page.locator('a.chat');
  await chats.first().waitFor();
  // Who is at the end before the first page of the list has come, and then does nothing, sees what it brings and more.
  await page.addInitScript(() => {
    const atOnce = new MutationObserver(() => {
      if (document.querySelector('a.chat') === null) return;
      atOnce.disconnect();
      const list = document.querySelector('.chats');
      list.scrollTop = list.scrollHeight;
      window.atTheEnd = document.querySelectorAll('a.chat').length;
    });
    atOnce.observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll('a.chat').length > window.atTheEnd);
  while ((await chats.count()) < CHATS) {
    const shown = await chats.count();
    await chats.last().scrollIntoViewIfNeeded();
    await page.waitForFunction((n) => document.querySelectorAll('a.chat').length > n, shown);
  }
  await page.locator('.chats').evaluate((list) => (list.scrollTop = list.scrollHeight / 2));
  // What changes in them, but for the place of one that comes to the top.
  await page.evaluate(() => {
    window.changed = new Set();
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const chat = (target.closest ? target : target.parentElement)?.closest('a.chat');
        if (chat) window.changed.add(chat.querySelector('.chat-title').textContent);
      }
    }).observe(document.querySelector('.chats'), {
      attributes: true,
      characterData: true,
      childList: true,
      subtree: true,
    });
  });
  const had = await chats.count();
  const title = await chats.last().locator('.chat-title').textContent();
  const id = Number((await chats.last().getAttribute('href')).split('/').at(-1));
  await world.call('POST', `/chats/${id}/messages`, { content: 'from the end to the top' }, ben.id);
  await chats.first().filter({ hasText: 'from the end to the top' }).waitFor();
  assert.deepEqual(await page.evaluate(() => [...window.changed]), [title]);
  assert.equal(await chats.count(), had);
  world.nothingWrong();
  await page.context().close();
});
