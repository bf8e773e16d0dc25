import { useChat, useUnread } from '@chat-api/client/react';
import { lazy, useEffect, useRef } from 'react';
import { ChatView } from '../chat/chat-view';
import { ChatList } from '../list/chat-list';
import { Announcer } from '../parts/announcer';
import { Logo } from '../parts/icons';
import { en } from '../text/en';
import { Part } from '../parts/part';
import { useApp } from './app';
import { show, useDialog } from './dialogs';
import { useRoute } from './route';
import { keyOf } from './where';
import { later } from './load-later';

const ConnectionLine = lazy(async () => ({ default: (await later()).ConnectionLine }));
const NewVersion = lazy(async () => ({ default: (await later()).NewVersion }));
const Pushed = lazy(async () => ({ default: (await later()).Pushed }));
const Join = lazy(() => import('../join/join'));
const NewChat = lazy(() => import('../dialogs/new-chat'));
const Settings = lazy(() => import('../settings/settings'));
const Outbox = lazy(() => import('../dialogs/outbox'));
const Help = lazy(() => import('../dialogs/help'));
const Inbox = lazy(() => import('../inbox/inbox'));
const GoTo = lazy(() => import('../dialogs/go-to'));

/** The title follows that late, in milliseconds. */
const TITLE_EVERY_MS = 200;

export function Shell() {
  const route = useRoute();
  const { config } = useApp();
  useTitleBadge(config.name);
  useKeyboard();
  useErrors();
  return (
    <div className={`app${route.where === null && route.invite === null ? '' : ' in-chat'}`}>
      <header className="hidden">
        <h1>{config.name}</h1>
      </header>
      <button type="button" className="skip" onClick={focusMessages}>
        {en.skip}
      </button>
      <ChatList where={route.where} />
      <main className="main">
        <Part>
          <ConnectionLine />
          <NewVersion />
          <Pushed />
        </Part>
        {route.invite !== null ? (
          <Part>
            <Join key={route.invite} code={route.invite} />
          </Part>
        ) : route.where === null ? (
          <div className="nothing">
            <Logo />
            <h2>{en.chat.none}</h2>
            <p className="soft">{en.chat.noneHelp}</p>
          </div>
        ) : (
          <ChatView key={keyOf(route.where)} where={route.where} seq={route.seq} />
        )}
      </main>
      <Dialogs />
      <Announcer />
    </div>
  );
}

function Dialogs() {
  const dialog = useDialog();
  if (dialog === null) return null;
  const Shown = {
    newChat: NewChat,
    settings: Settings,
    outbox: Outbox,
    help: Help,
    goTo: GoTo,
    inbox: Inbox,
  }[dialog];
  return (
    <Part>
      <Shown close={() => show(null)} />
    </Part>
  );
}

function focusMessages(): void {
  const feed = document.querySelector<HTMLElement>('[role="feed"] [tabindex="0"]');
  (feed ?? document.querySelector<HTMLElement>('.composer textarea'))?.focus();
}

/** The unread count in the title of the window, and on the icon where the page is installed. */
function useTitleBadge(name: string): void {
  const { totalUnmuted: unread } = useUnread();
  const shown = useRef({ unread, waits: false });
  shown.current.unread = unread;
  useEffect(() => {
    // The browser hands both on to its other processes: in a flood once for many.
    if (shown.current.waits) return;
    shown.current.waits = true;
    setTimeout(() => {
      const { unread: now } = shown.current;
      shown.current.waits = false;
      document.title = now > 0 ? `(${now}) ${name}` : name;
      if ('setAppBadge' in navigator) void navigator.setAppBadge(now).catch(() => undefined);
    }, TITLE_EVERY_MS);
  }, [unread, name]);
}

/** Keys for the whole page: they come after what is seen. */
function useKeyboard(): void {
  const client = useChat();
  useEffect(() => {
    let left = false;
    let end = () => undefined as void;
    void later().then(({ listen }) => {
      if (!left) end = listen(client);
    });
    return () => {
      left = true;
      end();
    };
  }, [client]);
}

/** Faults that no call answers for are for the console of whoever develops. */
function useErrors(): void {
  const client = useChat();
  useEffect(() => client.on('error', (error) => console.warn(error)), [client]);
}
