import type { Message, PendingMessage, TimelineItem } from '@chat-api/client';
import { dayOf } from '../parts/times';

/** Rows of one person within that time share name and picture, in milliseconds. */
const GROUP_MS = 5 * 60_000;

export interface RowShape {
  item: TimelineItem;
  /** The first and the last of those that stand together. */
  first: boolean;
  last: boolean;
  /** Its day's heading stands above it. */
  day: boolean;
  /** The line "New" stands above it. */
  divider: boolean;
}

export const isStored = (message: Message | PendingMessage): message is Message => message.id !== null;
export const isSystem = (message: Message | PendingMessage): boolean =>
  isStored(message) && message.type === 'system';

interface When {
  day: string;
  at: number;
}

const times = new WeakMap<Message | PendingMessage, When>();

/** When a message was written: it is asked for with each drawing, for each row and its neighbours. */
function whenOf(message: Message | PendingMessage): When {
  let when = times.get(message);
  if (!when) {
    when = { day: dayOf(message.createdAt), at: Date.parse(message.createdAt) };
    times.set(message, when);
  }
  return when;
}

function together(one: TimelineItem | undefined, other: TimelineItem | undefined): boolean {
  if (!one || !other) return false;
  const [before, after] = [one.message, other.message];
  return (
    before.senderId === after.senderId &&
    !isSystem(before) &&
    !isSystem(after) &&
    whenOf(before).day === whenOf(after).day &&
    whenOf(after).at - whenOf(before).at < GROUP_MS
  );
}

/** How each of the items stands among its neighbours. `divider`: the first unread seq, if it is shown. */
export function rowsOf(
  items: readonly TimelineItem[],
  from: number,
  to: number,
  dividerSeq: number | null,
  me: number | undefined,
): RowShape[] {
  const rows: RowShape[] = [];
  let divided = false;
  for (let index = from; index < to; index++) {
    const item = items[index]!;
    const before = items[index - 1];
    const day = !before || whenOf(before.message).day !== whenOf(item.message).day;
    const isNew =
      dividerSeq !== null && item.seq !== null && item.seq > dividerSeq && item.message.senderId !== me;
    // The first of them: what stands before the window may be it already.
    const earlier = before?.seq != null && dividerSeq !== null && before.seq > dividerSeq && index === from;
    const divider = isNew && !divided && !earlier;
    if (isNew) divided = true;
    rows.push({
      item,
      first: day || divider || !together(before, item),
      last: !together(item, items[index + 1]),
      day,
      divider,
    });
  }
  return rows;
}

/** How a message that is streamed stands; null: it is whole, or was never streamed. */
export type Stream = 'growing' | 'stopped' | 'interrupted';

export function streamOf(message: Message | PendingMessage): Stream | null {
  if (!isStored(message) || message.deletedAt !== null) return null;
  const { streaming } = message.metadata ?? {};
  if (streaming === true) return 'growing';
  return streaming === 'stopped' || streaming === 'interrupted' ? streaming : null;
}
