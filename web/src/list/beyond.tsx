import type { ChatListItem } from '@chat-api/client';
import { type RefObject, useEffect, useMemo, useState } from 'react';
import { ArrowDown } from '../parts/icons';
import '../parts/later-styles';
import { more } from '../text/en-more';
import { useMinute } from './chat-list';
import { isMuted } from './row';

interface Props {
  items: readonly ChatListItem[];
  /** Whether the list goes on beyond them. */
  more: boolean;
  scroller: RefObject<HTMLDivElement | null>;
}

const NONE = { above: 0, below: 0, height: 0 };

/** From which row to which one the view shows the list, in rows and parts of rows. */
function shownOf(view: HTMLElement): [first: number, last: number] {
  const row = view.querySelector('a.chat');
  const height = row?.getBoundingClientRect().height;
  if (!height) return [0, Infinity];
  const first = (view.getBoundingClientRect().top - row.getBoundingClientRect().top) / height;
  return [first, first + view.clientHeight / height];
}

/**
 * Says how many chats with unread messages there are above and below what is seen of the list, and leads to the nearest.
 * Muted ones do not count. A row counts as seen if half of it is.
 */
export function Beyond({ items, more: goesOn, scroller }: Props) {
  const [{ above, below, height }, show] = useState(NONE);
  const now = useMinute();
  const unread = useMemo(
    () => items.flatMap((chat, at) => (chat.unread > 0 && !isMuted(chat, now) ? [at + 0.5] : [])),
    [items, now],
  );
  useEffect(() => {
    const view = scroller.current!;
    const look = () => {
      const [first, last] = shownOf(view);
      const next = {
        above: unread.filter((at) => at < first).length,
        below: unread.filter((at) => at > last).length,
        height: view.clientHeight,
      };
      show((before) =>
        before.above === next.above && before.below === next.below && before.height === next.height
          ? before
          : next,
      );
    };
    look();
    const observer = new ResizeObserver(look);
    // Rows move also when invitations come above them, and when they become higher or lower.
    const watch = () => [view, ...view.children].forEach((part) => observer.observe(part));
    watch();
    const parts = new MutationObserver(watch);
    parts.observe(view, { childList: true });
    view.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      parts.disconnect();
      view.removeEventListener('scroll', look);
    };
  }, [unread, scroller]);
  const go = (up: boolean) => {
    const view = scroller.current!;
    const [first, last] = shownOf(view);
    const at = up ? unread.findLast((one) => one < first) : unread.find((one) => one > last);
    const link = at === undefined ? null : view.querySelectorAll<HTMLElement>('a.chat')[at - 0.5];
    link?.scrollIntoView({ block: 'center' });
    // The button may be gone then, and the focus with it.
    link?.focus({ preventScroll: true });
  };
  return (
    <div className="beyond">
      {above > 0 && (
        <button
          type="button"
          className="pill up"
          aria-label={more.list.above(above)}
          onClick={() => go(true)}
        >
          <ArrowDown size={16} />
          {more.list.unread(above)}
        </button>
      )}
      {below > 0 && (
        <button
          type="button"
          className="pill down"
          style={{ top: height }}
          aria-label={more.list.below(below, goesOn)}
          onClick={() => go(false)}
        >
          <ArrowDown size={16} />
          {more.list.unread(below, goesOn)}
        </button>
      )}
    </div>
  );
}
