import type { Place } from './broker/broker.js';

/** Milliseconds that an event waits for those of the versions before it. */
const HOLD_MS = 100;

/** Chats whose last version is remembered: twice as many at most. */
const CHATS = 50_000;

/** Most events that wait. Beyond it a chat's events no longer wait for what is missing. */
const MAX_HELD = 2_000;

interface Held extends Place {
  giveUpAt: number;
  /** Delivers it, and carries out the orders that were given after it. */
  acts: (() => void)[];
}

/** The events of a chat that wait, by version. */
interface Line {
  held: Held[];
  timer: NodeJS.Timeout | null;
}

/**
 * Lets the events of each chat through in the order of its versions, whichever node and connection committed them:
 * PostgreSQL confirms two commits on two connections in any order, and what another node has committed takes its way.
 *
 * - An event whose predecessor was let through goes at once.
 * - After a gap it waits for up to `HOLD_MS` for what is missing, then it goes. What comes still later goes at once: it
 *   is late, not lost.
 * - An event that raises no version, such as a receipt, goes after the event of the version that it tells of.
 * - Of a chat that is not remembered, nobody knows what comes first: its first event lets the others of this turn of the
 *   event loop come before it.
 */
export class VersionOrder {
  /** The last version of each chat: a chat without events for long is forgotten with the older of the two. */
  private last = new Map<number, number>();
  private lastBefore = new Map<number, number>();
  private readonly lines = new Map<number, Line>();
  private waiting = 0;

  /** `deliver` is called now or later. When nobody here is to hear the event, it need not wait. */
  pass(place: Place, deliver: () => void, hasReaders: () => boolean): void {
    const { chatId, version, raises } = place;
    const last = this.lastOf(chatId);
    const inOrder = last === undefined ? !raises && !this.lines.has(chatId) : beforeOf(place) <= last;
    if (!inOrder && hasReaders()) return this.hold(place, deliver, last === undefined);
    deliver();
    this.reached(chatId, version);
    if (this.lines.size > 0) this.goOn(chatId);
  }

  /**
   * Carries out an order of the change with this version: after the events up to it that wait now, and before those of
   * later versions. Without a version, after all that wait.
   */
  after(chatId: number, order: () => void, version = Infinity): void {
    const newest = this.lines.get(chatId)?.held.findLast((held) => held.version <= version);
    if (newest) newest.acts.push(order);
    else order();
  }

  private hold(place: Place, deliver: () => void, isFirst: boolean): void {
    const { chatId } = place;
    const line = this.lines.get(chatId) ?? { held: [], timer: null };
    const giveUpAt = performance.now() + HOLD_MS;
    let index = line.held.length;
    while (index > 0 && isBefore(place, line.held[index - 1]!)) index--;
    line.held.splice(index, 0, { ...place, giveUpAt, acts: [deliver] });
    this.waiting++;
    if (!this.lines.has(chatId)) {
      this.lines.set(chatId, line);
      if (isFirst) setImmediate(() => setImmediate(() => this.begin(chatId)));
      else this.wait(chatId, line);
    }
    if (this.waiting > MAX_HELD) this.release(chatId, line, line.held.length);
  }

  /** The events of a chat that was not remembered: the lowest is the first. */
  private begin(chatId: number): void {
    const line = this.lines.get(chatId);
    const [first] = line?.held ?? [];
    if (!line || !first) return;
    this.reached(chatId, beforeOf(first));
    this.goOn(chatId);
    if (this.lines.has(chatId)) this.wait(chatId, line);
  }

  private wait(chatId: number, line: Line): void {
    const giveUpAt = Math.min(...line.held.map((one) => one.giveUpAt));
    // What has arrived while the event loop was busy is read before anything is given up.
    const giveUp = () => setImmediate(() => this.giveUp(chatId, line));
    line.timer = setTimeout(giveUp, Math.max(0, giveUpAt - performance.now())).unref();
  }

  /** Lets through what has waited long enough, with what comes before it. */
  private giveUp(chatId: number, line: Line): void {
    if (this.lines.get(chatId) !== line) return;
    const now = performance.now() + 1;
    this.release(chatId, line, line.held.findLastIndex(({ giveUpAt }) => giveUpAt <= now) + 1);
    if (this.lines.has(chatId)) this.wait(chatId, line);
  }

  private goOn(chatId: number): void {
    const line = this.lines.get(chatId);
    if (line) this.release(chatId, line, 0);
  }

  /** Lets the first `count` events through, and those that follow them without a gap. */
  private release(chatId: number, line: Line, count: number): void {
    for (let done = 0; ; done++) {
      const [next] = line.held;
      if (!next) break;
      const last = this.lastOf(chatId);
      if (done >= count && !(last !== undefined && beforeOf(next) <= last)) return;
      line.held.shift();
      this.waiting--;
      for (const act of next.acts) act();
      this.reached(chatId, next.version);
    }
    if (line.timer) clearTimeout(line.timer);
    this.lines.delete(chatId);
  }

  private lastOf(chatId: number): number | undefined {
    return this.last.get(chatId) ?? this.lastBefore.get(chatId);
  }

  private reached(chatId: number, version: number): void {
    if (version < (this.lastOf(chatId) ?? 0)) return;
    if (this.last.size >= CHATS && !this.last.has(chatId)) {
      this.lastBefore = this.last;
      this.last = new Map();
    }
    this.last.set(chatId, version);
  }
}

/** The version whose event goes before it. */
const beforeOf = ({ version, raises }: Place): number => (raises ? version - 1 : version);

const isBefore = (one: Place, other: Place): boolean =>
  one.version < other.version || (one.version === other.version && one.raises && !other.raises);
