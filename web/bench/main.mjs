/**
 * `npm run bench:web`: how quick the page is in a real Chromium, on this machine. It prints a table, and judges nothing:
 * milliseconds depend on the machine, so compare runs of one machine. Server, database and browser share its cores.
 *
 * `floor` is the same done by a page without any script of ours, in the same run: the same rows, scrolled, and scrolled
 * while rows come and go, without anything else; a key that draws a line; frames while nothing happens. It is what this machine and its browser take for themselves.
 *
 *   --messages <n>   messages of the long chat (100000)
 *   --frames <n>     frames that are scrolled in it (1500)
 *   --slowdown <n>   how much slower the page's CPU is made while it scrolls (4)
 */
import { parseArgs } from 'node:util';
import { startWorld } from '../test/browser.mjs';
import { longPast } from '../test/long-past.mjs';
import * as floor from './floor.mjs';
import { clock, framesUntil, onScreen, quantile, scrollThrough, watchRows } from './measure.mjs';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    frames: { type: 'string', default: '1500' },
    slowdown: { type: 'string', default: '4' },
  },
});
const MESSAGES = Number(values.messages);
const FRAMES = Number(values.frames);
const SLOWDOWN = Number(values.slowdown);
/** Chats in the list besides the long one. */
const CHATS = 20;
/** Pixels of a frame of scrolling: a wheel that is turned fast. */
const STEP = 300;
/** Messages that are typed and sent, one after another. */
const SENDS = 60;
/** Events that come within a second. */
const STORM = 1_000;

const rows = [];
const report = (what, value, unit, aim, least = null) => {
  const said = least === null ? '' : `${least} ${unit}`;
  rows.push({ what, measured: `${value} ${unit}`, floor: said, aim });
  console.error(`  ${what}: ${value} ${unit}${said && ` (floor ${said})`}`);
};
const step = (text) => console.error(text);

step('Starting a server with its database, and a browser');
const world = await startWorld();
try {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  step(`Writing ${MESSAGES} messages`);
  await longPast(world, chat.id, [ann.id, ben.id], MESSAGES);
  const others = [];
  for (let nr = 1; nr <= CHATS; nr++) {
    const { id } = await world.call('POST', '/chats', { title: `Group ${nr}`, memberIds: [ben.id] }, ann.id);
    for (let n = 0; n < 30; n++)
      await world.call('POST', `/chats/${id}/messages`, { content: `${n} ${words(n)}` }, ben.id);
    others.push(id);
  }
  await starts(ann);
  await scrolls(ann, chat.id);
  await opens(ann, others);
  await sends(ann, ben, others[0]);
  await storm(ann, ben, others);
} finally {
  await world.stop();
}
console.table(Object.fromEntries(rows.map(({ what, ...row }) => [what, row])));

function words(nr) {
  return 'word '.repeat((nr * 7) % 40);
}

/** A start with chats that the browser has kept: until they are on the screen, and until it is in touch with the server. */
async function starts({ id }) {
  step('Starting with cached chats');
  const context = await world.context({ userId: id, worker: true });
  await context.addInitScript(clock);
  const { url } = await world.site();
  const page = await context.newPage();
  const painted = [];
  const live = [];
  for (let nr = 0; nr < 6; nr++) {
    const isLive = page.waitForEvent('websocket').then(
      (socket) =>
        new Promise((resolve) => {
          socket.on('framereceived', ({ payload }) => {
            if (String(payload).includes('"ready"')) resolve(page.evaluate(() => performance.now()));
          });
        }),
    );
    if (nr === 0) await page.goto(`${url}/#/`);
    else await page.reload();
    const at = await page.evaluate(onScreen, '.chats .chat');
    const liveAt = await isLive;
    // What it has read is kept a moment later. The first start had nothing.
    await page.waitForTimeout(1_500);
    if (nr === 0) continue;
    painted.push(at);
    live.push(liveAt);
  }
  report('cached chats on the screen', quantile(painted, 0.5), 'ms', '300 ms');
  report('live', quantile(live, 0.5), 'ms', '700 ms');
  await context.close();
}

/** Up through the long chat, as fast as a wheel turns, with a slower CPU. */
async function scrolls({ id }, chatId) {
  step(`Scrolling ${FRAMES} frames of ${STEP} px, at 1/${SLOWDOWN} of the speed`);
  const page = await world.pageOf(id, { hash: `/c/${chatId}` });
  await page.locator(`[data-seq="${MESSAGES}"]`).waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
  const frames = await page.evaluate(scrollThrough, [FRAMES, STEP]);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  const reached = await page.evaluate(() => Number(document.querySelector('[data-seq]').dataset.seq));
  const least = await floor.scrolls(page, [FRAMES, STEP], SLOWDOWN);
  for (const [name, part, aim] of [
    ['p50', 0.5, ''],
    ['p95', 0.95, '24 ms'],
  ])
    report(`a frame while scrolling, ${name}`, quantile(frames, part), 'ms', aim, quantile(least, part));
  report('messages scrolled through', MESSAGES - reached, '', '');
  // The floor above has its rows from the beginning: what of the rest is the browser's, for rows that come and go?
  const moving = await floor.scrolls(page, [FRAMES, STEP], SLOWDOWN, (MESSAGES - reached) / FRAMES);
  report('a frame of the floor with as many new rows, p95', quantile(moving, 0.95), 'ms', '');
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize').value;
  report('heap after it', Math.round(heap / 1e6), 'MB', '60 MB');
  await page.context().close();
}

