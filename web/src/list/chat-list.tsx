import type { ChatFilter } from '@chat-api/client';
import { useChats, useConnection, useMe, useOutbox } from '@chat-api/client/react';
import { lazy, useEffect, useRef, useState } from 'react';
import { show } from '../app/dialogs';
import { later } from '../app/load-later';
import type { Where } from '../app/where';
import { Picture } from '../parts/avatar';
import { CircleAlert, Search, Settings, SquarePen } from '../parts/icons';
import { useRoving } from '../parts/roving';
import { en } from '../text/en';
import { Part } from '../parts/part';
import { ChatRow } from './row';

const Bell = lazy(() => import('../inbox/bell'));
const Beyond = lazy(async () => ({ default: (await later()).Beyond }));
const Invitations = lazy(() => import('./invitations'));

const FILTERS: readonly [ChatFilter, string][] = [
  ['inbox', en.list.inbox],
  ['unread', en.list.unread],
  ['archived', en.list.archived],
];

/** Near the end of the list, in pixels, the next page is read. */
const NEAR = 400;

export function ChatList({ where }: { where: Where | null }) {
  const [filter, setFilter] = useState<ChatFilter>('inbox');
  const me = useMe();
  const failed = useOutbox().filter(({ status }) => status === 'failed').length;
  const tabs = useRoving('button', 'horizontal');
  return (
    <nav className="list" aria-label={en.list.chats}>
      <header className="list-head">
        <button type="button" className="me" onClick={() => show('settings')}>
          <Picture id={me?.id ?? 0} name={me?.name ?? null} url={me?.avatarUrl ?? null} small />
          <span className="me-name" dir="auto">
            {me ? (me.name ?? en.unnamed(me.id)) : ''}
          </span>
          <span className="hidden">, {en.list.settings}</span>
          <Settings size={16} className="soft" />
        </button>
        <span className="list-tools">
          <Part>
            <Bell />
          </Part>
          <button
            type="button"
            className="icon-button"
            aria-label={en.list.newChat}
            title={en.list.newChat}
            onClick={() => show('newChat')}
          >
            <SquarePen size={20} />
          </button>
        </span>
      </header>
      <button type="button" className="find" onClick={() => show('goTo')}>
        <Search size={16} />
        {en.list.find}
        <kbd>Ctrl K</kbd>
      </button>
      <div className="tabs" role="group" aria-label={en.list.chats} onKeyDown={tabs}>
        {FILTERS.map(([name, label]) => (
          <button key={name} type="button" aria-pressed={name === filter} onClick={() => setFilter(name)}>
            {label}
          </button>
        ))}
      </div>
      {failed > 0 && (
        <button type="button" className="list-fault" onClick={() => show('outbox')}>
          <CircleAlert size={16} />
          {en.list.outbox(failed)}
        </button>
      )}
      <Chats key={filter} filter={filter} where={where} />
    </nav>
  );
}

function Chats({ filter, where }: { filter: ChatFilter; where: Where | null }) {
  const { items, more, loading, loadMore } = useChats(filter);
  const { state } = useConnection();
  const [read, setRead] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const live = state === 'live';
  useEffect(() => {
    // Pages beyond what is here come from the server.
    if (live)
      loadMore().then(
        () => setRead(true),
        () => undefined,
      );
  }, [live, loadMore]);
  const roving = useRoving('a.chat');
  const now = useMinute();
  const near = () => {
    const { scrollTop, clientHeight, scrollHeight } = scroller.current!;
    if (live && more && !loading && scrollHeight - scrollTop - clientHeight < NEAR) void loadMore();
  };
  // What was read may have been here already, by a sync: nobody scrolls then.
  useEffect(near, [loading]);
  return (
    <>
      <Part>{filter !== 'unread' && <Beyond items={items} more={more} scroller={scroller} />}</Part>
      <div className="chats" ref={scroller} onScroll={near} onKeyDown={roving} tabIndex={-1}>
        {filter === 'inbox' && (
          <Part>
            <Invitations />
          </Part>
        )}
        {items.length > 0 ? (
          <ul>
            {items.map((chat) => (
              <ChatRow
                key={chat.id}
                chat={chat}
                now={now}
                current={
                  where === chat.id ||
                  (typeof where === 'object' && where !== null && chat.otherUser?.id === where.direct)
                }
              />
            ))}
          </ul>
        ) : read && !loading ? (
          <div className="list-empty">
            <p>
              {filter === 'unread'
                ? en.list.noUnread
                : filter === 'archived'
                  ? en.list.noArchived
                  : en.list.empty}
            </p>
            {filter === 'inbox' && (
              <>
                <p className="soft">{en.list.emptyHelp}</p>
                <button type="button" className="button primary" onClick={() => show('newChat')}>
                  {en.list.newChat}
                </button>
              </>
            )}
          </div>
        ) : (
          <div className="waits" />
        )}
      </div>
    </>
  );
}

/** The time, new with each minute. */
export function useMinute(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
