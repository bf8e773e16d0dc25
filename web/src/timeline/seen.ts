import type { Room, TimelineItem } from '@chat-api/client';
import { type RefObject, useEffect } from 'react';
import type { Anchored } from './anchored';

/** What was on the screen for that long, with the page in front, was seen, in milliseconds. */
const LOOKED_MS = 500;
const TALL_PX = 200;

/** Marks as seen what a person has had in front of them: never by opening a chat alone. */
export function useSeen(view: RefObject<Anchored | null>, room: Room, items: readonly TimelineItem[]): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const scroller = view.current?.scroller.current;
    if (!scroller) return undefined;
    const look = () => {
      if (!document.hasFocus() || document.visibilityState !== 'visible') return;
      const { bottom } = scroller.getBoundingClientRect();
      let last = 0;
      for (const row of view.current?.rows ?? []) {
        const at = row.getBoundingClientRect();
        // One that is taller than the view counts when its beginning is there.
        if (at.top + Math.min(at.height, TALL_PX) > bottom + 1) break;
        last = Math.max(last, Number(row.dataset.seq ?? 0));
      }
      if (last > 0) room.seen(last);
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(look, LOOKED_MS);
    };
    soon();
    scroller.addEventListener('scroll', soon, { passive: true });
    addEventListener('focus', soon);
    document.addEventListener('visibilitychange', soon);
    return () => {
      clearTimeout(timer);
      scroller.removeEventListener('scroll', soon);
      removeEventListener('focus', soon);
      document.removeEventListener('visibilitychange', soon);
    };
  }, [view, room, items]);
}
