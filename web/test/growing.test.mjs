import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startWorld, until } from './browser.mjs';
import { look } from './look.mjs';

/** Messages that are read while they are written. */
let world;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());
afterEach(() => world.nothingWrong());

const LINES = 'and it goes on, line after line, as somebody writes it\n'.repeat(6);

/** A message of `who` that grows: `write` gives it more, and ends when that is stored. */
async function begin(chat, who, content, more = {}) {
  const { id, seq } = await world.call(
    'POST',
    `/chats/${chat.id}/messages/stream`,
    { content, ...more },
    who.id,
  );
  let offset = content.length;
  const write = async (text) => {
    await world.call('POST', `/messages/${id}/stream`, { offset, text }, who.id);
    offset += text.length;
  };
  const finish = () => world.call('POST', `/messages/${id}/stream/finish`, {}, who.id);
  return { id, seq, write, finish };
}

const bodyOf = (page, { seq }) => page.locator(`[data-seq="${seq}"] .body`);
const markOf = (page, { seq }) => page.locator(`[data-seq="${seq}"] .writing-mark`);
const textIn = (page, { seq }, text) =>
  page.waitForFunction(
    ([at, end]) => document.querySelector(`[data-seq="${at}"] .body`)?.textContent.includes(end),
    [seq, text],
  );
const drawn = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
const below = (page) =>
  page.locator('.scroller').evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight);
const topOf = (page, seq) =>
  page.evaluate((at) => document.querySelector(`[data-seq="${at}"]`).getBoundingClientRect().top, seq);

async function chatWith(messages) {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  for (let n = 1; n <= messages; n++)
    await world.call(
      'POST',
      `/chats/${chat.id}/messages`,
      { content: `${n} ${'word '.repeat(n % 20)}` },
      ben.id,
    );
  await world.call('POST', `/chats/${chat.id}/seen`, {}, ann.id);
  return { ann, ben, chat };
}

test('its text appears as it comes, with a mark until its end; nothing jumps', async () => {
  const { ann, ben, chat } = await chatWith(40);
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}` });
  await page.locator('[data-seq="40"]').waitFor();

  const message = await begin(chat, ben, '');
  await markOf(page, message).waitFor();
  await page.locator(`[data-seq="${message.seq}"] .body[aria-busy="true"]`).waitFor();
  await message.write('*Once* upon a time ');
  await page.locator(`[data-seq="${message.seq}"] strong`, { hasText: 'Once' }).waitFor();
  for (let turn = 1; turn <= 3; turn++) {
    await message.write(`${LINES}${turn}!`);
    await textIn(page, message, `${turn}!`);
    await drawn(page);
    assert.ok((await below(page)) <= 2, 'at the bottom it follows');
  }

  // Scrolled up, what is in sight stays, with the message below it and half in sight.
  await page.locator('.scroller').hover();
  await page.mouse.wheel(0, -500);
  // The browser scrolls a moment after the wheel was turned, over some frames perhaps.
  let at = 0;
  await until('it has scrolled', async () => {
    const was = at;
    await drawn(page);
    at = await below(page);
    return at > 200 && at === was;
  });
  const row = await page.evaluate(() => {
    const { top } = document.querySelector('.scroller').getBoundingClientRect();
    const rows = [...document.querySelectorAll('[data-seq]')];
    return Number(rows.find((one) => one.getBoundingClientRect().bottom > top).dataset.seq);
  });
  const before = await topOf(page, row);
  for (let turn = 4; turn <= 6; turn++) {
    await message.write(`${LINES}${turn}!`);
    await textIn(page, message, `${turn}!`);
    await drawn(page);
    const moved = Math.abs((await topOf(page, row)) - before);
    assert.ok(moved < 1, `it moved by ${moved} px`);
  }

  await message.finish();
  await markOf(page, message).waitFor({ state: 'detached' });
  await until('it is done', async () => (await bodyOf(page, message).getAttribute('aria-busy')) === null);
  await textIn(page, message, '6!');
  await drawn(page);
  const moved = Math.abs((await topOf(page, row)) - before);
  assert.ok(moved < 1, `its end moved it by ${moved} px`);
  await page.context().close();
});

test('what was written while the network was away is there when it is back, though nothing follows', async () => {
  const { ann, ben, chat } = await chatWith(2);
  const at = await world.site();
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}`, at });
  const message = await begin(chat, ben, 'before');
  await textIn(page, message, 'before');
  await markOf(page, message).waitFor();
  at.offline();
  await message.write(' meanwhile');
  at.online();
  await textIn(page, message, 'before meanwhile');
  await markOf(page, message).waitFor();
  await message.write(' after');
  await textIn(page, message, 'before meanwhile after');
  await page.context().close();
});

test('one that somebody stopped says so', async () => {
  const { ann, ben, chat } = await chatWith(1);
  const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}` });
  const message = await begin(chat, ben, 'I was about to say');
  await markOf(page, message).waitFor();
  await world.call('POST', `/messages/${message.id}/stream/stop`, {}, ann.id);
  await page.locator(`[data-seq="${message.seq}"] .meta`, { hasText: 'stopped' }).waitFor();
  await markOf(page, message).waitFor({ state: 'detached' });
  await page.context().close();
});

for (const dark of [false, true])
  for (const phone of [false, true])
    test(`a picture of it, ${dark ? 'dark' : 'light'}, ${phone ? 'phone' : 'desk'}; reduced motion moves nothing`, async () => {
      const { ann, ben, chat } = await chatWith(3);
      const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}`, dark, phone, bypassCSP: true });
      await page.locator('[data-seq="3"]').waitFor();
      const stopped = await begin(chat, ben, 'A first try, which was');
      await world.call('POST', `/messages/${stopped.id}/stream/stop`, {}, ann.id);
      const message = await begin(chat, ben, 'The forecast for Saturday:\n> dry until six\n');
      await markOf(page, message).waitFor();
      await message.write('It is *cold* in the morning, and the wind turns to the north before');
      await textIn(page, message, 'north before');
      const own = await begin(chat, ann, 'An answer of my own that is ');
      await markOf(page, own).waitFor();
      const name = await markOf(page, own).evaluate((one) => globalThis.getComputedStyle(one).animationName);
      assert.equal(name, 'none');
      const suffix = `${dark ? 'dark' : 'light'}-${phone ? 'phone' : 'desk'}`;
      assert.deepEqual(await look(page, `growing-${suffix}`, dark), []);
      await page.context().close();
    });
