import type { TimelineItem } from '@chat-api/client';

/** Most rows in the document, and how many there are at first: each of them costs a little in each frame. */
export const MOST_ROWS = 160;
export const FIRST_ROWS = 80;

/**
 * How many rows come and go at an edge in one frame, so few that no frame takes long; and more where the edge is nearer
 * than so many pixels, as for somebody who turns the wheel fast in a chat of short messages, or drags the bar.
 */
const stepAt = (near: number): number => (near < 900 ? 12 : 6);

/** The rows that are in the document, by the keys of the first and the last one; null: the last ones. */
export interface Shown {
  from: string | null;
  to: string | null;
}

export const NEWEST: Shown = { from: null, to: null };

/** The window as positions; `stuck`: at the bottom, where new rows push old ones out. */
export function positions(
  items: readonly TimelineItem[],
  { from, to }: Shown,
  stuck: boolean,
): [from: number, to: number] {
  const place = (key: string) => items.findIndex((item) => item.key === key);
  const last = to === null ? -1 : place(to);
  let end = last < 0 ? items.length : last + 1;
  const first = from === null ? -1 : place(from);
  let start = first < 0 || first >= end ? Math.max(0, end - FIRST_ROWS) : first;
  if (end - start > MOST_ROWS) {
    if (stuck) start = end - MOST_ROWS;
    else end = start + MOST_ROWS;
  }
  return [start, end];
}

export function shownAt(items: readonly TimelineItem[], from: number, to: number): Shown {
  return { from: items[from]?.key ?? null, to: to >= items.length ? null : (items[to - 1]?.key ?? null) };
}

/** More rows at one edge, fewer at the other. `near`: how far the edge is from the view, in pixels. */
export function grown(
  items: readonly TimelineItem[],
  [from, to]: [from: number, to: number],
  where: 'before' | 'after',
  near: number,
): Shown {
  const step = stepAt(near);
  if (where === 'before') {
    const start = Math.max(0, from - step);
    return shownAt(items, start, Math.min(to, start + MOST_ROWS));
  }
  const end = Math.min(items.length, to + step);
  return shownAt(items, Math.max(from, end - MOST_ROWS), end);
}

/** The window around one row. */
export function around(items: readonly TimelineItem[], index: number): Shown {
  return shownAt(items, Math.max(0, index - FIRST_ROWS / 2), Math.min(items.length, index + FIRST_ROWS / 2));
}
