import type { ChatListItem, Room, TimelineItem } from '@chat-api/client';
import { useMe, useReadable } from '@chat-api/client/react';
import {
  type KeyboardEvent,
  lazy,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useApp } from '../app/app';
import { later } from '../app/load-later';
import { ArrowDown } from '../parts/icons';
import { dayOf } from '../parts/times';
import { en } from '../text/en';
import { useMinute } from '../list/chat-list';
import { Part } from '../parts/part';
import { Anchored, type Place } from './anchored';
import { Row, type RowActions } from './row';
import { type RowShape, rowsOf } from './rows';
import { useSeen } from './seen';
import { around, grown, NEWEST, positions, type Shown, shownAt } from './window';

const News = lazy(async () => ({ default: (await later()).News }));

/** Nearer to an edge than that, more rows are drawn and earlier messages read; nearer than that, later ones; in pixels. */
const NEAR = 1_800;
const READ_NEAR = 900;
/** Earlier messages are read when no more than these are here and not drawn: what comes is not drawn in the same frame. */
const READ_AHEAD = 50;
/** A row that was jumped to is marked for that long, and a pending one is late after that, in milliseconds. */
const MARKED_MS = 2_000;
const LATE_MS = 8_000;
/** So long after the last change rows say of how many messages they are one, in milliseconds. */
const COUNTED_MS = 500;

/** Where one was in chats that one has left, in this window. */
const left = new Map<string, { shown: Shown; place: Place }>();

interface Props {
  room: Room;
  chat: ChatListItem | null;
  jump: number | null;
  actions: Omit<RowActions, 'jump'>;
  onKey: (event: KeyboardEvent<HTMLElement>, item: TimelineItem, row: HTMLElement) => void;
  /** Rises when something was sent. */
  sent: number;
  empty: string;
}

