import type { ChatClient } from '@chat-api/client';
import { restAsTab } from '../app/rest';
import { isPushed, setPushed } from './owner';

interface PushKey {
  kinds: readonly string[];
  key: string | null;
  /** False: pushes of this server never show what is written. Older servers do not say it. */
  preview?: boolean;
}

/** Whether this device is told of messages: `none` where server or browser can't, `blocked` where the browser was told not to. */
export type DevicePush = 'none' | 'blocked' | 'off' | 'on';

/** What the server pushes with. */
export const pushKey = () => restAsTab<PushKey>('GET', '/push/key');

const workerOf = async (): Promise<ServiceWorkerRegistration | undefined> =>
  'serviceWorker' in navigator && 'PushManager' in window
    ? navigator.serviceWorker.getRegistration('/')
    : undefined;

export async function devicePush(me: number): Promise<DevicePush> {
  const worker = await workerOf();
  if (!worker || (await pushKey()).key === null) return 'none';
  if (Notification.permission === 'denied') return 'blocked';
  const subscribed = await worker.pushManager.getSubscription();
  return subscribed && isPushed(me) ? 'on' : 'off';
}

/** Asks the person, then subscribes. @throws ChatError; DOMException of the browser's push service */
export async function turnOn(client: ChatClient, me: number): Promise<DevicePush> {
  const worker = await workerOf();
  const { key } = await pushKey();
  if (!worker || key === null) return 'none';
  if ((await Notification.requestPermission()) !== 'granted')
    return Notification.permission === 'denied' ? 'blocked' : 'off';
  await subscribe(client, worker, key);
  setPushed(me);
  return 'on';
}

/** Of the person who turned it on. @throws ChatError; DOMException of the browser's push service */
export async function turnOff(client: ChatClient): Promise<DevicePush> {
  setPushed(null);
  const subscribed = await (await workerOf())?.pushManager.getSubscription();
  if (!subscribed) return 'off';
  // Each of them is enough for nothing to be shown any more.
  const done = await Promise.allSettled([
    client.call('removePushTarget', { token: subscribed.endpoint }),
    subscribed.unsubscribe(),
  ]);
  for (const one of done) if (one.status === 'rejected') throw one.reason;
  return 'off';
}

/** At each start: the browser may have another subscription by now, and the server other keys. */
export async function renew(client: ChatClient, me: number): Promise<void> {
  const worker = await workerOf();
  if (!worker || Notification.permission !== 'granted' || !isPushed(me)) return;
  const { key } = await pushKey();
  if (key !== null) await subscribe(client, worker, key);
}

async function subscribe(client: ChatClient, worker: ServiceWorkerRegistration, key: string): Promise<void> {
  let subscribed = await worker.pushManager.getSubscription();
  if (subscribed && textOf(subscribed.options.applicationServerKey) !== key) {
    await subscribed.unsubscribe();
    subscribed = null;
  }
  subscribed ??= await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = subscribed.toJSON();
  await client.call('addPushTarget', {
    kind: 'web',
    token: endpoint!,
    keys: { p256dh: keys!['p256dh']!, auth: keys!['auth']! },
  });
}

/** As base64url without padding, as the server writes its key. */
function textOf(bytes: ArrayBuffer | null): string {
  const characters = [...new Uint8Array(bytes ?? new ArrayBuffer(0))].map((one) => String.fromCharCode(one));
  return btoa(characters.join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** What shows notifications and takes them away does so in turns: the service worker takes them, too. */
const TURNS = 'notifications';

/**
 * Takes away what was shown of messages that are read by now, when it is its turn. A browser knows a notification by its
 * tag: one that is taken away late would take the next one of its chat with it.
 *
 * `begin`, asked then: up to where a chat is read, by its id; null: nothing is to be done.
 */
export async function tidyNotifications(
  begin: () => ((chatId: number) => number | undefined) | null,
): Promise<void> {
  const tidy = async () => {
    const readSeqOf = begin();
    const worker = readSeqOf && (await workerOf());
    if (!worker) return;
    let isAny = false;
    for (const shown of await worker.getNotifications()) {
      const { chatId, seq } = (shown.data ?? {}) as { chatId?: number; seq?: number };
      // How many more chats there are is seen here. And a push may be here before its message.
      const isSeen = chatId === undefined && document.visibilityState === 'visible';
      if (!isSeen && !(chatId !== undefined && seq !== undefined && (readSeqOf(chatId) ?? 0) >= seq))
        continue;
      shown.close();
      isAny = true;
    }
    // By this answer they are gone.
    if (isAny) await worker.getNotifications();
  };
  await (navigator.locks ? navigator.locks.request(TURNS, tidy) : tidy());
}
