import { Window } from 'happy-dom';
import { act, StrictMode } from 'react';
import type { Root } from 'react-dom/client';
import { type Asked, ScriptedTransport } from '../../test/scripted.js';
import { ready, synced } from '../../test/views.js';
import { asUser } from '../auth.js';
import { type ChatClient, createChat } from '../chat.js';
import type { InboxEntry, Preferences } from '../contract.gen.js';
import { inboxOf } from '../notifications/index.js';
import { ChatProvider } from './index.js';
import { useNotifications, usePreferences } from './notifications.js';

const AT = '2026-11-29T08:00:00.000Z';
const entry = (id: number, more: Partial<InboxEntry> = {}): InboxEntry => ({
  id,
  kind: 'mention',
  chatId: 5,
  chatTitle: 'a group',
  messageId: id,
  seq: id,
  excerpt: `message ${id}`,
  emoji: null,
  actor: { userId: 2, name: 'user 2', avatarUrl: null },
  at: AT,
  seenAt: null,
  ...more,
});
const preferences: Preferences = {
  userId: 1,
  direct: 'all',
  groups: 'all',
  preview: true,
  whenActive: 'unread',
  quiet: null,
  timeZone: null,
};

const window = new Window();
const globals = {
  window,
  document: window.document,
  navigator: window.navigator,
  IS_REACT_ACT_ENVIRONMENT: true,
};

