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
