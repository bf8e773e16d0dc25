import { BoundedMap } from '../common/flow/bounded-map.js';

/** Calls under way at once: to origins that answer promptly, and to all others together. */
const PROMPT_AT_ONCE = 40;
const OTHERS_AT_ONCE = 10;

/** Calls under way at once to one origin: at first, and at most. */
const FIRST_SLOTS = 2;
const MOST_SLOTS = 30;

/** Milliseconds within which an answer is prompt. */
const PROMPT_MS = 2_000;

/** How much waits when nothing should be claimed; the rest is for what was claimed at once. */
const FULL = 10_000;

/** What waits: of all, to origins that do not answer promptly, and of one user, what is under way or tried again included. */
const MOST_WAITING = 20_000;
const MOST_WAITING_OTHERS = 5_000;
const MOST_OF_USER = 200;

/** Origins of which it is remembered how they answer. */
const MOST_KNOWN = 1_000;

/** A call that waits for its turn. */
export interface Waiting {
  /** The server that is called. */
  origin: string;
  userId: number;
}

interface Lane<T> {
  origin: string;
  slots: number;
  running: number;
  waiting: T[];
}

/**
 * Whose turn it is to be sent, of one kind of device. Clients name the servers of browsers, so one that takes long must not
 * hold up the others: each has its own slots, which grow while it answers promptly, and those that do not share a few. Of the
 * origins in which something waits each has its turn. What is over a bound is not taken at all.
 */
export class PushLanes<T extends Waiting> {
  private readonly lanes = new Map<string, Lane<T>>();
  private readonly known = new BoundedMap<string, number>(MOST_KNOWN);
  private readonly ofUsers = new Map<number, number>();
  /** Lanes in which something waits. The one whose turn was longest ago is the first. */
  private readonly ready = { prompt: new Set<Lane<T>>(), others: new Set<Lane<T>>() };
  private readonly running = { prompt: 0, others: 0 };
  private readonly waiting = { prompt: 0, others: 0 };

  /** Whether nothing should be claimed now. */
  get isFull(): boolean {
    return this.size >= FULL;
  }

  /** How much waits. */
  get size(): number {
    return this.waiting.prompt + this.waiting.others;
  }

  /** False: it is not taken. What is taken counts as its user's until `end`. */
  add(one: T): boolean {
    const held = this.ofUsers.get(one.userId) ?? 0;
    if (held >= MOST_OF_USER || !this.again(one)) return false;
    this.ofUsers.set(one.userId, held + 1);
    return true;
  }

  /** As `add`, for what has not ended since. */
  again(one: T): boolean {
    const lane = this.lanes.get(one.origin) ?? this.newLane(one.origin);
    const group = groupOf(lane);
    if (this.size >= MOST_WAITING) return false;
    if (group === 'others' && this.waiting.others >= MOST_WAITING_OTHERS) return false;
    this.lanes.set(one.origin, lane);
    lane.waiting.push(one);
    this.waiting[group]++;
    this.ready[group].add(lane);
    return true;
  }

  /** What is sent next; undefined: nothing now. */
  take(): T | undefined {
    return this.next('prompt', PROMPT_AT_ONCE) ?? this.next('others', OTHERS_AT_ONCE);
  }

  /** A call that `take` gave has its answer, or none, after so many milliseconds; null: there was no call. */
  done({ origin }: T, tookMs: number | null): void {
    const lane = this.lanes.get(origin)!;
    this.leave(lane);
    lane.running--;
    if (tookMs !== null)
      lane.slots = tookMs < PROMPT_MS ? Math.min(MOST_SLOTS, lane.slots + 1) : Math.max(1, lane.slots >> 1);
    this.enter(lane);
    this.known.set(origin, lane.slots);
    if (lane.running === 0 && lane.waiting.length === 0) this.lanes.delete(origin);
  }

  /** It will not be sent again. */
  end({ userId }: T): void {
    const left = (this.ofUsers.get(userId) ?? 0) - 1;
    if (left > 0) this.ofUsers.set(userId, left);
    else this.ofUsers.delete(userId);
  }

  /** Takes all that waits. */
  takeAll(): T[] {
    const all = [...this.lanes.values()].flatMap((lane) => lane.waiting.splice(0));
    for (const group of ['prompt', 'others'] as const) {
      this.ready[group].clear();
      this.waiting[group] = 0;
    }
    for (const [origin, { running }] of this.lanes) if (running === 0) this.lanes.delete(origin);
    return all;
  }

  private next(group: Group, atOnce: number): T | undefined {
    if (this.running[group] >= atOnce) return undefined;
    for (const lane of this.ready[group]) {
      if (lane.running >= lane.slots) continue;
      this.ready[group].delete(lane);
      const one = lane.waiting.shift()!;
      if (lane.waiting.length > 0) this.ready[group].add(lane);
      this.waiting[group]--;
      this.running[group]++;
      lane.running++;
      return one;
    }
    return undefined;
  }

  private newLane(origin: string): Lane<T> {
    return { origin, slots: this.known.get(origin) ?? FIRST_SLOTS, running: 0, waiting: [] };
  }

  private leave(lane: Lane<T>): void {
    const group = groupOf(lane);
    this.running[group] -= lane.running;
    this.waiting[group] -= lane.waiting.length;
    this.ready[group].delete(lane);
  }

  private enter(lane: Lane<T>): void {
    const group = groupOf(lane);
    this.running[group] += lane.running;
    this.waiting[group] += lane.waiting.length;
    if (lane.waiting.length > 0) this.ready[group].add(lane);
  }
}

type Group = 'prompt' | 'others';

const groupOf = ({ slots }: { slots: number }): Group => (slots > FIRST_SLOTS ? 'prompt' : 'others');