export function Timeline({ room, chat, jump, actions, onKey, sent, empty }: Props) {
  const me = useMe()?.id;
  const { limits } = useApp().config;
  const timeline = useReadable(room.timeline);
  const { items, moreBefore, moreAfter, loading, live } = timeline;
  const was = useRef(left.get(room.key));
  const [shown, setShown] = useState<Shown>(was.current?.shown ?? NEWEST);
  const [divider, setDivider] = useState<number | null>(null);
  const [marked, setMarked] = useState<string | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const [back, setBack] = useState<number | null>(null);
  const [far, setFar] = useState(false);
  const view = useRef<Anchored>(null);
  /** Whether the first place was found: until then what arrives may move it. */
  const settled = useRef(false);
  const target = useRef<number | null>(jump);
  const now = useMinute();
  const stuck = view.current?.stuck ?? was.current === undefined;
  const [from, to] = positions(items, shown, stuck);
  const unread = chat?.unread ?? 0;
  const lastSeq = chat?.lastSeq ?? 0;

  // The line "New" stands where it was when the chat was opened.
  const opened = useRef(false);
  if (!opened.current && chat) {
    opened.current = true;
    if (chat.unread > 0) setDivider(chat.unreadSeq);
  }

  const rows = useMemo(() => rowsOf(items, from, to, divider, me), [items, from, to, divider, me]);
  const late = useLate(items);
  const readers = useMemo(
    () =>
      chat && chat.type === 'group' && chat.memberCount <= limits.receiptsPushedUpTo
        ? readersOf(room, items, from, to, me)
        : null,
    [room, chat, items, from, to, me, limits],
  );

  useLayoutEffect(() => {
    const at = view.current!;
    if (items.length === 0) return;
    if (target.current !== null) {
      const seq = target.current;
      const index = items.findIndex((item) => item.seq !== null && item.seq >= seq);
      // Another stretch is still shown: the one with it is on its way.
      if (index < 0 || (index === 0 && items[0]!.seq! > seq && moreBefore)) return;
      const { key } = items[index]!;
      settled.current = true;
      if (at.show(key, 0.5)) {
        target.current = null;
        setMarked(key);
        at.row(key)?.focus({ preventScroll: true });
      } else setShown(around(items, index));
      return;
    }
    if (settled.current) return;
    if (was.current) {
      settled.current = true;
      if (at.goTo(was.current.place)) return;
    }
    const index = divider === null ? -1 : items.findIndex(({ seq }) => seq !== null && seq > divider);
    if (index < 0) {
      at.toBottom();
      if (loading === null && (divider === null || !moreBefore)) settled.current = true;
      return;
    }
    const { key } = items[index]!;
    // What fits below needs no scrolling up: the bottom shows it as well.
    if (!at.row(key)) {
      setShown(around(items, index));
      return;
    }
    at.show(key, 0.3);
    settled.current = true;
    if (at.below <= 2) at.stuck = true;
  });

  useEffect(() => {
    if (marked === null) return undefined;
    const timer = setTimeout(() => setMarked(null), MARKED_MS);
    return () => clearTimeout(timer);
  }, [marked]);

  useEffect(
    () => () => {
      const at = view.current;
      if (at?.place && !at.stuck) left.set(room.key, { shown: shownNow.current, place: at.place });
      else left.delete(room.key);
    },
    [room.key],
  );
  const shownNow = useRef(shown);
  shownNow.current = shown;

  const jumpTo = (seq: number, cameFrom: number | null = null) => {
    target.current = seq;
    setBack(cameFrom);
    setFar(true);
    room.jumpTo(seq).then(
      () => setShown((before) => ({ ...before })),
      () => (target.current = null),
    );
  };
  useEffect(() => {
    if (jump !== null) jumpTo(jump);
  }, [jump]);

  const newest = () => {
    settled.current = true;
    setBack(null);
    if (!live) room.jumpTo('newest').then(settle, () => undefined);
    settle();
  };
  const settle = () => {
    setShown(NEWEST);
    setFar(false);
    view.current?.toBottom();
  };
  const firstSent = useRef(sent);
  useEffect(() => {
    if (sent === firstSent.current) return;
    setDivider(null);
    newest();
  }, [sent]);

  /** `arrived`: not by scrolling, but because messages came. */
  const more = (at: Anchored, arrived = false) => {
    const { scrollTop, clientHeight } = at.scroller.current!;
    const { below } = at;
    setFar(below > clientHeight || !live);
    if (below <= 2) setBack(null);
    // Of short messages both edges are near: it is the nearer one that is gone to.
    if (scrollTop <= below && scrollTop < NEAR) {
      // What was read ahead has time until one scrolls on.
      if (from > 0 && !(arrived && from > READ_AHEAD))
        setShown(grown(items, [from, to], 'before', scrollTop));
      if (from <= READ_AHEAD && moreBefore && loading === null && settled.current) {
        // What comes stands above the window, which begins here from then on.
        if (from === 0) setShown(shownAt(items, from, to));
        void room.loadBefore();
      }
    } else if (below < scrollTop && below < NEAR) {
      if (to < items.length) setShown(grown(items, [from, to], 'after', below));
      else if (below < READ_NEAR && moreAfter && loading === null) void room.loadAfter();
    }
  };

  // Rows that came above the first one that is shown are drawn when one is near the top: in the same frame, since the
  // first one loses its heading to them.
  useLayoutEffect(() => {
    if (view.current && settled.current) more(view.current, true);
  }, [items.length]);

  useSeen(view, room, items);
  useSetSize(view, lastSeq, rows);

  const all: RowActions = useMemo(
    () => ({ ...actions, jump: (seq, cameFrom) => jumpTo(seq, cameFrom) }),
    [actions, room],
  );
  const tabKey =
    focused !== null && rows.some(({ item }) => item.key === focused) ? focused : rows.at(-1)?.item.key;

  const pressed = (event: KeyboardEvent<HTMLElement>) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-key]');
    const item = row && items.find(({ key }) => key === row.dataset.key);
    if (!row || !item) return;
    const step = STEPS[event.key];
    if (step !== undefined && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      const list = view.current!.rows;
      const at = list.indexOf(row);
      const next = list[Math.max(0, Math.min(list.length - 1, at + step))]!;
      setFocused(next.dataset.key!);
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: 'nearest' });
      return;
    }
    onKey(event, item, row);
  };

  const today = dayOf(now);
  // Nothing of it has been read yet, but for what one has sent meanwhile.
  const unknown = !live && !moreAfter;
  const dividerBelow = divider !== null && !rows.some((row) => row.divider) && items.length > 0;
  return (
    <div className="timeline">
      <Part>
        <News room={room} view={view} divide={setDivider} />
      </Part>
      <Anchored
        ref={view}
        label={en.chat.messages}
        busy={loading !== null}
        stuck={was.current === undefined}
        onScroll={more}
        onKeyDown={pressed}
        onUser={() => (settled.current = true)}
        head={
          moreBefore || unknown ? (
            <div className={`earlier${loading || unknown ? ' busy' : ''}`} aria-hidden="true" />
          ) : (
            <p className="beginning">{items.length > 0 ? en.chat.first : empty}</p>
          )
        }
      >
        {rows.map((row) => (
          <Row
            key={row.item.key}
            {...row}
            own={row.item.message.senderId === me}
            group={chat?.type === 'group'}
            next={row.item.seq === null ? lastSeq + 1 : 0}
            today={today}
            now={row.day ? now : 0}
            focusable={row.item.key === tabKey}
            marked={row.item.key === marked}
            late={late.has(row.item.key)}
            readers={readers?.get(row.item.key)?.[0] ?? ''}
            seenBy={(row.item.message.senderId === me && readers?.get(row.item.key)?.[1]) || 0}
            actions={all}
          />
        ))}
      </Anchored>
      {dividerBelow && unread > 0 && !far && (
        <button type="button" className="pill" onClick={() => jumpTo(divider + 1)}>
          {en.chat.pill(unread)}
        </button>
      )}
      {back !== null && (
        <button type="button" className="pill" onClick={() => jumpTo(back)}>
          {en.chat.back2}
        </button>
      )}
      {far && (
        <button
          type="button"
          className="newest"
          aria-label={unread > 0 ? en.chat.toNewestUnread(unread) : en.chat.toNewest}
          onClick={newest}
        >
          <ArrowDown size={20} />
          {unread > 0 && <span className="badge">{unread > 999 ? '999+' : unread}</span>}
        </button>
      )}
    </div>
  );
}

