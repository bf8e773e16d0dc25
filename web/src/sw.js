/* global self, caches, clients, navigator, AbortSignal, Request, MessageChannel */
/**
 * Keeps the page, so that it is there without a network: a reload then still shows the chats and what waits to be sent,
 * which the page keeps itself. Nothing that anybody has written is kept here. The build writes FILES and VERSION.
 * And shows what the server pushes while the page is not used.
 */
const FILES = [];
const VERSION = '';

const PREFIX = 'shell-';
const NAME = PREFIX + VERSION;
/** Asked for as a browser asks for a page: to others `/` is the API. */
const PAGE = () => new Request('/', { headers: { accept: 'text/html' }, cache: 'no-cache' });
/** So long a page is waited for where an older one is at hand, in milliseconds. */
const PATIENCE_MS = 3_000;
/** So long a page is waited for that is asked what it shows. */
const ASKED_MS = 1_000;
/** So long a turn is waited for: a page that hangs keeps no push back. */
const TURN_MS = 1_000;

self.addEventListener('install', (event) => {
  const keep = async () => {
    const shell = await caches.open(NAME);
    await shell.addAll([PAGE(), ...FILES]);
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener('activate', (event) => {
  const tidy = async () => {
    // A tab may still run the version before, and load parts of it.
    const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
    await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(tidy());
});

/** The newest page that there is; the one that is kept where the server does not answer. */
async function page(request) {
  const kept = await (await caches.open(NAME)).match('/', { ignoreVary: true });
  const fresh = fetch(request).then((answer) => (kept && answer.status >= 500 ? kept : answer));
  if (!kept) return fresh;
  fresh.catch(() => undefined);
  const late = new Promise((resolve) => setTimeout(() => resolve(kept), PATIENCE_MS));
  return Promise.race([fresh, late]).catch(() => kept);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && pathname === '/') event.respondWith(page(request));
  else if (pathname.startsWith('/assets/') || FILES.includes(pathname))
    event.respondWith(caches.match(request, { ignoreVary: true }).then((kept) => kept ?? fetch(request)));
});

// Each push is shown: browsers take the permission from pages that show none.
self.addEventListener('push', (event) => {
  const push = event.data.json();
  event.waitUntil(inTurn(() => show(push)));
});

/**
 * Runs it while no page takes notifications away, and no other push is shown. A browser knows a notification by its tag:
 * a page that takes away the one before would take this one with it.
 */
async function inTurn(run) {
  let begun = false;
  const begin = () => {
    begun = true;
    return run();
  };
  if (!navigator.locks) return begin();
  return navigator.locks
    .request('notifications', { signal: AbortSignal.timeout(TURN_MS) }, begin)
    .catch((error) => {
      if (begun) throw error;
      return begin();
    });
}

/** Shows a push, and takes away what was shown before of chats that were read meanwhile, at another device perhaps. */
async function show({ title, body, tag, chatId, seq, at, unreadChats }) {
  const options = { body: body ?? '', tag, renotify: true, icon: '/icon.svg', data: { chatId, seq, at } };
  await self.registration.showNotification(title, options);
  // Too many are unread to name them.
  if (!unreadChats) return;
  let isAny = false;
  for (const shown of await self.registration.getNotifications()) {
    const { chatId: chat, at: shownAt } = shown.data ?? {};
    // A push that comes late knows nothing of what was shown since.
    if (chat === undefined || shown.tag === tag || shownAt > at || unreadChats.includes(chat)) continue;
    shown.close();
    isAny = true;
  }
  // By this answer they are gone.
  if (isAny) await self.registration.getNotifications();
}

self.addEventListener('notificationclick', (event) => {
  const { chatId } = event.notification.data ?? {};
  event.notification.close();
  event.waitUntil(open(chatId));
});

/**
 * Goes to the page that shows the chat, else to the one of this person that was used last, which then shows it; or opens one.
 * Without a chat it is the list.
 */
async function open(chatId) {
  // Those that were used last come first.
  const windows = await clients.matchAll({ type: 'window' });
  const pages = windows.filter(({ url }) => new URL(url).pathname === '/');
  const answers = await Promise.all(pages.map(whatIsShown));
  const first = (holds) => pages.find((_, nr) => holds(answers[nr]));
  const page =
    first((one) => one !== null && one.mine && one.chatId === chatId) ??
    first((one) => one !== null && one.mine) ??
    first((one) => one === null);
  if (!page) return clients.openWindow(chatId === undefined ? '/' : `/#/c/${chatId}`);
  page.postMessage({ type: 'open', chatId });
  return page.focus();
}

/** `{ mine, chatId }`: whether it is a page of the person who gets the pushes, and its chat; null: it does not say. */
function whatIsShown(page) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => resolve(null), ASKED_MS);
    page.postMessage({ type: 'whatIsShown' }, [port2]);
  });
}
