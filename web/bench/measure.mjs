/** The value below which the given part of the numbers is, rounded to a tenth. */
export function quantile(numbers, part) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] * 10) / 10;
}

/** In a page, before anything else in it: keeps when something was first on the screen, by selector. */
export function clock() {
  const waiting = new Map();
  window.firstSeen = (selector) =>
    new Promise((resolve) => {
      waiting.set(selector, resolve);
      look();
    });
  const at = new Map();
  const look = () => {
    if (document.querySelector('.chats .chat') && !at.has('.chats .chat')) {
      at.set('.chats .chat', 0);
      requestAnimationFrame(() => {
        at.set('.chats .chat', performance.now());
        look();
      });
    }
    for (const [selector, resolve] of waiting) if (at.get(selector)) resolve(at.get(selector));
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}

/** In a page with `clock`: milliseconds from its beginning until something was on the screen. */
export const onScreen = (selector) => window.firstSeen(selector);

/** In a page: scrolls its messages up by so many pixels in each of so many frames. @returns milliseconds of each frame */
export async function scrollThrough([count, px]) {
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
  return took;
}

/**
 * In a page: keeps when Enter was pressed in a field, and when a row with what was in it was drawn, in milliseconds since
 * 1970, by the number in "bench 7.".
 */
export function watchRows({ rows, field }) {
  const numberIn = (text) => /bench (\d+)\./.exec(text)?.[1];
  window.pressed = {};
  window.shown = {};
  const list = document.querySelector(rows);
  const seen = () => {
    // After the frame with it: what is asked for in a frame and runs after that.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      for (const row of list.querySelectorAll('.row')) {
        const nr = numberIn(row.textContent);
        if (nr) window.shown[nr] ??= performance.timeOrigin + performance.now();
      }
    };
    requestAnimationFrame(() => port2.postMessage(null));
  };
  new MutationObserver(seen).observe(list, { childList: true, subtree: true });
  const box = document.querySelector(field);
  const note = (event) => {
    const nr = numberIn(box.value);
    if (event.key === 'Enter' && nr) window.pressed[nr] = performance.timeOrigin + event.timeStamp;
  };
  document.addEventListener('keydown', note, true);
}

/** In a page: milliseconds of each frame until all of these texts are in it; null: of a second in which nothing happens. */
export function framesUntil(texts) {
  return new Promise((resolve) => {
    const took = [];
    const begun = performance.now();
    let last = begun;
    const isOver = (now) =>
      texts === null ? now - begun > 1_000 : texts.every((text) => document.body.textContent.includes(text));
    const frame = (now) => {
      took.push(now - last);
      last = now;
      if (isOver(now)) resolve(took);
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}
