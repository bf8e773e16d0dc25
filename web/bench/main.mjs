/**
 * `npm run bench:web`: how quick the page is in a real Chromium, on this machine. It prints a table, and judges nothing:
 * milliseconds depend on the machine, so compare runs of one machine. Server, database and browser share its cores.
 *
 *   --messages <n>   messages of the long chat (100000)
 *   --frames <n>     frames that are scrolled in it (1500)
 *   --slowdown <n>   how much slower the page's CPU is made while it scrolls (4)
 */
import { parseArgs } from 'node:util';
import { startWorld } from '../test/browser.mjs';
import { clock, onScreen, quantile } from './measure.mjs';

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
const report = (what, value, unit, aim) => {
  rows.push({ what, measured: `${value} ${unit}`, aim });
  console.error(`  ${what}: ${value} ${unit}`);
};
const step = (text) => console.error(text);

step('Starting a server with its database, and a browser');
const world = await startWorld();
try {
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  await fill(chat.id, [ann.id, ben.id]);
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

/** A long past of two people, by one statement: messages of uneven length. */
async function fill(chatId, [one, other]) {
  step(`Writing ${MESSAGES} messages`);
  await world.server.sql(
    `INSERT INTO messages ("chatId", seq, version, "senderId", "clientId", content)
     SELECT $1::bigint, s, s + 1, CASE WHEN s % 3 = 0 THEN $2::bigint ELSE $3::bigint END, md5(s::text),
       s || ' ' || repeat('word ', s * 7 % 40)
     FROM generate_series(1, $4::int) s`,
    [chatId, one, other, MESSAGES],
  );
  await world.server.sql(`UPDATE chats SET "lastSeq" = $2::int, version = $2::int + 1 WHERE id = $1`, [
    chatId,
    MESSAGES,
  ]);
  await world.call('POST', `/chats/${chatId}/seen`, {}, one);
  await world.call('POST', `/chats/${chatId}/seen`, {}, other);
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
  const { frames, reached } = await page.evaluate(
    async ([count, px]) => {
      const view = document.querySelector('.scroller');
      const took = [];
      let last = performance.now();
      for (let nr = 0; nr < count; nr++) {
        view.scrollTop -= px;
        await new Promise((done) => requestAnimationFrame(done));
        const now = performance.now();
        took.push(now - last);
        last = now;
      }
      return { frames: took, reached: Number(document.querySelector('[data-seq]').dataset.seq) };
    },
    [FRAMES, STEP],
  );
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  report('a frame while scrolling, p50', quantile(frames, 0.5), 'ms', '');
  report('a frame while scrolling, p95', quantile(frames, 0.95), 'ms', '24 ms');
  report('messages scrolled through', MESSAGES - reached, '', '');
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
  const watch = (page) =>
    page.evaluate(() => {
      window.shown = {};
      new MutationObserver(() => {
        requestAnimationFrame(() => {
          for (const row of document.querySelectorAll('.row')) {
            const nr = /bench (\d+)/.exec(row.textContent)?.[1];
            if (nr) window.shown[nr] ??= performance.timeOrigin + performance.now();
          }
        });
      }).observe(document.querySelector('.scroller'), { childList: true, subtree: true });
    });
  await watch(from);
  await watch(to);
  await from.evaluate(() => {
    window.pressed = {};
    const box = document.querySelector('.composer textarea');
    const note = (event) => {
      const nr = /bench (\d+)/.exec(box.value)?.[1];
      if (event.key === 'Enter' && nr) window.pressed[nr] = performance.timeOrigin + event.timeStamp;
    };
    document.addEventListener('keydown', note, true);
  });
  const box = from.locator('.composer textarea');
  for (let nr = 0; nr < SENDS; nr++) {
    await box.fill(`bench ${nr}`);
    await box.press('Enter');
    await from.waitForTimeout(100);
  }
  await to.waitForFunction((count) => Object.keys(window.shown).length >= count, SENDS);
  const [pressed, own, heard] = [
    await from.evaluate(() => window.pressed),
    await from.evaluate(() => window.shown),
    await to.evaluate(() => window.shown),
  ];
  const after = (shown) => Object.keys(pressed).map((nr) => shown[nr] - pressed[nr]);
  report('key to own screen, p95', quantile(after(own), 0.95), 'ms', '50 ms');
  report('key to the other’s screen, p95', quantile(after(heard), 0.95), 'ms', '150 ms');
  await from.context().close();
  await to.context().close();
}

/** Many messages to many chats at once, while one looks at one of them. */
async function storm(ann, ben, chats) {
  step(`${STORM} messages in ${CHATS} chats`);
  const page = await world.pageOf(ann.id, { hash: `/c/${chats[0]}` });
  await page.locator('.row').first().waitFor();
  const frames = page.evaluate(
    (count) =>
      new Promise((resolve) => {
        const took = [];
        let last = performance.now();
        const quietAt = () => document.body.textContent.includes(`storm ${count - 1}`);
        const frame = (now) => {
          took.push(now - last);
          last = now;
          if (quietAt()) resolve(took);
          else requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    STORM,
  );
  const begun = performance.now();
  for (let nr = 0; nr < STORM; nr += CHATS) {
    await Promise.all(
      chats.map((chat, at) =>
        world.call('POST', `/chats/${chat}/messages`, { content: `storm ${nr + at}` }, ben.id),
      ),
    );
  }
  const took = performance.now() - begun;
  const all = await frames;
  report('events a second', Math.round(STORM / (took / 1_000)), '', '1,000');
  report('a frame meanwhile, p95', quantile(all, 0.95), 'ms', '50 ms');
  await page.context().close();
}
