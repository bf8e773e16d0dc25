/**
 * The same as the page does, without any script of it: what the machine and its browser take for themselves. The rows are
 * those of the page, with its styles.
 */
import { scrollThrough, watchRows } from './measure.mjs';

/**
 * The rows that a page shows now, scrolled as often by as many pixels; at the first one it begins at the last one again.
 * `rows`: so many come at the top in each frame, and go at the end, as in a chat in which one scrolls up.
 *
 * @returns milliseconds of each frame
 */
export async function scrolls(page, [count, px], slowdown, rows = 0) {
  const still = await page.context().newPage();
  await still.goto(new URL('/config', page.url()).href);
  const html = await page.evaluate(() => {
    const styles = [...document.styleSheets].flatMap(({ cssRules }) =>
      [...cssRules].map((rule) => rule.cssText),
    );
    return { styles: styles.join('\n'), body: document.body.innerHTML };
  });
  await still.evaluate(
    ({ styles, body, each }) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(styles);
      document.adoptedStyleSheets = [sheet];
      const parsed = new DOMParser().parseFromString(`<div id="app">${body}</div>`, 'text/html');
      document.body.replaceChildren(...parsed.body.firstElementChild.childNodes);
      const view = document.querySelector('.scroller');
      const feed = document.querySelector('.feed');
      view.scrollTop = view.scrollHeight;
      let due = 0;
      view.addEventListener('scroll', () => {
        if (view.scrollTop === 0) view.scrollTop = view.scrollHeight;
        due += each;
        if (due < 1) return;
        const first = feed.firstElementChild;
        const { top } = first.getBoundingClientRect();
        for (; due >= 1; due--) {
          feed.prepend(feed.lastElementChild.cloneNode(true));
          feed.lastElementChild.remove();
        }
        view.scrollTop += first.getBoundingClientRect().top - top;
      });
    },
    { ...html, each: rows },
  );
  const session = await still.context().newCDPSession(still);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  const frames = await still.evaluate(scrollThrough, [count, px]);
  await still.close();
  return frames;
}

/** A field whose Enter draws its text as a line. @returns milliseconds from the key to the frame with it */
export async function keys(context, count) {
  const page = await context.newPage();
  await page.setContent('<main></main><textarea></textarea>');
  await page.evaluate(watchRows, { rows: 'main', field: 'textarea' });
  await page.evaluate(() => {
    const box = document.querySelector('textarea');
    box.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      const row = document.createElement('p');
      row.className = 'row';
      row.textContent = box.value;
      document.querySelector('main').append(row);
      box.value = '';
    });
  });
  const box = page.locator('textarea');
  for (let nr = 0; nr < count; nr++) {
    await box.fill(`bench ${nr}.`);
    await box.press('Enter');
    await page.waitForTimeout(100);
  }
  const took = await page.evaluate(() =>
    Object.keys(window.pressed).map((nr) => window.shown[nr] - window.pressed[nr]),
  );
  await context.close();
  return took;
}
