import { useChat, useMe } from '@chat-api/client/react';
import { useEffect } from 'react';
import { go, shownNow } from '../app/route';
import { sayActivity } from './activity';
import { pushKey, renew, tidyNotifications } from './device';
import { isPushed } from './owner';

/** What the page does where the server pushes: it shows nothing. */
export function Pushed() {
  const client = useChat();
  const me = useMe()?.id ?? null;
  useEffect(() => {
    if (me === null) return undefined;
    let isGone = false;
    const ends: (() => void)[] = [];
    const begin = async () => {
      const { kinds } = await pushKey();
      if (isGone || kinds.length === 0) return;
      ends.push(sayActivity(client));
      if (!kinds.includes('web') || !('serviceWorker' in navigator)) return;
      let waits = false;
      const tidy = () => {
        // One that still waits for its turn does this as well.
        if (waits) return;
        waits = true;
        tidyNotifications(() => {
          waits = false;
          // What is shown may be for somebody else, who uses another tab.
          if (isGone || !isPushed(me)) return null;
          const { items } = client.chats().get();
          const read = new Map(items.map((chat) => [chat.id, chat.unreadSeq]));
          return (chatId) => read.get(chatId);
        }).catch(() => {
          waits = false;
        });
      };
      /** What the service worker asks when a notification was clicked, and what the page shall show then. */
      const told = ({ data, ports }: MessageEvent<{ type?: string; chatId?: number }>) => {
        if (data.type === 'open') go(data.chatId ?? null);
        if (data.type !== 'whatIsShown') return;
        const where = shownNow();
        const { items } = client.chats().get();
        const chatId =
          where === null || typeof where === 'number'
            ? where
            : items.find(({ otherUser }) => otherUser?.id === where.direct)?.id;
        ports[0]?.postMessage({ mine: isPushed(me), chatId: chatId ?? undefined });
      };
      ends.push(client.on('event', ({ name }) => name === 'unreadCount' && queueMicrotask(tidy)));
      navigator.serviceWorker.addEventListener('message', told);
      ends.push(() => navigator.serviceWorker.removeEventListener('message', told));
      document.addEventListener('visibilitychange', tidy);
      tidy();
      ends.push(() => document.removeEventListener('visibilitychange', tidy));
      await renew(client, me);
    };
    // The next start tries again.
    begin().catch((error: unknown) => console.warn(error));
    return () => {
      isGone = true;
      for (const end of ends.splice(0)) end();
    };
  }, [client, me]);
  return null;
}
