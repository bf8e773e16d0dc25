import type { InboxEntry } from '@chat-api/client';
import { useNotifications } from '@chat-api/client/react/notifications';
import { useEffect, useRef } from 'react';
import { show } from '../app/dialogs';
import { useMinute } from '../list/chat-list';
import { Picture } from '../parts/avatar';
import { Dialog } from '../parts/dialog';
import { briefTime, fullTimeOf } from '../parts/times';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import { plainOf } from '../text/text';

/** What one was told of: mentions, replies, reactions, groups that one was added to. */
export default function Inbox({ close }: { close: () => void }) {
  const { items, more: hasMore, loading, error, loadMore, markSeen } = useNotifications();
  const now = useMinute();
  // What was new when it was opened looks new until it is closed.
  const fresh = useRef(new Set<number>());
  for (const { id, seenAt } of items) if (seenAt === null) fresh.current.add(id);
  const newest = items.find(({ seenAt }) => seenAt === null)?.id ?? 0;
  // Once for each newest one: if the server refuses, it is asked again when there is a newer one.
  const marked = useRef(0);
  useEffect(() => {
    if (newest <= marked.current) return;
    marked.current = newest;
    void markSeen().catch(() => undefined);
  }, [newest, markSeen]);
  return (
    <Dialog
      title={more.inbox.title}
      close={close}
      foot={
        <button type="button" className="button" onClick={() => show('settings')}>
          {more.inbox.settings}
        </button>
      }
    >
      {error !== null && (
        <p className="fault" role="alert">
          {sentenceOf(error)}
        </p>
      )}
      {items.length === 0 && !loading && error === null && (
        <div className="list-empty">
          <p>{more.inbox.none}</p>
          <p className="soft">{more.inbox.noneHelp}</p>
        </div>
      )}
      <ul className="inbox">
        {items.map((entry) => (
          <li key={entry.id}>
            <One entry={entry} now={now} isNew={fresh.current.has(entry.id)} close={close} />
          </li>
        ))}
      </ul>
      {hasMore && (
        <button
          type="button"
          className="button inbox-more"
          disabled={loading}
          onClick={() => void loadMore()}
        >
          {more.inbox.older}
        </button>
      )}
    </Dialog>
  );
}

interface OneProps {
  entry: InboxEntry;
  now: number;
  isNew: boolean;
  close: () => void;
}

/** It leads to its message, or to the group. */
function One({ entry, now, isNew, close }: OneProps) {
  const { kind, chatId, chatTitle, seq, excerpt, emoji, actor, at } = entry;
  const name = actor === null ? en.system.app : (actor.name ?? en.unnamed(actor.userId));
  const href = seq === null ? `#/c/${chatId}` : `#/c/${chatId}/${seq}`;
  return (
    <a href={href} className={isNew ? 'inbox-entry new' : 'inbox-entry'} onClick={close}>
      <Picture id={actor?.userId ?? chatId} name={name} url={actor?.avatarUrl ?? null} />
      <span className="two-lines">
        <span>
          {isNew && <span className="hidden">{more.inbox.new} </span>}
          <bdi className="inbox-name">{name}</bdi> {more.inbox.did[kind](emoji ?? '')}
          {chatTitle !== null && (
            <>
              {' '}
              {more.inbox.into[kind]} <bdi className="inbox-name">{chatTitle}</bdi>
            </>
          )}
        </span>
        {excerpt !== null && excerpt !== '' && (
          <span className="soft inbox-excerpt" dir="auto">
            {plainOf(excerpt)}
          </span>
        )}
      </span>
      <time className="soft" dateTime={at} title={fullTimeOf(at)}>
        {briefTime(at, now)}
      </time>
    </a>
  );
}