describe('The hooks of notifications', () => {
  let transport: ScriptedTransport;
  let chat: ChatClient;
  let root: Root;
  let host: ReturnType<typeof window.document.createElement>;
  /** What the server has, the newest first. */
  let entries: InboxEntry[];
  let asked: (one: Asked) => void;

  beforeAll(() => Object.assign(globalThis, globals));
  afterAll(async () => {
    for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
    await window.happyDOM.close();
  });

  const unseen = () => entries.filter(({ seenAt }) => seenAt === null).length;
  const page = ({ input }: Asked) => {
    const { before = Infinity, limit } = input as { before?: number; limit: number };
    const found = entries.filter(({ id }) => id < before);
    const notifications = found.slice(0, limit);
    return { notifications, next: found.length > limit ? notifications.at(-1)!.id : null, unseen: unseen() };
  };

  beforeEach(async () => {
    const { createRoot } = await import('react-dom/client');
    entries = [entry(2), entry(1)];
    transport = new ScriptedTransport();
    asked = (one) => one.answer(page(one));
    transport.react = (one) => {
      if (one.command === 'sync') one.answer(synced());
      if (one.command === 'getChats') one.answer({ chats: [], more: false });
      if (one.command === 'getNotifications') asked(one);
      if (one.command === 'getPreferences') one.answer(preferences);
      if (one.command === 'updatePreferences') one.answer({ ...preferences, ...one.input });
    };
    chat = createChat({ url: 'http://chat.test', auth: asUser(1), transport, watch: () => () => undefined });
    chat.start();
    await settled();
    await connected();
    host = window.document.createElement('div');
    root = createRoot(host as unknown as Element);
  });
  afterEach(async () => {
    await act(async () => root.unmount());
    chat.stop();
  });

  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
  const connected = async (userId = 1) => {
    transport.link.listener.event('ready', ready(userId));
    await settled();
  };
  const render = (children: React.ReactNode) =>
    act(async () => {
      root.render(
        <StrictMode>
          <ChatProvider client={chat}>{children}</ChatProvider>
        </StrictMode>,
      );
      await settled();
    });
  const hear = (name: string, body: unknown) =>
    act(async () => {
      transport.link.listener.event(name, body);
      await settled();
    });
  const doing = (work: () => unknown) =>
    act(async () => {
      await work();
      await settled();
    });
  const text = () => host.textContent;
  const reconnect = () =>
    doing(async () => {
      transport.link.listener.closed();
      chat.stop();
      chat.start();
      await settled();
      await connected();
    });

  let shown: ReturnType<typeof useNotifications>;
  function Bell() {
    shown = useNotifications();
    const { items, unseen, more } = shown;
    return (
      <p>
        {items.map(({ id, seenAt }) => (seenAt === null ? `${id}!` : id)).join()} {unseen} {String(more)}
      </p>
    );
  }

  it('read the inbox once, however many show it, in StrictMode', async () => {
    await render(
      <>
        <Bell />
        <Bell />
      </>,
    );
    expect(text()).toBe('2!,1! 2 false2!,1! 2 false');
    expect(transport.link.of('getNotifications')).toHaveLength(1);
    expect(inboxOf(chat)).toBe(inboxOf(chat));
  });

  it('show what was read, also where it is told later who it is than that the connection is live', async () => {
    chat.stop();
    transport = Object.assign(new ScriptedTransport(), { react: transport.react });
    const schedule = (work: () => void) => void setTimeout(work, 20);
    const auth = asUser(1);
    chat = createChat({ url: 'http://chat.test', auth, transport, watch: () => () => undefined, schedule });
    chat.start();
    await render(<Bell />);
    await doing(() => connected());
    await doing(() => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(text()).toBe('2!,1! 2 false');
  });

  it('add what is told, once, in front', async () => {
    await render(<Bell />);
    await hear('notification', { ...entry(3), unseen: 3 });
    await hear('notification', { ...entry(3), unseen: 3 });
    expect(text()).toBe('3!,2!,1! 3 false');
  });

  it('mark as seen at once, and as another device does', async () => {
    await render(<Bell />);
    let seen: Asked | undefined;
    const { react } = transport;
    transport.react = (one) => (one.command === 'markNotificationsSeen' ? (seen = one) : react(one));
    await doing(() => void shown.markSeen());
    expect(seen?.input).toEqual({ upToId: 2 });
    expect(text()).toBe('2,1 0 false');
    await hear('notification', { ...entry(3), unseen: 1 });
    await doing(() => seen?.answer({ upToId: 2, unseen: 0 }));
    expect(text()).toBe('3!,2,1 1 false');
    await hear('notificationsSeen', { upToId: 3, unseen: 0 });
    expect(text()).toBe('3,2,1 0 false');
  });

  it('ask what is still unseen when something was read, once for much', async () => {
    await hear('unreadCount', { total: 2, totalMentions: 2, totalUnmuted: 2, badge: 2 });
    await render(<Bell />);
    entries = [entry(2, { seenAt: AT }), entry(1)];
    await hear('unreadCount', { total: 1, totalMentions: 1, totalUnmuted: 1, badge: 1 });
    await hear('unreadCount', { total: 0, totalMentions: 0, totalUnmuted: 0, badge: 0 });
    await doing(async () => {
      while (transport.link.of('getNotifications').length < 2) await settled();
    });
    expect(text()).toBe('2,1! 1 false');
    expect(transport.link.of('getNotifications')).toHaveLength(2);
  });

  it('show what the server has when marking as seen fails', async () => {
    await render(<Bell />);
    const { react } = transport;
    transport.react = (one) =>
      one.command === 'markNotificationsSeen'
        ? one.refuse({ code: 'UNAVAILABLE', message: 'away' })
        : react(one);
    await doing(() => expect(shown.markSeen()).rejects.toMatchObject({ code: 'UNAVAILABLE' }));
    expect(text()).toBe('2!,1! 2 false');
  });

  it('read older ones, and join what came while the connection was away', async () => {
    entries = Array.from({ length: 70 }, (_, i) => entry(70 - i, { seenAt: AT }));
    await render(<Bell />);
    await doing(() => shown.loadMore());
    expect(shown.items.map(({ id }) => id)).toEqual(entries.slice(0, 60).map(({ id }) => id));
    entries = [entry(72), entry(71), ...entries];
    await reconnect();
    expect(shown.items.map(({ id }) => id)).toEqual(entries.slice(0, 62).map(({ id }) => id));
    expect([shown.unseen, shown.more]).toEqual([2, true]);
    await doing(() => shown.loadMore());
    expect([shown.items.length, shown.more]).toEqual([72, false]);
    // More than a page came: what is older is read again.
    entries = [...Array.from({ length: 40 }, (_, i) => entry(112 - i)), ...entries];
    await reconnect();
    expect(shown.items.map(({ id }) => id)).toEqual(entries.slice(0, 30).map(({ id }) => id));
    await doing(() => shown.loadMore());
    expect(shown.items.map(({ id }) => id)).toEqual(entries.slice(0, 60).map(({ id }) => id));
  });

  it('keep what is told while the newest page is on its way without it', async () => {
    let late: Asked | undefined;
    asked = (one) => (late = one);
    await render(<Bell />);
    const before = page(late!);
    await hear('notification', { ...entry(3), unseen: 3 });
    await doing(() => late?.answer(before));
    expect(text()).toBe('3!,2!,1! 3 false');
  });

  it('say why the inbox could not be read', async () => {
    asked = (one) => one.refuse({ code: 'UNAVAILABLE', message: 'away' });
    await render(<Bell />);
    expect(shown).toMatchObject({ items: [], loading: false, error: { code: 'UNAVAILABLE' } });
    await doing(() => shown.loadMore());
    asked = (one) => one.answer(page(one));
    await reconnect();
    expect(text()).toBe('2!,1! 2 false');
    expect(shown.error).toBeNull();
  });

  it('forget the inbox with the person', async () => {
    await render(<Bell />);
    await doing(() => chat.signOut());
    expect(text()).toBe(' 0 false');
  });

  it('know and change preferences', async () => {
    let change: ReturnType<typeof usePreferences>[1] | undefined;
    function Settings() {
      const [known, update] = usePreferences();
      change = update;
      return <p>{known?.groups ?? 'unknown'}</p>;
    }
    await render(<Settings />);
    expect(text()).toBe('all');
    await doing(() => change?.({ groups: 'mentions' }));
    expect(text()).toBe('mentions');
    await hear('preferencesChanged', { ...preferences, groups: 'none' });
    expect(text()).toBe('none');
    expect(transport.link.of('getPreferences')).toHaveLength(1);
  });
});