const STEPS: Record<string, number> = {
  ArrowUp: -1,
  ArrowDown: 1,
  PageUp: -10,
  PageDown: 10,
  Home: -100_000,
  End: 100_000,
};

/**
 * Of how many messages a row is one, for screen readers. Each new message changes that for all rows, so it is
 * written a moment after the last one, and nothing is drawn for it.
 */
function useSetSize(view: RefObject<Anchored | null>, lastSeq: number, rows: readonly RowShape[]): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const row of view.current?.rows ?? [])
        row.setAttribute(
          'aria-setsize',
          String(Math.max(lastSeq, Number(row.getAttribute('aria-posinset')))),
        );
    }, COUNTED_MS);
    return () => clearTimeout(timer);
  }, [view, lastSeq, rows]);
}

/** The pending ones that wait for long. */
function useLate(items: readonly TimelineItem[]): ReadonlySet<string> {
  const [, again] = useState(0);
  const waiting = items.filter(({ seq, status }) => seq === null && status !== 'failed');
  const next = waiting
    .map(({ message }) => Date.parse(message.createdAt) + LATE_MS - Date.now())
    .filter((ms) => ms > 0)
    .sort((one, other) => one - other)[0];
  useEffect(() => {
    if (next === undefined) return undefined;
    const timer = setTimeout(() => again((n) => n + 1), next + 10);
    return () => clearTimeout(timer);
  }, [next]);
  const late = waiting.filter(({ message }) => Date.parse(message.createdAt) + LATE_MS <= Date.now());
  return new Set(late.map(({ key }) => key));
}

/** By the key of a row: the ids of the other members whose reading ends there, and how many have read it. */
function readersOf(
  room: Room,
  items: readonly TimelineItem[],
  from: number,
  to: number,
  me: number | undefined,
): Map<string, [ids: string, seenBy: number]> {
  const found = new Map<string, [string, number]>();
  let later = new Set<number>(items[to]?.seq != null ? room.receipts(items[to].seq).seenBy : []);
  for (let index = to - 1; index >= from; index--) {
    const { key, seq, message } = items[index]!;
    if (seq === null) continue;
    const { seenBy } = room.receipts(seq);
    const others = seenBy.filter((id) => id !== me && id !== message.senderId);
    found.set(key, [others.filter((id) => !later.has(id)).join(), others.length]);
    later = new Set(seenBy);
  }
  return found;
}