/** From one chat to another that was open before. */
async function opens({ id }, chats) {
  step('Opening chats that were open before');
  const page = await world.pageOf(id);
  const took = [];
  const some = chats.slice(0, 6);
  for (const nr of [...some, ...some, ...some].keys()) {
    const chat = some[nr % some.length];
    const ms = await page.evaluate(async (chatId) => {
      const begun = performance.now();
      location.hash = `#/c/${chatId}`;
      const shows = () => document.querySelector(`.row[data-seq]`) && location.hash.endsWith(`/${chatId}`);
      // Of the chat before nothing is left in the frame in which this one is drawn.
      do await new Promise((done) => requestAnimationFrame(done));
      while (!shows());
      return performance.now() - begun;
    }, chat);
    if (nr >= some.length) took.push(ms);
    await page.waitForTimeout(150);
  }
  report('opening a chat that was open before', quantile(took, 0.5), 'ms', '100 ms');
  await page.context().close();
}

/** What somebody types is on their own screen, and on that of the other. */
async function sends(ann, ben, chatId) {
  step(`Sending ${SENDS} messages`);
  const [from, to] = [
    await world.pageOf(ann.id, { hash: `/c/${chatId}` }),
    await world.pageOf(ben.id, { hash: `/c/${chatId}` }),
  ];
  for (const page of [from, to]) {
    await page.locator('.row').first().waitFor();
    await page.evaluate(watchRows, { rows: '.scroller', field: '.composer textarea' });
  }
  const box = from.locator('.composer textarea');
  for (let nr = 0; nr < SENDS; nr++) {
    await box.fill(`bench ${nr}.`);
    await box.press('Enter');
    await from.waitForTimeout(100);
  }
  await to.waitForFunction((count) => Object.keys(window.shown).length >= count, SENDS);
  const { pressed, shown } = await from.evaluate(() => ({ pressed: window.pressed, shown: window.shown }));
  const heard = await to.evaluate(() => window.shown);
  const after = (seen) => Object.keys(pressed).map((nr) => seen[nr] - pressed[nr]);
  await from.context().close();
  await to.context().close();
  const least = await floor.keys(await world.context(), SENDS);
  report('key to own screen, p95', quantile(after(shown), 0.95), 'ms', '50 ms', quantile(least, 0.95));
  report('key to the other’s screen, p95', quantile(after(heard), 0.95), 'ms', '150 ms');
}

/**
 * Many messages to many chats at once, while one looks at one of them. The server writes them first, and they are kept
 * back on their way: so it is the page that is measured, and not how many a second this machine can write.
 */
async function storm(ann, ben, chats) {
  for (const [withinMs, text] of [
    [1_000, 'within a second'],
    [0, 'at once'],
  ]) {
    step(`${STORM} messages in ${CHATS} chats, ${text}`);
    const at = await world.site();
    const page = await world.pageOf(ann.id, { hash: `/c/${chats[0]}`, at });
    await page.locator('.row').first().waitFor();
    await page.waitForTimeout(1_500);
    const idle = await page.evaluate(framesUntil, null);
    const wire = at.hold();
    for (let nr = 0; nr < STORM; nr += CHATS)
      await Promise.all(
        chats.map((chat, index) =>
          world.call('POST', `/chats/${chat}/messages`, { content: `storm ${nr + index}.` }, ben.id),
        ),
      );
    while (wire.text().split('"newMessage"').length <= STORM) await page.waitForTimeout(50);
    // The last one of the open chat, and of the list.
    const lasts = [`storm ${STORM - CHATS}.`, `storm ${STORM - 1}.`];
    const frames = page.evaluate(framesUntil, lasts);
    const begun = performance.now();
    await wire.release(withinMs);
    const all = await frames;
    const took = performance.now() - begun;
    if (withinMs === 0) report('events a second, at most', Math.round(STORM / (took / 1_000)), '', '1,000');
    else
      report(
        'a frame at 1,000 events a second, p95',
        quantile(all, 0.95),
        'ms',
        '50 ms',
        quantile(idle, 0.95),
      );
    await page.context().close();
  }
}
